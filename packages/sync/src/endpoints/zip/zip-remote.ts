import { randomUUID } from 'node:crypto';
import { digestOf } from '../../digest.ts';
import { checkPath } from '../../paths.ts';
import { EndpointError, type SyncProblem } from '../../problem.ts';
import type { ConnectionReport, Prepared, Published, Remote, RemoteFile } from '../../remote.ts';
import { errnoOf, reasonOf } from '../filesystem/place.ts';
import { asPlanned, changesOf, readBack, refusalsOf } from './archive-changes.ts';
import { isReplaceable, readWhole, replaceArchive } from './archive-file.ts';
import { type Archive, emptyArchive, readArchive } from './read-archive.ts';
import { cannotRewrite, writeArchive } from './write-archive.ts';
import { type ZipLimits, zipLimits } from './zip-limits.ts';

export interface ZipOptions {
  /** Absolute path of the archive. It need not be there yet, its folder must. */
  readonly path: string;
  /** Only what is below this folder of it; null or left out: all of it. */
  readonly subPath?: string | null;
  /** Whether writing is allowed; true without. */
  readonly writable?: boolean;
  readonly limits?: Partial<ZipLimits>;
}

/** What the archive was at the last look. */
interface Seen {
  /** SHA-256 of the archive's bytes; null: there is no archive. */
  readonly head: string | null;
  readonly archive: Archive;
}

interface Waiting {
  readonly prepared: Prepared;
  readonly parent: string | null;
  /** The new archive, or the answer that is known before anything is written. */
  readonly result: { readonly bytes: Buffer; readonly archive: Archive } | Published;
  readonly files: readonly RemoteFile[];
}

/**
 * A zip file as an endpoint. Paths are those in the archive (below `subPath`, if there is one): an archive of one task has
 * its metadata.json at the top or in the first folder that has one, an archive of many has a folder for each, and all are
 * found at any depth. A root that was guessed from where metadata.json stands would change with the tasks in it, and with
 * it every path. Its head is the digest of its bytes, so that a look at an unchanged archive unpacks nothing, and a write
 * that was interrupted is told by it: it arrived when the archive has the bytes that were meant. The archive is written
 * whole, beside the old one, read again, and renamed. Throws EndpointError `misconfigured` for a sub-path that cannot be.
 */
