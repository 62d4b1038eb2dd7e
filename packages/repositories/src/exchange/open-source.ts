import { statSync } from 'node:fs';
import type { Issue } from '@ratchet/contract/errors';
import { RatchetError } from '@ratchet/contract/errors';
import { digestOf } from '@ratchet/sync/digest';
import { createFilesystemRemote } from '@ratchet/sync/endpoints/filesystem/filesystem-remote';
import { readArchive } from '@ratchet/sync/endpoints/zip/read-archive';
import { zipLimits } from '@ratchet/sync/endpoints/zip/zip-limits';
import { createZipRemote } from '@ratchet/sync/endpoints/zip/zip-remote';
import { isIgnoredPath } from '@ratchet/sync/kinds/task/ignored';
import { checkPath, findTwins } from '@ratchet/sync/paths';
import { EndpointError, type SyncProblem } from '@ratchet/sync/problem';
import type { RemoteFile } from '@ratchet/sync/remote';
import type { Mode } from '@ratchet/sync-core/tree';
import { invalid } from '../task-store.ts';
import type { TaskSource } from './task-source.ts';

export interface GivenFile {
  readonly path: string;
  readonly content: string;
  readonly encoding: 'utf8' | 'base64';
  readonly mode: Mode;
}

/** The files of an archive. Throws VALIDATION_FAILED for what is none, PAYLOAD_TOO_LARGE for one that is too large. */
export async function archiveSource(bytes: Buffer, signal?: AbortSignal): Promise<TaskSource> {
  if (bytes.length > zipLimits.archiveBytes)
    throw new RatchetError(
      'PAYLOAD_TOO_LARGE',
      `The archive has ${bytes.length} bytes; ${zipLimits.archiveBytes} are allowed. Import it in parts.`,
    );
  const { files, problems } = await readArchive(bytes, zipLimits, signal).catch((error) => {
    throw asInput(error, 'archive');
  });
  const contents = new Map([...files].map(([path, entry]) => [path, entry.bytes as Uint8Array]));
  return inMemory(contents, (path) => files.get(path)?.mode ?? '100644', problems);
}

/** Files as a request gave them. Throws VALIDATION_FAILED with every one that cannot be. */
export function givenSource(given: readonly GivenFile[]): TaskSource {
  const issues: Issue[] = [];
  const contents = new Map<string, Uint8Array>();
  const modes = new Map<string, Mode>();
  const ignored: SyncProblem[] = [];
  for (const [i, { path, content, encoding, mode }] of given.entries()) {
    const wrong = checkPath(path) ?? (contents.has(path) ? 'it stands twice' : null);
    const bytes = encoding === 'base64' ? fromBase64(content) : Buffer.from(content, 'utf8');
    if (wrong) issues.push({ path: `files.${i}.path`, message: wrong });
    else if (!bytes) issues.push({ path: `files.${i}.content`, message: 'is not base64' });
    else if (isIgnoredPath(path)) ignored.push(leftOut(path));
    else {
      contents.set(path, bytes);
      modes.set(path, mode);
    }
  }
  for (const [path, other] of findTwins([...contents.keys()]))
    issues.push({ path: 'files', message: `${path} and ${other} cannot stand side by side` });
  if (issues.length > 0) throw invalid(issues.slice(0, 100));
  return inMemory(contents, (path) => modes.get(path) ?? '100644', ignored);
}

/** A folder, or a zip file, on the server. It is read as it is asked for. */
export async function placeSource(
  path: string,
  signal?: AbortSignal,
): Promise<TaskSource & { close(): Promise<void> }> {
  const isFile = statSync(path, { throwIfNoEntry: false })?.isFile() === true;
  const remote = isFile
    ? createZipRemote({ path, writable: false })
    : createFilesystemRemote({ root: path, subPath: null, writable: false });
  try {
    const { files, problems } = await remote.list(signal);
    return {
      files,
      problems,
      async read(wanted) {
        const found = new Map<string, Uint8Array>();
        for await (const { file, bytes } of remote.read(wanted, signal)) found.set(file.path, bytes);
        return found;
      },
      close: () => remote.close(),
    };
  } catch (error) {
    await remote.close();
    throw asInput(error, 'path');
  }
}

function inMemory(
  contents: ReadonlyMap<string, Uint8Array>,
  modeOf: (path: string) => Mode,
  problems: readonly SyncProblem[],
): TaskSource {
  return {
    files: [...contents].map(
      ([path, bytes]): RemoteFile => ({ path, mode: modeOf(path), size: bytes.length, token: digestOf(bytes) }),
    ),
    problems,
    read: async (wanted) =>
      new Map(wanted.flatMap(({ path }) => (contents.has(path) ? [[path, contents.get(path) as Uint8Array]] : []))),
  };
}

function asInput(error: unknown, member: string): unknown {
  if (!(error instanceof EndpointError)) return error;
  if (error.code === 'root_gone')
    return new RatchetError('NOT_FOUND', 'There is no such folder or zip file on the server.', { path: member });
  return new RatchetError('VALIDATION_FAILED', error.message, [{ path: member, message: error.message }]);
}

export function fromBase64(text: string): Buffer | null {
  const bare = text.replace(/[\r\n]+/g, '');
  return bare.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(bare) ? Buffer.from(bare, 'base64') : null;
}

const leftOut = (path: string): SyncProblem => ({
  path,
  code: 'path_refused',
  message: 'Files of this name are never kept; it is left out.',
  severity: 'warning',
});
