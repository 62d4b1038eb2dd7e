const format = '{{format}}';
const delimiter = '{{delimiter}}';
const maxRows = '{{max_rows}}';

/** Answers the rows of a file, as many as are allowed, and what is wrong with which line. */
export default function main({ content, encoding = 'utf8', fileName = 'The file' }, context) {
  const text = (encoding === 'base64' ? decoded(content) : content).replace(/^\uFEFF/, '');
  const problems = [];
  const rows = readers[format](text, problems);
  if (problems.length > 0) context.log.warn(`${fileName}: ${problems.length} lines could not be read.`);
  return { rows: rows.slice(0, maxRows), count: rows.length, truncated: rows.length > maxRows, problems };
}

/** One reader for each format; it answers rows and adds to the problems. */
const readers = {
  lines: (text) => text.split(/\r?\n/).filter((line) => line !== ''),
  jsonl: (text, problems) =>
    text.split(/\r?\n/).flatMap((line, i) => {
      if (line.trim() === '') return [];
      try {
        return [JSON.parse(line)];
      } catch (error) {
        problems.push({ line: i + 1, message: error.message });
        return [];
      }
    }),
  csv: (text, problems) => {
    const [head, ...body] = cellsOf(text);
    if (head === undefined) return [];
    return body.flatMap(({ cells, line }) => {
      if (cells.length === head.cells.length)
        return [Object.fromEntries(head.cells.map((name, i) => [name, cells[i]]))];
      problems.push({ line, message: `has ${cells.length} cells; the head has ${head.cells.length}` });
      return [];
    });
  },
};

/** The cells of every line. A cell in quotes may hold delimiters, line ends, and quotes written twice. */
function cellsOf(text) {
  const rows = [];
  let [cells, cell, quoted, line, start] = [[], '', false, 1, 1];
  const end = () => {
    if (cells.length > 0 || cell !== '') rows.push({ cells: [...cells, cell], line: start });
    [cells, cell] = [[], ''];
  };
  for (let i = 0; i < text.length; i += 1) {
    const c = text[i];
    if (c === '\n') line += 1;
    if (quoted) {
      if (c !== '"') cell += c;
      else if (text[i + 1] === '"') {
        cell += '"';
        i += 1;
      } else quoted = false;
    } else if (c === '"') quoted = true;
    else if (c === delimiter) {
      cells.push(cell);
      cell = '';
    } else if (c === '\n') {
      end();
      start = line;
    } else if (c !== '\r') cell += c;
  }
  end();
  return rows;
}

function decoded(base64) {
  try {
    return new TextDecoder().decode(Uint8Array.from(atob(base64), (c) => c.charCodeAt(0)));
  } catch {
    throw new DataError('The content is not base64.');
  }
}
