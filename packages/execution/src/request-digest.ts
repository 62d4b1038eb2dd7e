import { createHash } from 'node:crypto';

/** JSON with the members of every object in one order, so that equal values make equal texts. */
export function canonicalJson(value: unknown): string {
  if (value === null || typeof value !== 'object') return JSON.stringify(value) ?? 'null';
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  const members = Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${members.map(([name, member]) => `${JSON.stringify(name)}:${canonicalJson(member)}`).join(',')}}`;
}

/** SHA-256 of a value as canonical JSON, in hexadecimal: tells whether two requests ask for the same. */
export const requestDigest = (value: unknown): string =>
  createHash('sha256').update(canonicalJson(value)).digest('hex');
