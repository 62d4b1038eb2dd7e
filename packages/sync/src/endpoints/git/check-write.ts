import { createHash } from 'node:crypto';
import { checkPath, findTwins } from '../../paths.ts';
import type { FileWrite, RemoteFile, WriteRequest } from '../../remote.ts';
import type { Mirror } from './mirror.ts';
import { readFiles } from './read-blobs.ts';

type Entries = ReadonlyMap<string, RemoteFile>;

/** All files of a request. */
export const filesOf = (request: WriteRequest): readonly FileWrite[] => request.documents.flatMap(({ files }) => files);

/**
 * Why a request cannot be written upon `entries`; null when it can. Git itself takes `../x`, `.git/config`, case twins and a
 * file in the place of a folder in silence.
 */
export function refusalOf(files: readonly FileWrite[], entries: Entries, idLength: number): string | null {
  const after = new Map<string, boolean>();
  for (const { path, after: written } of files) {
    const wrong = checkPath(path);
    if (wrong) return `${JSON.stringify(path)} cannot be written to git: ${wrong}.`;
    if (after.has(path)) return `${path} belongs to two documents of this push. Push them apart.`;
    if (
      written?.mode === '160000' &&
      !new RegExp(`^[0-9a-f]{${idLength}}$`).test(Buffer.from(written.bytes).toString('latin1'))
    )
      return `${path} is a submodule, and its content is not a commit id.`;
    after.set(path, written !== null);
  }
  const added = files.filter(({ path, after: written }) => written && !entries.has(path));
  if (added.length === 0) return null;
  const standing = [...entries.keys()].filter((path) => !after.has(path));
  const twins = findTwins([...standing, ...[...after].flatMap(([path, stays]) => (stays ? path : []))]);
  for (const { path } of added) {
    const other = twins.get(path);
    if (other !== undefined)
      return `${path} and ${other} cannot stand side by side on every system. Rename one of them.`;
  }
  return null;
}

/** Whether every file is what the plan saw. Tokens are blob ids and the plan has digests, so contents are compared. */
export async function asPlanned(
  mirror: Mirror,
  files: readonly FileWrite[],
  entries: Entries,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  const expected = new Map<string, string>();
  const present: RemoteFile[] = [];
  for (const { path, before } of files) {
    const entry = entries.get(path);
    if (before?.mode !== entry?.mode) return false;
    if (!before || !entry) continue;
    expected.set(path, before.digest);
    present.push(entry);
  }
  for await (const { file, bytes } of readFiles(mirror, present, signal)) {
    if (createHash('sha256').update(bytes).digest('hex') !== expected.get(file.path)) return false;
    expected.delete(file.path);
  }
  return expected.size === 0;
}
