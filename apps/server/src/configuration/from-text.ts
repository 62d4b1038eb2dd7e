import type { Setting } from './every-setting.ts';

const yes = new Set(['true', '1', 'yes', 'on']);
const no = new Set(['false', '0', 'no', 'off']);

/** A value written as text, as environment variables and options are. What it cannot be is left as it is, for the schema to refuse. */
export function fromText({ kind }: Pick<Setting, 'kind'>, text: string): unknown {
  switch (kind) {
    case 'integer':
    case 'number':
      return /^\s*[+-]?\d+(\.\d+)?\s*$/.test(text) ? Number(text) : text;
    case 'boolean': {
      const word = text.trim().toLowerCase();
      return yes.has(word) ? true : no.has(word) ? false : text;
    }
    case 'list':
      return text
        .split(',')
        .map((part) => part.trim())
        .filter(Boolean);
    case 'json':
      try {
        return JSON.parse(text) as unknown;
      } catch {
        return text;
      }
    default:
      return text;
  }
}