export function createZipRemote(options: ZipOptions): Remote {
  const { path, writable = true } = options;
  const limits = { ...zipLimits, ...options.limits };
  const root = rootOf(options.subPath ?? null);
  let seen: Seen | null = null;
  let waiting: Waiting | null = null;

  /** null: there is no archive yet, and there may be one. */
  async function bytesNow(): Promise<Buffer | null> {
    const bytes = await readWhole(path, limits);
    if (!bytes && !writable)
      throw new EndpointError('root_gone', 'There is no archive. Put it back, or change the repository.', true);
    return bytes;
  }

  async function headNow(): Promise<string | null> {
    const bytes = await bytesNow();
    return bytes && digestOf(bytes);
  }

  async function look(signal?: AbortSignal): Promise<Seen> {
    const bytes = await bytesNow();
    const head = bytes && digestOf(bytes);
    if (seen?.head !== head || !seen)
      seen = { head, archive: bytes ? await readArchive(bytes, limits, signal) : emptyArchive };
    return seen;
  }

  async function publish(token: string): Promise<Published> {
    const { result, parent, prepared, files } = waiting?.prepared.token === token ? waiting : ({} as Partial<Waiting>);
    waiting = null;
    if (!result || !prepared || !files) return { status: 'moved' };
    if ('status' in result) return result;
    try {
      if (!(await replaceArchive(path, result.bytes, async () => (await headNow()) === parent)))
        return { status: 'moved' };
    } catch (error) {
      if (error instanceof EndpointError) throw error;
      const errno = errnoOf(error);
      if (errno === 'EACCES' || errno === 'EPERM' || errno === 'EROFS')
        return { status: 'rejected', reason: 'denied', message: `The archive cannot be written: ${reasonOf(errno)}.` };
      throw new EndpointError('busy', `The archive cannot be written now: ${reasonOf(errno)}.`, true, { cause: error });
    }
    seen = { head: prepared.head, archive: result.archive };
    return { status: 'published', head: prepared.head, files, failed: [] };
  }

  return {
    type: 'zip',
    probe: headNow,

    async list(signal) {
      const { head, archive } = await look(signal);
      const files = [...archive.files]
        .filter(([name]) => name.startsWith(root))
        .map(([name, { bytes, mode }]): RemoteFile => listed(name.slice(root.length), bytes as Uint8Array, mode));
      const problems = archive.problems
        .filter(({ path: name }) => name.startsWith(root))
        .map((problem) => ({ ...problem, path: problem.path.slice(root.length) }));
      return { head, files, problems };
    },

    async *read(files) {
      const { archive } = seen ?? (await look());
      for (const file of files) {
        const bytes = archive.files.get(root + file.path)?.bytes;
        if (bytes && digestOf(bytes) === file.token) yield { file, bytes };
      }
    },

    async prepare(request, signal) {
      const { head, archive } = await look(signal);
      const now = (answer: Published): Prepared => {
        const prepared = { token: `unsent-${randomUUID()}`, head: request.parent };
        waiting = { prepared, parent: request.parent, result: answer, files: [] };
        return prepared;
      };
      if (head !== request.parent || !asPlanned(archive, root, request)) return now({ status: 'moved' });
      const denied = (message: string) => now({ status: 'rejected', reason: 'denied', message });
      const refusal =
        (writable ? null : 'The repository is read-only here. Make it writable first.') ?? cannotRewrite(archive);
      if (refusal) return denied(refusal);
      const refusals = refusalsOf(archive, root, request);
      const refused = [...refusals].map(
        ([document, message]): SyncProblem => ({ path: document, code: 'path_refused', message, severity: 'error' }),
      );
      const documents = request.documents.filter((document) => !refusals.has(document.path));
      if (refused[0] && documents.length === 0) return { ...denied(refused[0].message), refused };
      const changes = changesOf(archive, root, { ...request, documents });
      if (changes.size === 0)
        return refused.length === 0 ? null : { ...now({ status: 'published', head, files: [], failed: [] }), refused };
      const bytes = await writeArchive(archive, changes, request.date, limits);
      const result = await readBack(bytes, archive, changes, limits, signal);
      if (typeof result === 'string') return denied(result);
      const files = [...changes].flatMap(([name, change]) =>
        change ? [listed(name.slice(root.length), change.bytes, change.mode)] : [],
      );
      const prepared = { token: digestOf(bytes), head: digestOf(bytes) };
      waiting = { prepared, parent: head, result: { bytes, archive: result }, files };
      return refused.length === 0 ? prepared : { ...prepared, refused };
    },

    publish: ({ token }) => publish(token),

    outcome: async (token) => ((await headNow()) === token ? 'published' : 'unpublished'),

    async test(): Promise<ConnectionReport> {
      const report = { authenticated: true, branch: null };
      try {
        const { head, archive } = await look();
        const mayWrite = writable && (await isReplaceable(path));
        const message =
          head === null
            ? 'There is no archive yet; the first push makes it.'
            : mayWrite
              ? (cannotRewrite(archive) ?? 'The archive can be read and written.')
              : writable
                ? 'The archive can be read; the server may not write there.'
                : 'The archive can be read; the repository is read-only.';
        const whole = cannotRewrite(archive) === null;
        return { ...report, reachable: true, readable: true, writable: mayWrite && whole, head, message };
      } catch (error) {
        if (!(error instanceof EndpointError)) throw error;
        const reachable = error.code === 'denied' || error.code === 'misconfigured';
        return { ...report, reachable, readable: false, writable: false, head: null, message: error.message };
      }
    },

    async close() {
      seen = null;
      waiting = null;
    },
  };
}

function rootOf(subPath: string | null): string {
  const inner = (subPath ?? '').replace(/^(?:\.?\/)+|\/+$/g, '');
  if (inner === '' || inner === '.') return '';
  const wrong = checkPath(inner);
  if (wrong) throw new EndpointError('misconfigured', `The sub-path cannot be used: ${wrong}.`, false);
  return `${inner}/`;
}

const listed = (path: string, bytes: Uint8Array, mode: RemoteFile['mode']): RemoteFile => ({
  path,
  mode,
  size: bytes.length,
  token: digestOf(bytes),
});
