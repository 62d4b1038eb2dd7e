import { digestOf } from '../../digest.ts';
import { EndpointError, type SyncProblem, unreadable } from '../../problem.ts';
import type { ConnectionReport, Published, Remote, RemoteFile, WriteRequest } from '../../remote.ts';
import { type Intended, openJournal } from '../journal.ts';
import { bringIndexUp, type Change, shows } from './bring-index-up.ts';
import { type HttpAnswer, httpClient, refusedBy, strongTag } from './http-client.ts';
import { openIndex, unexpected } from './open-index.ts';
import { digestToken, fileLimit, opaque, type Registry, tagToken } from './registry.ts';
import type { IndexedFile } from './registry-index.ts';
import { sendChanges } from './send-changes.ts';
import { writeFiles } from './write-files.ts';

export interface HttpOptions {
  /** The registry: files stand below it, and its index at `.ratchet/index.json` or `index.json`; or the index itself. */
  readonly url: string;
  /** What signs in, such as `authorization`. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly writable?: boolean;
  /** A folder of our own: what writes were meant to leave. */
  readonly journalDir: string;
  /** The only way out; the platform's own without. */
  readonly fetch?: typeof fetch;
  /** How long the server may be silent; half a minute without. */
  readonly timeoutMs?: number;
  readonly now?: () => number;
}

/** Files asked for at once. */
const atOnce = 8;
/** So many failures in a row are the server's, not the files'. */
const failuresInRow = 5;

/**
 * A registry over HTTP as an endpoint. Throws EndpointError `misconfigured` for an address that cannot be one, and for
 * headers that cannot be sent.
 */
export function createHttpRemote(options: HttpOptions): Remote {
  const { writable = true, journalDir, timeoutMs = 30_000, now = Date.now } = options;
  const base = baseOf(options.url);
  const ask = httpClient({
    origin: base.folder.origin,
    headers: options.headers ?? {},
    fetch: options.fetch ?? globalThis.fetch,
    timeoutMs,
  });
  const journal = openJournal(journalDir, now);
  const requests = new Map<string, WriteRequest>();
  const indexes = openIndex(ask, base.indexes);
  const registry: Registry = {
    ask,
    addressOf: (path) => new URL(path.split('/').map(encodeURIComponent).join('/'), base.folder),
    index: indexes.read,
  };
  /** Whether the server is known to say no strong ETags, so that asking for them alone is in vain. */
  let isTagless = false;

  /** Content and tag of a file; null: it is gone. */
  async function fetchFile(path: string, signal?: AbortSignal): Promise<HttpAnswer | null> {
    const answer = await ask({ method: 'GET', url: registry.addressOf(path), limit: fileLimit, signal });
    if (answer.status === 404 || answer.status === 410) return null;
    const error = refusedBy(answer);
    if (error) throw error;
    if (answer.status !== 200) throw unexpected(answer);
    return answer;
  }

  /** The strong ETag and size of a file without its content; null: only the content tells more. */
  async function headOf(url: URL, signal?: AbortSignal): Promise<{ tag: string; size: number | null } | null> {
    if (isTagless) return null;
    const answer = await ask({ method: 'HEAD', url, limit: 0, signal });
    const error = refusedBy(answer);
    // A server may refuse this way of asking alone.
    if (error && error.code !== 'denied' && answer.status !== 501) throw error;
    if (answer.status !== 200) return null;
    const tag = strongTag(answer.headers);
    const length = answer.headers.get('content-length');
    isTagless = tag === null;
    return tag === null ? null : { tag, size: length === null ? null : Number(length) };
  }

  /** A file with the token that its content has now; null: it is gone. */
  async function tokened(file: IndexedFile, signal?: AbortSignal): Promise<RemoteFile | null> {
    const { path, mode, size, digest, etag } = file;
    const url = registry.addressOf(path);
    if (digest !== null) return { path, mode, size, token: digestToken(digest) };
    if (etag !== null) return { path, mode, size, token: tagToken(url, etag) };
    const head = await headOf(url, signal);
    if (head) return { path, mode, size: head.size ?? size, token: tagToken(url, head.tag) };
    const found = await fetchFile(path, signal);
    return found && { path, mode, size: found.bytes.length, token: digestToken(digestOf(found.bytes)) };
  }

  /** What of a write is there, and whether all of it is, in the index too. */
  async function arrivedOf(intended: readonly Intended[], signal?: AbortSignal) {
    const { index } = await registry.index(signal);
    const listed = new Map(index.files.map((file) => [file.path, file]));
    const arrived = new Map<string, Change>();
    for (const { path, entry } of intended) {
      const answer = await fetchFile(path, signal);
      const digest = answer && digestOf(answer.bytes);
      if (digest !== (entry ? entry[0] : null)) continue;
      const [size, tag] = answer ? [answer.bytes.length, strongTag(answer.headers)] : [0, null];
      arrived.set(path, entry && { digest: entry[0], size, mode: entry[1], tag });
    }
    const hidden = [...arrived].filter(([path, change]) => !shows(listed.get(path), change));
    return { index, listed, arrived, hidden, isWhole: arrived.size === intended.length && hidden.length === 0 };
  }

  return {
    type: 'http',
    probe: async (signal) => (await registry.index(signal)).index.head,

    async list(signal) {
      const { index } = await registry.index(signal);
      const problems: SyncProblem[] = [...index.problems];
      const files: RemoteFile[] = [];
      const failed = failureCount();
      await each(index.files, async (file) => {
        try {
          const found = await tokened(file, signal);
          failed.reset();
          // The index says that it is there: only an index without it says that it is gone.
          if (found) files.push(found);
          else problems.push(unreadable(file.path, notThere));
        } catch (error) {
          if (!(error instanceof EndpointError)) throw error;
          failed.add(error);
          problems.push(unreadable(file.path, error.message));
        }
      });
      return { head: index.head, files, problems };
    },

    async *read(files, signal) {
      const failed = failureCount();
      for (let from = 0; from < files.length; from += atOnce) {
        const batch = await Promise.all(
          files.slice(from, from + atOnce).map(async (file) => {
            try {
              const found = await fetchFile(file.path, signal);
              failed.reset();
              return found && isListed(file, found) ? { file, bytes: found.bytes } : null;
            } catch (error) {
              if (!(error instanceof EndpointError)) throw error;
              failed.add(error);
              return null;
            }
          }),
        );
        for (const read of batch) if (read) yield read;
      }
    },

    async prepare(request) {
      const changes = request.documents.some(({ files }) => files.some(changesAnything));
      if (!changes) return null;
      const token = await journal.note(request);
      requests.set(token, request);
      return { token, head: null };
    },

    async publish({ token }, signal): Promise<Published> {
      const request = requests.get(token);
      requests.delete(token);
      if (!request) return { status: 'moved' };
      if (!writable) return readOnly;
      const { index } = await registry.index(signal);
      if (!index.writable) return { ...readOnly, message: 'The registry says that it is read-only.' };
      return index.changes === null
        ? writeFiles(registry, request, signal)
        : sendChanges(registry, changesAddress(index.changes, base.folder), request, signal);
    },

    async outcome(token, signal) {
      const intended = await journal.find(token);
      if (!intended) return 'unpublished';
      indexes.forget();
      const { index, listed, arrived, hidden, isWhole } = await arrivedOf(intended, signal);
      if (isWhole) return 'published';
      // Files whose index does not know of them look changed by nobody, or gone: the write is finished as far as it came.
      const stale = hidden.filter(
        ([path, change]) =>
          !shows(listed.get(path), change && { ...change, mode: listed.get(path)?.mode ?? change.mode }),
      );
      const mayWrite = writable && index.writable && index.changes === null;
      if (stale.length === 0 || !mayWrite) return 'unpublished';
      const now = await bringIndexUp(registry, new Map(stale), signal);
      const isShown = [...arrived].every(([path, change]) => shows(now.get(path), change));
      return isShown && arrived.size === intended.length ? 'published' : 'unpublished';
    },

    async test(signal): Promise<ConnectionReport> {
      const report = { authenticated: true, branch: null };
      try {
        const { index, tag } = await registry.index(signal);
        const mayWrite = writable && index.writable;
        const safe = index.changes !== null || tag !== null;
        const message = !mayWrite
          ? 'The registry can be read; it is read-only.'
          : safe
            ? 'The registry can be read and written.'
            : 'The registry can be read and written; its writes are unsafe, for it gives no strong ETags.';
        return { ...report, reachable: true, readable: true, writable: mayWrite, head: index.head, message };
      } catch (error) {
        if (!(error instanceof EndpointError)) throw error;
        return {
          ...report,
          reachable: error.code !== 'unreachable',
          authenticated: error.code !== 'unauthenticated',
          readable: false,
          writable: false,
          head: null,
          message: error.message,
        };
      }
    },

    async close() {
      requests.clear();
      indexes.forget();
    },
  };
}

