import { createHash } from 'node:crypto';

/** Namespace of identities that Ratchet derives; fixed for ever. */
const namespace = Buffer.from('6f0c2c1b8f4b5e0b9a3e6a3a5b9d7c11', 'hex');

/**
 * The identity of a task whose metadata gives none: UUIDv5 (RFC 9562) of its repository and path. It is kept in the
 * database only.
 */
export function derivedUuid(repositoryId: string, path: string): string {
  const hash = createHash('sha1').update(namespace).update(`${repositoryId}\n${path}`).digest();
  const hex = Buffer.from([
    ...hash.subarray(0, 6),
    ((hash[6] ?? 0) & 0x0f) | 0x50,
    hash[7] ?? 0,
    ((hash[8] ?? 0) & 0x3f) | 0x80,
    ...hash.subarray(9, 16),
  ]).toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}
