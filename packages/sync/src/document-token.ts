import { createHash } from 'node:crypto';
import type { Discovered } from './kind.ts';
import type { RemoteFile } from './remote.ts';

/**
 * A document's remote token: a digest over the endpoint's own token of each of its files. Equal tokens mean an equal
 * document without a look at any content; different tokens say nothing.
 */
export function documentToken(root: string, files: readonly RemoteFile[]): string {
  const lines = files.map((f) => `${f.path.slice(root.length)}\0${f.mode}\0${f.token}\n`);
  return createHash('sha1').update(lines.sort().join('')).digest('base64url');
}

export const tokenOf = (document: Discovered): string => documentToken(document.root, document.files);
