import type { Queryable } from '@ratchet/store/database';
import { getBlobs } from '@ratchet/store/queries/blobs';
import type { StoredTree } from '@ratchet/store/schema/columns';
import { digestOf } from '@ratchet/sync/digest';
import type { FileWrite } from '@ratchet/sync/remote';
import { type Entry, type Mode, sameEntry, type Tree } from '@ratchet/sync-core/tree';
import { digestsIn, filesOf } from '../trees.ts';

/** Files of a change, by path within it. */
export type SpecFiles = ReadonlyMap<string, { readonly bytes: Uint8Array; readonly mode: Mode }>;

/** The files that a stored tree names. */
export async function loadTree(db: Queryable, tree: StoredTree): Promise<SpecFiles> {
  const contents = filesOf(tree, await getBlobs(db, digestsIn(tree)));
  return new Map([...contents].map(([path, bytes]) => [path, { bytes, mode: (tree[path]?.[1] ?? '100644') as Mode }]));
}

export const contentsOf = (files: SpecFiles): Map<string, Uint8Array> =>
  new Map([...files].map(([path, { bytes }]) => [path, bytes]));

export const treeOf = (files: SpecFiles): Tree =>
  new Map<string, Entry>([...files].map(([path, { bytes, mode }]) => [path, { digest: digestOf(bytes), mode }]));

export const blobsOf = (files: SpecFiles): Map<string, Uint8Array> =>
  new Map([...files.values()].map(({ bytes }) => [digestOf(bytes), bytes]));

/** What brings the files below `root` from one tree to others; files that stay are not among them. */
export function writesBetween(root: string, before: Tree, after: SpecFiles): FileWrite[] {
  const tree = treeOf(after);
  return [...new Set([...before.keys(), ...after.keys()])]
    .filter((name) => !sameEntry(before.get(name), tree.get(name)))
    .sort()
    .map((name) => ({ path: root + name, before: before.get(name) ?? null, after: after.get(name) ?? null }));
}

/** Everything below `root` goes. */
export const removalsOf = (root: string, before: Tree): FileWrite[] => writesBetween(root, before, new Map());
