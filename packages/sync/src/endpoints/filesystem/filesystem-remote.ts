import { randomUUID } from 'node:crypto';
import { constants, lstatSync } from 'node:fs';
import { open, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { digestOf } from '../../digest.ts';
import { EndpointError, type SyncProblem } from '../../problem.ts';
import type { Earlier, Published, Remote, RemoteFile, WriteRequest } from '../../remote.ts';
import { openJournal } from '../journal.ts';
import { holds } from './current-entry.ts';
import { matchesToken, modeOf, tokenOf } from './file-token.ts';
import { finishWrite } from './finish-write.ts';
import { errnoOf, isAccessible, nearestFolder, openPlace } from './place.ts';
import { readAtOnce, readStable } from './read-file.ts';
import { type KnownFolder, type Scan, scanFolder } from './scan-folder.ts';
import { writeDocument } from './write-document.ts';

export interface FilesystemOptions {
  /** Absolute path of the folder. It may be a link; nothing below it is followed. */
  readonly root: string;
  /** Only what is below this folder of it. */
  readonly subPath: string | null;
  /** Whether writing is allowed; true without. */
  readonly writable?: boolean;
  /** A folder of our own, outside the root: what writes were meant to leave. Without it a restart replans every write. */
  readonly journalDir?: string;
  /**
   * Files belong to people who edit them: the former content of one that is replaced stays beside it as `<name>.bak`, a
   * document that cannot be written whole is put back as it was, and files without write permission are left alone.
   */
  readonly keepFormer?: boolean;
  /** Milliseconds since 1970, by the same clock as the file system's. */
  readonly now?: () => number;
}

/** Reading gives way to others after this many milliseconds. */
const slice = 8;

/** A folder as an endpoint. It has no head; a listing's mark tells whether anything changed. */
export function createFilesystemRemote(options: FilesystemOptions): Remote {
  const { root, subPath, writable = true, journalDir, keepFormer = false, now = Date.now } = options;
  const journal = journalDir === undefined ? null : openJournal(journalDir, now);
  const requests = new Map<string, WriteRequest>();
  let leftovers: readonly string[] = [];
  let probed: Scan | null = null;
  const place = () => openPlace(root, subPath);
  const scan = (signal: AbortSignal | undefined, earlier: Earlier | undefined) => {
    const known = earlier?.listing.memo as KnownFolder | undefined;
    return scanFolder(place(), now, signal, known && { known, places: earlier?.places });
  };

  async function* read(files: readonly RemoteFile[], signal?: AbortSignal) {
    const folder = place();
    let since = performance.now();
    for (const file of files) {
      if (performance.now() - since > slice) {
        await setImmediate();
        since = performance.now();
      }
      signal?.throwIfAborted();
      const content = await readStable(join(folder, file.path), file.mode, file.size);
      if (content && matchesToken(file.token, content.signature, content.bytes)) yield { file, bytes: content.bytes };
    }
  }

  /** A written file as it now lists; null: it is not there, because it was removed or someone changed it since. */
  function listed(folder: string, path: string): RemoteFile | null {
    const full = join(folder, path);
    try {
      const stat = lstatSync(full, { bigint: true });
      const mode = modeOf(stat);
      const read = () => (mode === '120000' ? null : (readAtOnce(full)?.bytes ?? null));
      return mode && { path, mode, size: Number(stat.size), token: tokenOf(stat, now(), read) };
    } catch (error) {
      errnoOf(error);
      return null;
    }
  }

  async function write(folder: string, request: WriteRequest, signal?: AbortSignal): Promise<Published> {
    const failed: SyncProblem[] = [];
    const changed = new Set<string>();
    const folders = new Set<string>();
    for (const document of request.documents) {
      signal?.throwIfAborted();
      const written = await writeDocument(folder, document, keepFormer);
      for (const path of written.changed) changed.add(path);
      for (const one of written.folders) folders.add(one);
      if (written.failure) failed.push({ path: document.path, ...written.failure, severity: 'error' });
    }
    for (const one of folders) await syncFolder(one);
    if (changed.size === 0 && failed.some((problem) => problem.code === 'moved')) return { status: 'moved' };
    const [first] = failed;
    if (
      changed.size === 0 &&
      first &&
      failed.length === request.documents.length &&
      failed.every((one) => one.code === 'denied')
    )
      return { status: 'rejected', reason: 'denied', message: first.message };
    const intended = new Map(request.documents.flatMap(({ files }) => files.map(({ path, after }) => [path, after])));
    const files: RemoteFile[] = [];
    for (const path of changed) {
      const [after, found] = [intended.get(path), listed(folder, path)];
      // Named only while it is what was written: what someone has made of it since is for the next look to see.
      const entry = after && { digest: digestOf(after.bytes), mode: after.mode };
      if (found && entry && (await holds(folder, path, entry))) files.push(found);
    }
    return { status: 'published', head: null, files, failed };
  }

  return {
    type: 'filesystem',

    headless: true,

    async probe(signal, earlier) {
      probed = await scan(signal, earlier);
      return probed.mark;
    },

    async list(signal, earlier) {
      // What a probe has just seen need not be looked at again; a second listing looks.
      const { files, problems, mark, known, ...rest } = probed ?? (await scan(signal, earlier));
      probed = null;
      leftovers = rest.leftovers;
      return { head: null, files, problems, mark, memo: known };
    },

    read,

    async prepare(request) {
      const changes = request.documents.some(({ files }) => files.some(changesAnything));
      if (!changes) return null;
      const token = journal ? await journal.note(request) : randomUUID();
      requests.set(token, request);
      return { token, head: null };
    },

    async publish({ token }, signal) {
      if (!writable)
        return {
          status: 'rejected',
          reason: 'denied',
          message: 'The repository is read-only here. Make it writable first.',
        };
      const request = requests.get(token);
      if (!request) return { status: 'moved' };
      requests.delete(token);
      const folder = place();
      await removeLeftovers(folder, leftovers);
      leftovers = [];
      return write(folder, request, signal);
    },

    async outcome(token) {
      const intended = await journal?.find(token);
      if (!intended) return 'unpublished';
      const folder = place();
      for (const { path, entry } of intended) {
        const expected = entry && { digest: entry[0], mode: entry[1] };
        if (!(await holds(folder, path, expected))) return 'unpublished';
      }
      return 'published';
    },

    async finish(token, contents) {
      const intended = await journal?.find(token);
      return intended && writable ? finishWrite(place(), intended, contents) : new Set();
    },

    async test() {
      const report = { authenticated: true, branch: null, head: null };
      try {
        const folder = place();
        const readable = isAccessible(folder, constants.R_OK | constants.X_OK);
        const mayWrite = writable && isAccessible(folder, constants.W_OK | constants.X_OK);
        const message = !readable
          ? 'The folder may not be read by the server.'
          : mayWrite
            ? 'The folder can be read and written.'
            : readOnly(writable);
        return { ...report, reachable: true, readable, writable: mayWrite, message };
      } catch (error) {
        if (!(error instanceof EndpointError)) throw error;
        return {
          ...report,
          reachable: error.code === 'denied',
          readable: false,
          writable: false,
          message: error.message,
        };
      }
    },

    close: async () => requests.clear(),
  };
}

const readOnly = (writable: boolean): string =>
  writable
    ? 'The folder can be read; the server may not write there.'
    : 'The folder can be read; the repository is read-only.';

function changesAnything({ before, after }: WriteRequest['documents'][number]['files'][number]): boolean {
  if (!after) return before !== null;
  return before?.mode !== after.mode || before.digest !== digestOf(after.bytes);
}

/** Temporary files of writes that were interrupted. */
async function removeLeftovers(folder: string, paths: readonly string[]): Promise<void> {
  for (const path of paths)
    try {
      if (nearestFolder(folder, path)) await unlink(join(folder, path));
    } catch (error) {
      // They are never listed: one that may not be removed does no harm.
      errnoOf(error);
    }
}

/** Puts a folder's entries on disk, where the file system can do so for a folder. */
async function syncFolder(path: string): Promise<void> {
  try {
    const folder = await open(path, 'r');
    try {
      await folder.sync();
    } finally {
      await folder.close();
    }
  } catch (error) {
    const errno = errnoOf(error);
    if (!['ENOENT', 'EINVAL', 'ENOTSUP', 'EISDIR', 'EACCES', 'EPERM'].includes(errno)) throw error;
  }
}
