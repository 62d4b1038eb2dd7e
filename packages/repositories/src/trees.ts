import type { StoredTree } from '@ratchet/store/schema/columns';
import type { Entry, Mode, Tree } from '@ratchet/sync-core/tree';

/** A tree as the database keeps it, paths in order. */
export const toStored = (tree: Tree): StoredTree =>
  Object.fromEntries([...tree].sort(([a], [b]) => (a < b ? -1 : 1)).map(([path, e]) => [path, [e.digest, e.mode]]));

export const fromStored = (stored: StoredTree): Tree =>
  new Map<string, Entry>(
    Object.entries(stored).map(([path, [digest, mode]]) => [path, { digest, mode: mode as Mode }]),
  );

/** The files of a stored tree by path, out of contents by digest. Throws when one is missing: trees never name what is not kept. */
export function filesOf(stored: StoredTree, contents: ReadonlyMap<string, Uint8Array>): Map<string, Uint8Array> {
  return new Map(
    Object.entries(stored).map(([path, [digest]]) => {
      const bytes = contents.get(digest);
      if (!bytes) throw new Error(`The content ${digest} of ${path} is missing from the store.`);
      return [path, bytes];
    }),
  );
}

export const digestsIn = (stored: StoredTree): string[] => Object.values(stored).map(([digest]) => digest);
