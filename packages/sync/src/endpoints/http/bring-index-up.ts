import type { RemoteFile } from '../../remote.ts';
import { indexLimit, opaque, type Registry } from './registry.ts';
import { amendedIndex, type IndexedFile } from './registry-index.ts';

/** What stands at a path after a write; null: nothing. */
export type Change = {
  readonly digest: string;
  readonly size: number;
  readonly mode: RemoteFile['mode'];
  /** Its strong ETag; null: not known. */
  readonly tag: string | null;
} | null;

/** Tries to bring an index in step that others write too. */
const tries = 3;

/** Whether an index lists a path as it was written. */
export function shows(file: IndexedFile | undefined, change: Change): boolean {
  if (!change || !file) return !change && !file;
  if (file.mode !== change.mode) return false;
  if (file.digest !== null) return file.digest === change.digest;
  return file.etag === null || (change.tag !== null && opaque(file.etag) === opaque(change.tag));
}

/**
 * A server that makes its index itself lists what was written; where it does not, the index is a file like any other, and
 * is written too: under the condition of its strong ETag, or, where it has none, right after it was read. Answers what is
 * listed then, be it as written or not.
 */
export async function bringIndexUp(
  { ask, index: read }: Registry,
  changed: ReadonlyMap<string, Change>,
  signal: AbortSignal | undefined,
): Promise<ReadonlyMap<string, IndexedFile>> {
  for (let attempt = 0; ; attempt++) {
    const { index, at, tag } = await read(signal);
    const listed = new Map(index.files.map((file) => [file.path, file]));
    const isWhole = [...changed].every(([path, change]) => shows(listed.get(path), change));
    if (isWhole || attempt === tries) return listed;
    const { status } = await ask({
      method: 'PUT',
      url: at,
      headers: { 'content-type': 'application/json', ...(tag ? { 'if-match': tag } : {}) },
      body: `${JSON.stringify(amendedIndex(index.value, changed), null, 2)}\n`,
      limit: indexLimit,
      signal,
    });
    const isTaken = status >= 200 && status < 300;
    if (!isTaken && status !== 409 && status !== 412) return listed;
  }
}
