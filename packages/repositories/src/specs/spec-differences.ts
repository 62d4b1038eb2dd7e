import type { Queryable } from '@ratchet/store/database';
import { getBlobs } from '@ratchet/store/queries/blobs';
import type { StoredTree } from '@ratchet/store/schema/columns';
import { type Difference, differences } from '@ratchet/sync/kinds/openspec/differences';
import { digestsIn, filesOf } from '../trees.ts';

/** The three sides of a change; null: it is not there. */
export interface SpecSides {
  readonly base: StoredTree | null;
  readonly filesystem: StoredTree | null;
  readonly database: StoredTree | null;
}

/** Which parts of a change differ between its files and the database, by content. `extra`: contents not stored yet. */
export async function specDifferences(
  db: Queryable,
  sides: SpecSides,
  extra: ReadonlyMap<string, Uint8Array> = new Map(),
): Promise<Difference[]> {
  const trees = [sides.base, sides.filesystem, sides.database];
  const kept = await getBlobs(
    db,
    trees.flatMap((tree) => (tree ? digestsIn(tree) : [])),
  );
  const contents = new Map([...kept, ...extra]);
  const [base = null, filesystem = null, database = null] = trees.map((tree) => tree && filesOf(tree, contents));
  return differences({ base, filesystem, database });
}
