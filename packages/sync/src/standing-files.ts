import { type Entry, type Side, sameEntry, type Tree, unreadable } from '@ratchet/sync-core/tree';
import { digestOf } from './digest.ts';
import type { Kind } from './kind.ts';
import type { DocumentWrite, Remote, RemoteFile } from './remote.ts';

/**
 * Files that stand where a document's would be written and are none of the remote document's, by path within the
 * endpoint: what a write that ended half-way left, or someone's own. null: the content is not known.
 */
export type Standing = ReadonlyMap<string, Entry | null>;

export interface StandingContext<P> {
  readonly remote: Pick<Remote, 'read'>;
  readonly kind: Pick<Kind<P>, 'rootOf'>;
  readonly signal?: AbortSignal;
}

interface SidesAt {
  readonly path: string;
  readonly local: Tree | null;
  readonly remote: Side;
}

/** What stands in the places of files that only the local side has. Contents are read: there are few. */
export async function standingFiles<P>(
  { remote, kind, signal }: StandingContext<P>,
  listed: readonly RemoteFile[],
  documents: Iterable<SidesAt>,
): Promise<Standing> {
  const places = new Set<string>();
  for (const { path, local, remote: there } of documents) {
    if (!local || there === unreadable) continue;
    const root = kind.rootOf(path, local.keys());
    for (const name of local.keys()) if (!there?.has(name)) places.add(root + name);
  }
  const files = places.size === 0 ? [] : listed.filter((file) => places.has(file.path));
  const standing = new Map<string, Entry | null>(files.map((file) => [file.path, null]));
  if (files.length > 0)
    for await (const { file, bytes } of remote.read(files, signal))
      standing.set(file.path, { digest: digestOf(bytes), mode: file.mode });
  return standing;
}

/** A place of a document that holds something else than the document is to have there; null: none does. */
export function takenPlace(standing: Standing, root: string, tree: Tree | null): string | null {
  if (standing.size === 0) return null;
  for (const [name, entry] of tree ?? []) {
    const found = standing.get(root + name);
    if (found !== undefined && !sameEntry(found ?? undefined, entry)) return root + name;
  }
  return null;
}

/** A write without the files that stand there already, as it would leave them. */
export const besideStanding = (write: DocumentWrite, standing: Standing): DocumentWrite =>
  standing.size === 0
    ? write
    : { ...write, files: write.files.filter(({ path, after }) => !(after && standing.get(path))) };
