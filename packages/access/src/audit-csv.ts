/**
 * RFC 4180. A cell that a spreadsheet would take for a formula begins with an apostrophe, which shows it as text: names and
 * ids in here come from outside.
 */
export function csvLine(cells: readonly (string | number | null)[]): string {
  return `${cells.map((cell) => quoted(cell === null ? '' : typeof cell === 'number' ? String(cell) : inert(cell))).join(',')}\r\n`;
}

const inert = (text: string): string =>
  /^[\s\p{C}]*[=+\-@|%＝＋－＠]/u.test(text) || /^[\t\r\n]/.test(text) ? `'${text}` : text;

const quoted = (text: string): string => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
