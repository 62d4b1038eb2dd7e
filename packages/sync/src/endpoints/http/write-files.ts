import { digestOf } from '../../digest.ts';
import { isIgnoredPath } from '../../kinds/task/ignored.ts';
import { checkPath } from '../../paths.ts';
import { EndpointError, type SyncProblem } from '../../problem.ts';
import type { DocumentWrite, FileWrite, Published, RemoteFile, WriteRequest } from '../../remote.ts';
import { bringIndexUp, type Change, shows } from './bring-index-up.ts';
import { refusedBy, strongTag } from './http-client.ts';
import { unexpected } from './open-index.ts';
import { digestToken, fileLimit, indexLimit, type Registry, tagToken } from './registry.ts';
import type { IndexedFile } from './registry-index.ts';

type Failure = Pick<SyncProblem, 'code' | 'message'>;
/** What was written, by path. */
type Written = Map<string, Change>;

/**
 * Writes file by file, each under the condition that it is what the plan saw: by its strong ETag, or, where the server
 * gives none, by reading it right before. A document that stops half-way is one that the next look completes.
 */
export async function writeFiles(
  registry: Registry,
  request: WriteRequest,
  signal: AbortSignal | undefined,
): Promise<Published> {
  const written: Written = new Map();
  const failed: SyncProblem[] = [];
  // An index without digests names contents by ETags, its own or those of the files.
  const wantsTags = (await registry.index(signal)).index.files.some(({ digest }) => digest === null);
  const listing = () => bringIndexUp(registry, written, signal);
  try {
    for (const document of request.documents) {
      const failure = await writeDocument(registry, document, wantsTags, written, signal);
      if (failure) failed.push({ path: document.path, severity: 'error', ...failure });
    }
  } catch (error) {
    // What was written before it failed must not stay hidden behind an index of before.
    if (error instanceof EndpointError && written.size > 0) await listing().catch(ignoreEndpointError);
    throw error;
  }
  if (written.size === 0 && failed.length > 0) {
    if (failed.some(({ code }) => code === 'moved')) return { status: 'moved' };
    if (failed.length === request.documents.length && failed.every(({ code }) => code === 'denied'))
      return { status: 'rejected', reason: 'denied', message: failed[0]?.message ?? '' };
  }
  const listed = await listing();
  const isHidden = ({ path }: FileWrite) => {
    const found = written.get(path);
    return found !== undefined && !shows(listed.get(path), found);
  };
  for (const { path, files } of request.documents) {
    const hidden = files.find(isHidden);
    if (hidden && !failed.some((problem) => problem.path === path))
      failed.push({ path, code: 'not_written', severity: 'error', message: notListed(hidden, listed) });
  }
  return { status: 'published', head: null, files: filesAfter(registry, written, listed), failed };
}

function ignoreEndpointError(error: unknown): void {
  if (!(error instanceof EndpointError)) throw error;
}

function notListed({ path, after }: FileWrite, listed: ReadonlyMap<string, IndexedFile>): string {
  const wrongMode = after !== null && listed.has(path) && listed.get(path)?.mode !== after.mode;
  return wrongMode
    ? `${path} was written, but the registry’s index does not say whether it can be executed.`
    : `${path} was ${after ? 'written' : 'removed'}, but the registry’s index does not show it yet and cannot be written.`;
}

/** Files that list as they were written, with the token that they list with. */
function filesAfter(
  { addressOf }: Registry,
  written: Written,
  listed: ReadonlyMap<string, IndexedFile>,
): readonly RemoteFile[] {
  return [...written].flatMap(([path, change]) => {
    const file = listed.get(path);
    if (!change || !file || !shows(file, change)) return [];
    const { mode, size, tag } = change;
    if (file.digest !== null) return [{ path, mode, size, token: digestToken(file.digest) }];
    return tag === null ? [] : [{ path, mode, size, token: tagToken(addressOf(path), tag) }];
  });
}

/** What makes a folder a task comes last and goes first, so that no half of one is ever taken for a whole. */
function inOrder(files: readonly FileWrite[]): FileWrite[] {
  const rank = ({ path, after }: FileWrite): number => {
    const carries = /(?:^|\/)metadata\.json$/.test(path);
    return after ? (carries ? 2 : 1) : carries ? 0 : 3;
  };
  return [...files].sort((a, b) => rank(a) - rank(b));
}

async function writeDocument(
  registry: Registry,
  { files }: DocumentWrite,
  wantsTags: boolean,
  written: Written,
  signal: AbortSignal | undefined,
): Promise<Failure | null> {
  for (const { path, after } of files) {
    const wrong =
      checkPath(path) ??
      (isIgnoredPath(path) ? 'files of that name are never synced' : null) ??
      (after && after.mode !== '100644' && after.mode !== '100755' ? 'a registry holds plain files only' : null);
    if (wrong) return { code: 'path_refused', message: `${path} cannot be written: ${wrong}.` };
  }
  for (const file of inOrder(files)) {
    const done = await writeFile(registry, file, wantsTags, signal);
    if ('code' in done) return done;
    const { path, after } = file;
    const { tag } = done;
    written.set(path, after && { digest: digestOf(after.bytes), size: after.bytes.length, mode: after.mode, tag });
  }
  return null;
}

const moved = (path: string): Failure => ({
  code: 'moved',
  message: `${path} changed since it was looked at. The next push looks again.`,
});

async function writeFile(
  { ask, addressOf }: Registry,
  { path, before, after }: FileWrite,
  wantsTags: boolean,
  signal: AbortSignal | undefined,
): Promise<Failure | { readonly tag: string | null }> {
  const url = addressOf(path);
  const current = await ask({ method: 'GET', url, limit: fileLimit, signal });
  const error = refusedBy(current);
  if (error) throw error;
  const there = current.status === 200;
  if (!there && current.status !== 404 && current.status !== 410) throw unexpected(current);
  const tag = strongTag(current.headers);
  const found = there ? digestOf(current.bytes) : null;
  // A write that was interrupted left it so; only the index may not know yet.
  if (found === (after ? digestOf(after.bytes) : null)) return { tag };
  if (found !== (before?.digest ?? null)) return moved(path);

  /** The ETag of what was written, where it is still there: someone else's would hide what they wrote. */
  async function tagOf(bytes: Uint8Array): Promise<string | null> {
    if (!wantsTags) return null;
    const now = await ask({ method: 'GET', url, limit: fileLimit, signal });
    return now.status === 200 && digestOf(now.bytes) === digestOf(bytes) ? strongTag(now.headers) : null;
  }

  const condition: Record<string, string> = there ? (tag ? { 'if-match': tag } : {}) : { 'if-none-match': '*' };
  const answer = await ask({
    method: after ? 'PUT' : 'DELETE',
    url,
    headers: { ...condition, ...(after ? { 'content-type': 'application/octet-stream' } : {}) },
    ...(after ? { body: after.bytes } : {}),
    limit: indexLimit,
    signal,
  });
  const { status } = answer;
  if (status >= 200 && status < 300) return { tag: after && (strongTag(answer.headers) ?? (await tagOf(after.bytes))) };
  if (status === 412 || status === 409) return moved(path);
  if ((status === 404 || status === 410) && !after) return { tag: null };
  if (status === 403 || status === 405 || status === 501)
    return { code: 'denied', message: `The registry does not let ${path} be written (${status}).` };
  const refusal = refusedBy(answer);
  if (refusal) throw refusal;
  return { code: 'not_written', message: `The registry answers ${status} to a write of ${path}.` };
}