const notThere = 'The registry lists it and does not have it. Put it back, or take it out of the index.';

const readOnly = {
  status: 'rejected',
  reason: 'denied',
  message: 'The repository is read-only here. Make it writable first.',
} as const;

/** The folder that files stand below, and where its index may be. */
function baseOf(address: string): { folder: URL; indexes: readonly URL[] } {
  const url = URL.parse(address);
  if (!url || !/^https?:$/.test(url.protocol))
    throw new EndpointError('misconfigured', 'The address of a registry begins with https:// or http://.', false);
  if (url.username !== '' || url.password !== '')
    throw new EndpointError('misconfigured', 'The address holds a password. Store it as a credential instead.', false);
  url.hash = '';
  if (url.pathname.endsWith('.json')) {
    const folder = new URL(/\/\.ratchet\/[^/]*$/.test(url.pathname) ? '..' : '.', url);
    return { folder, indexes: [url] };
  }
  url.search = '';
  if (!url.pathname.endsWith('/')) url.pathname += '/';
  return { folder: url, indexes: [new URL('.ratchet/index.json', url), new URL('index.json', url)] };
}

/** The credential goes along, so the address must be the registry's own. */
function changesAddress(address: string, folder: URL): URL {
  const url = URL.parse(address, folder.href);
  if (url?.origin === folder.origin) return url;
  throw new EndpointError('misconfigured', 'The registry wants its changes sent to another server.', false);
}

/** Whether an answer is the content that was listed. */
function isListed({ token }: RemoteFile, { bytes, headers }: HttpAnswer): boolean {
  if (token.startsWith('sha256:')) return token === digestToken(digestOf(bytes));
  const tag = headers.get('etag');
  return tag === null || token.endsWith(` ${opaque(tag)}`);
}

function changesAnything({ before, after }: WriteRequest['documents'][number]['files'][number]): boolean {
  return after ? before?.mode !== after.mode || before.digest !== digestOf(after.bytes) : before !== null;
}

/** Throws when failures come in a row: then it is the server that fails. */
function failureCount() {
  let inRow = 0;
  return {
    reset: () => {
      inRow = 0;
    },
    add(error: EndpointError): void {
      if (error.code === 'unauthenticated' || ++inRow >= failuresInRow) throw error;
    },
  };
}

/** Does something with each item, a few at a time, until one fails. */
async function each<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  let next = 0;
  const lane = async () => {
    while (next < items.length)
      try {
        await work(items[next++] as T);
      } catch (error) {
        next = items.length;
        throw error;
      }
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, items.length) }, lane));
}
