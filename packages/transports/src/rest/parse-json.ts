import { isUtf8 } from 'node:buffer';
import { RatchetError } from '@ratchet/contract/errors';

/** Levels of a text of JSON, at most. What is read must be far less deep; this keeps a parser's memory in bounds. */
const mostLevels = 2000;

const [quote, backslash] = [0x22, 0x5c];
const opening = (unit: number): boolean => unit === 0x5b || unit === 0x7b;
const closing = (unit: number): boolean => unit === 0x5d || unit === 0x7d;

/**
 * Looks at the brackets alone: parsing sixteen million of them would take a gigabyte before anything could object. Throws
 * VALIDATION_FAILED.
 */
export function checkNesting(text: string): void {
  if (text.length <= mostLevels) return;
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (unit === quote) {
      at = text.indexOf('"', at + 1);
      while (at >= 0 && escaped(text, at)) at = text.indexOf('"', at + 1);
      if (at < 0) return;
    } else if (opening(unit)) {
      if (++depth > mostLevels) throw refusal('The body is nested too deep to be read.');
    } else if (closing(unit)) depth--;
  }
}

/** Whether an odd number of backslashes stands before it. */
function escaped(text: string, at: number): boolean {
  let before = at;
  while (text.charCodeAt(before - 1) === backslash) before--;
  return (at - before) % 2 === 1;
}

/** The text of a body. What is not UTF-8 is refused, not mended. */
export function textOf(bytes: Buffer): string {
  if (!isUtf8(bytes)) throw refusal('The body is not UTF-8.');
  const text = bytes.toString('utf8');
  return text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
}

/** A body of JSON; undefined where there is none. Throws VALIDATION_FAILED. */
export function parseJson(text: string): unknown {
  if (text.trim() === '') return undefined;
  checkNesting(text);
  try {
    return JSON.parse(text);
  } catch (error) {
    throw refusal(`The body is not JSON: ${(error as Error).message}`);
  }
}

const refusal = (message: string): RatchetError =>
  new RatchetError('VALIDATION_FAILED', message, [{ path: '', message }]);
