/**
 * Reads CSV as RFC 4180 describes it: quoted fields may hold delimiters, doubled quotes and line breaks; lines end with
 * LF or CRLF; a byte order mark is ignored. What cannot be read without guessing is refused with its line.
 */
function main(input) {
  const { csv, delimiter = ',', header = true, inferTypes = false, trim = false, skipEmptyLines = true } = input;
  if (delimiter === '"' || delimiter === '\n' || delimiter === '\r')
    throw new ValidationError('The delimiter cannot be a quote or a line break.');

  const records = parse(csv.replace(/^\uFEFF/, ''), delimiter).filter(
    ({ fields }) => !(skipEmptyLines && fields.length === 1 && fields[0].text === '' && !fields[0].quoted),
  );
  const valueOf = (field) => {
    const text = trim && !field.quoted ? field.text.trim() : field.text;
    return inferTypes && !field.quoted ? typed(text) : text;
  };

  if (!header) return { columns: null, rows: records.map(({ fields }) => fields.map(valueOf)), count: records.length };
  if (records.length === 0) return { columns: [], rows: [], count: 0 };

  const [head, ...body] = records;
  const columns = head.fields.map(({ text }) => text.trim());
  columns.forEach((column, i) => {
    if (column === '') throw new DataError(`Column ${i + 1} of the header has no name.`);
    if (columns.indexOf(column) !== i) throw new DataError(`The header names ${JSON.stringify(column)} twice.`);
  });
  const rows = body.map(({ line, fields }) => {
    if (fields.length !== columns.length)
      throw new DataError(`Line ${line} has ${fields.length} fields, the header has ${columns.length}.`);
    // fromEntries defines members, so a column called __proto__ is a member like any other.
    return Object.fromEntries(columns.map((column, i) => [column, valueOf(fields[i])]));
  });
  return { columns, rows, count: rows.length };
}

/** The records of the text, each with the line it begins on and whether its fields were quoted. */
function parse(text, delimiter) {
  const records = [];
  let at = 0;
  let line = 1;
  while (at < text.length) {
    const record = { line, fields: [] };
    for (;;) {
      const field = text[at] === '"' ? quoted() : plain();
      record.fields.push(field);
      if (text[at] !== delimiter) break;
      at += 1;
    }
    records.push(record);
    if (text[at] === '\r' && text[at + 1] === '\n') at += 2;
    else if (at < text.length) at += 1;
    line += 1;
  }
  return records;

  function plain() {
    const from = at;
    while (at < text.length && text[at] !== delimiter && text[at] !== '\n' && text[at] !== '\r') {
      if (text[at] === '"') throw new DataError(`Line ${line}: a quote inside a field that does not begin with one.`);
      at += 1;
    }
    return { text: text.slice(from, at), quoted: false };
  }

  function quoted() {
    const opened = line;
    let value = '';
    at += 1;
    for (;;) {
      const end = text.indexOf('"', at);
      if (end === -1) throw new DataError(`Line ${opened}: a quoted field never ends.`);
      const part = text.slice(at, end);
      line += part.split('\n').length - 1;
      value += part;
      at = end + 1;
      if (text[at] !== '"') break;
      value += '"';
      at += 1;
    }
    if (at < text.length && text[at] !== delimiter && text[at] !== '\n' && text[at] !== '\r')
      throw new DataError(`Line ${line}: text after the end of a quoted field.`);
    return { text: value, quoted: true };
  }
}

/** Numbers that survive the way there and back, true, false and the empty value; everything else stays text. */
function typed(text) {
  if (text === '') return null;
  if (text === 'true') return true;
  if (text === 'false') return false;
  const number = Number(text);
  return /^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/.test(text) && Number.isFinite(number) && !losesDigits(text, number)
    ? number
    : text;
}

const losesDigits = (text, number) => /^-?\d+$/.test(text) && !Number.isSafeInteger(number);
