import { digestOf } from '../../digest.ts';
import { isIgnoredPath } from '../../kinds/task/ignored.ts';
import { checkPath, foldersOf } from '../../paths.ts';
import { EndpointError } from '../../problem.ts';
import type { FileWrite, RemoteFile, WriteRequest } from '../../remote.ts';
import { type Archive, readArchive } from './read-archive.ts';
import { type ArchiveChanges, unfitName } from './write-archive.ts';
import type { ZipLimits } from './zip-limits.ts';

/** Whether every file is what the plan saw. */
export function asPlanned(archive: Archive, root: string, { documents }: WriteRequest): boolean {
  const same = ({ path, before }: FileWrite): boolean => {
    const entry = archive.files.get(root + path);
    if (!entry) return before === null;
    return before !== null && before.mode === entry.mode && before.digest === digestOf(entry.bytes as Uint8Array);
  };
  return documents.every(({ files }) => files.every(same));
}

/** Documents of a request that cannot be written into an archive, by their paths, and why. */
export function refusalsOf(
  { files, entries }: Archive,
  root: string,
  { documents }: WriteRequest,
): ReadonlyMap<string, string> {
  const refusals = new Map<string, string>();
  const taken = new Set(entries.filter(({ kind }) => kind !== 'folder').map(({ name }) => name));
  const folders = new Set([...taken].flatMap((name) => [...foldersOf(name)]));
  for (const document of documents)
    for (const { path, after } of document.files) {
      if (!after) continue;
      const name = root + path;
      const wrong =
        checkPath(path) ??
        (isIgnoredPath(path) ? 'files of that name are never synced' : null) ??
        unfitName(name) ??
        (after.mode === '100644' || after.mode === '100755' ? null : 'an archive holds plain files only') ??
        (!files.has(name) && (taken.has(name) || folders.has(name)) ? 'something else stands there' : null) ??
        ([...foldersOf(name)].some((folder) => taken.has(folder)) ? 'a file stands where its folder should be' : null);
      if (wrong && !refusals.has(document.path)) refusals.set(document.path, `${path} cannot be written: ${wrong}.`);
    }
  return refusals;
}

/** What a request changes in an archive, by full name. */
export function changesOf(archive: Archive, root: string, { documents }: WriteRequest): ArchiveChanges {
  const changes = new Map<string, { readonly bytes: Uint8Array; readonly mode: RemoteFile['mode'] } | null>();
  for (const { files } of documents)
    for (const { path, before, after } of files) {
      const unchanged = after
        ? before?.mode === after.mode && before.digest === digestOf(after.bytes)
        : before === null;
      if (!unchanged && (after || archive.files.has(root + path))) changes.set(root + path, after);
    }
  return changes;
}

/** The new archive as it will be read; a text: why it must not take the place of the old one. */
export async function readBack(
  bytes: Buffer,
  old: Archive,
  changes: ArchiveChanges,
  limits: ZipLimits,
  signal: AbortSignal | undefined,
): Promise<Archive | string> {
  if (bytes.length > limits.archiveBytes)
    return `The archive would have ${bytes.length} bytes; ${limits.archiveBytes} are allowed.`;
  let archive: Archive;
  try {
    archive = await readArchive(bytes, limits, signal);
  } catch (error) {
    if (error instanceof EndpointError) return `The new archive could not be used again. ${error.message}`;
    throw error;
  }
  const wanted = new Map<string, { readonly bytes: Uint8Array | null; readonly mode: RemoteFile['mode'] }>(old.files);
  for (const [name, change] of changes) {
    if (change) wanted.set(name, change);
    else wanted.delete(name);
  }
  for (const [name, { bytes: content, mode }] of wanted) {
    const found = archive.files.get(name);
    if (found?.bytes && content && found.mode === mode && Buffer.compare(found.bytes, content) === 0) continue;
    const why = archive.problems.find((problem) => problem.path === name)?.message ?? '';
    return `The archive could not give ${name} back. ${why}`.trim();
  }
  return archive;
}
