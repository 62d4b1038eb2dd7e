import { createHash } from 'node:crypto';
import { byPath } from '@ratchet/sync-core/path-order';
import type { Digest, Tree } from '@ratchet/sync-core/tree';

/** SHA-256 of the bytes, hexadecimal. */
export const digestOf = (bytes: Uint8Array): Digest => createHash('sha256').update(bytes).digest('hex');

/**
 * SHA-256, hexadecimal, over one line `mode SP digest TAB path LF` per file, sorted by path. A backslash in a path counts
 * as `\\` and a line feed as `\n`, so that no path can pass for two lines: equal trees, and only those, have equal
 * checksums.
 */
export function checksumOf(tree: Tree): string {
  const hash = createHash('sha256');
  for (const [path, { digest, mode }] of [...tree].sort(byPath))
    hash.update(`${mode} ${digest}\t${path.replaceAll('\\', '\\\\').replaceAll('\n', '\\n')}\n`);
  return hash.digest('hex');
}
