import { createHash } from 'node:crypto';
import { byPath } from '@ratchet/sync-core/path-order';
import type { Digest, Tree } from '@ratchet/sync-core/tree';

/** SHA-256 of the bytes, hexadecimal. */
export const digestOf = (bytes: Uint8Array): Digest => createHash('sha256').update(bytes).digest('hex');

/**
 * SHA-256, hexadecimal, over one record `mode SP digest TAB path NUL` per file, sorted by path. Equal trees, and only
 * those, have equal checksums: no path holds a NUL.
 */
export function checksumOf(tree: Tree): string {
  const hash = createHash('sha256');
  for (const [path, { digest, mode }] of [...tree].sort(byPath)) hash.update(`${mode} ${digest}\t${path}\0`);
  return hash.digest('hex');
}
