import { readArchive } from '@ratchet/sync/endpoints/zip/read-archive';
import { type ZipLimits, zipLimits } from '@ratchet/sync/endpoints/zip/zip-limits';
import type { Kind } from '@ratchet/sync/kind';
import { EndpointError, type SyncProblem } from '@ratchet/sync/problem';
import type { RemoteFile } from '@ratchet/sync/remote';

/** Files that may hold tasks, from wherever they are given. */
export interface TaskSource {
  readonly files: readonly RemoteFile[];
  /** What is there and may not be taken. */
  readonly problems: readonly SyncProblem[];
  /** Contents by path; a file that cannot be read now is left out. */
  read(files: readonly RemoteFile[]): Promise<ReadonlyMap<string, Uint8Array>>;
}

/** Archives in archives are looked into so far. */
const deepest = 3;

/**
 * A source with the archives in it unpacked where they stand, under their names without `.zip`. One that is a file of a
 * task is left as it is. All archives together are held to the limits of one.
 */
export async function withArchives(
  source: TaskSource,
  kind: Pick<Kind<unknown>, 'discover'>,
  signal?: AbortSignal,
  limits: ZipLimits = zipLimits,
): Promise<TaskSource> {
  const files = new Map(source.files.map((file) => [file.path, file]));
  const problems = [...source.problems];
  const unpacked = new Map<string, Uint8Array>();
  const read: TaskSource['read'] = async (wanted) => {
    const found = new Map(await source.read(wanted.filter(({ path }) => !unpacked.has(path))));
    for (const { path } of wanted) {
      const bytes = unpacked.get(path);
      if (bytes) found.set(path, bytes);
    }
    return found;
  };
  const seen = new Set<string>();
  let [leftBytes, leftEntries] = [limits.totalBytes, limits.entries];
  for (let depth = 0; depth < deepest; depth++) {
    const archives = [...files.values()].filter(({ path }) => /\.zip$/i.test(path) && !seen.has(path));
    if (archives.length === 0) break;
    const documents = await kind.discover([...files.values()], { watch: [], ignore: [] }, read);
    const owned = new Set(documents.flatMap((document) => document.files.map(({ path }) => path)));
    for (const archive of archives) {
      seen.add(archive.path);
      if (owned.has(archive.path)) continue;
      const bytes = (await read([archive])).get(archive.path);
      if (!bytes) continue;
      const folder = archive.path.replace(/\.zip$/i, '');
      try {
        const opened = await readArchive(
          Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length),
          { ...limits, totalBytes: leftBytes, entries: leftEntries },
          signal,
        );
        for (const problem of opened.problems) problems.push({ ...problem, path: `${folder}/${problem.path}` });
        for (const [name, entry] of opened.files) {
          const path = `${folder}/${name}`;
          if (files.has(path)) {
            problems.push(twice(path));
            continue;
          }
          const content = entry.bytes as Uint8Array;
          leftBytes -= content.length;
          leftEntries--;
          unpacked.set(path, content);
          files.set(path, { path, mode: entry.mode, size: content.length, token: `${archive.token}/${name}` });
        }
      } catch (error) {
        if (!(error instanceof EndpointError)) throw error;
        problems.push({ path: archive.path, code: 'bad_archive', message: error.message, severity: 'error' });
      }
    }
  }
  return { files: [...files.values()], problems, read };
}

const twice = (path: string): SyncProblem => ({
  path,
  code: 'twice',
  message: 'It is there beside an archive that holds it too; the one in the archive is left out.',
  severity: 'warning',
});
