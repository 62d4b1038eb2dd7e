const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const lenientDecoder = new TextDecoder('utf-8', { ignoreBOM: true });
const encoder = new TextEncoder();

const byteOrderMark = '\uFEFF';

/** A file's text without its byte order mark; null: it is not UTF-8. */
export function decode(bytes: Uint8Array): { text: string; marked: boolean } | null {
  try {
    return unmarked(decoder.decode(bytes));
  } catch (error) {
    if (error instanceof TypeError) return null;
    throw error;
  }
}

/** As `decode`, with U+FFFD for what is not UTF-8. */
export const decodeLeniently = (bytes: Uint8Array): string => unmarked(lenientDecoder.decode(bytes)).text;

function unmarked(text: string): { text: string; marked: boolean } {
  return text.startsWith(byteOrderMark) ? { text: text.slice(1), marked: true } : { text, marked: false };
}

export const encode = (text: string, marked = false): Uint8Array =>
  encoder.encode(marked ? byteOrderMark + text : text);

/** The line an offset is in, from 1. */
export function lineAt(text: string, offset: number): number {
  let line = 1;
  for (let at = text.indexOf('\n'); at >= 0 && at < offset; at = text.indexOf('\n', at + 1)) line++;
  return line;
}

/** The line ending a text uses: the one of its first line. */
export const lineEnding = (text: string): '\n' | '\r\n' => (/^[^\n]*\r\n/.test(text) ? '\r\n' : '\n');

/** Whether a text has line breaks and every one of them is CRLF. */
export const isCrlf = (text: string): boolean => text.includes('\r\n') && !/(?<!\r)\n/.test(text);

/** A replacement of `[from, to)` in a text. */
export interface Splice {
  readonly from: number;
  readonly to: number;
  readonly text: string;
}

/** Applies replacements that do not overlap. Those at one place apply in the order given. */
export function splice(text: string, splices: readonly Splice[]): string {
  let result = '';
  let at = 0;
  for (const { from, to, text: inserted } of splices.toSorted((a, b) => a.from - b.from || a.to - b.to)) {
    result += text.slice(at, from) + inserted;
    at = to;
  }
  return result + text.slice(at);
}
