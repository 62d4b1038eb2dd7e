export interface CsvOptions {
  readonly delimiter: string;
  readonly header: boolean;
  /** Columns and their order; without, the members of all rows in the order they are first met. */
  readonly columns?: readonly string[] | undefined;
  /** Puts an apostrophe before texts that a spreadsheet would take for a formula. */
  readonly guardFormulas: boolean;
}

type Row = readonly unknown[] | Readonly<Record<string, unknown>>;

/** An array is its rows, anything else is one row; what is no object is a row with the one column `value`. */
const rowsOf = (value: unknown): Row[] => {
  const list = Array.isArray(value) ? value : [value];
  if (list.length > 0 && list.every(Array.isArray)) return list;
  return list.map((row) => (row !== null && typeof row === 'object' && !Array.isArray(row) ? row : { value: row }));
};

/** The columns of a value's rows; null where the rows are arrays, which have none. */
export function csvColumns(value: unknown): string[] | null {
  const rows = rowsOf(value);
  if (Array.isArray(rows[0])) return null;
  return [...new Set(rows.flatMap((row) => Object.keys(row)))];
}

const looksLikeFormula = /^[=+\-@\t\r]/;
const isNumber = /^[+-]?\d+(\.\d+)?$/;

function cell(value: unknown, { delimiter, guardFormulas }: CsvOptions): string {
  if (value === null || value === undefined) return '';
  let text = typeof value === 'string' ? value : typeof value === 'object' ? JSON.stringify(value) : String(value);
  if (guardFormulas && typeof value === 'string' && looksLikeFormula.test(text) && !isNumber.test(text))
    text = `'${text}`;
  const quoted = text.includes('"') || text.includes(delimiter) || /[\r\n]/.test(text) || /^\s|\s$/.test(text);
  return quoted ? `"${text.replaceAll('"', '""')}"` : text;
}

/** RFC 4180: lines end with CRLF, values with a delimiter, quote or line break are quoted. No rows and no columns: ''. */
export function csvText(value: unknown, options: CsvOptions): string {
  const rows = rowsOf(value);
  const columns = options.columns ?? csvColumns(value);
  // A line of one empty value would be no line at all.
  const line = (values: readonly unknown[]) => values.map((one) => cell(one, options)).join(options.delimiter) || '""';
  const own = (row: Row, name: string) =>
    Object.hasOwn(row, name) ? (row as Readonly<Record<string, unknown>>)[name] : undefined;
  const lines = rows.map((row) => line(Array.isArray(row) ? row : (columns ?? []).map((name) => own(row, name))));
  if (options.header && columns !== null && columns.length > 0) lines.unshift(line(columns));
  return lines.map((text) => `${text}\r\n`).join('');
}

/** The names in the first line of a file; null where it has none. */
export function readCsvHeader(text: string, delimiter: string): string[] | null {
  if (text === '') return null;
  const names: string[] = [];
  for (let at = 0; ; ) {
    let name = '';
    if (text[at] === '"') {
      for (at++; at < text.length && !(text[at] === '"' && text[at + 1] !== '"'); at++) {
        if (text[at] === '"') at++;
        name += text[at];
      }
      at++;
    } else
      while (at < text.length && text[at] !== delimiter && text[at] !== '\r' && text[at] !== '\n') name += text[at++];
    names.push(name);
    if (text[at] !== delimiter) return names;
    at++;
  }
}
