import type { Conflict } from '@ratchet/contract/entities/conflict';
import type { Queryable } from '@ratchet/store/database';
import { getBlobs } from '@ratchet/store/queries/blobs';
import type { ConflictRow } from '@ratchet/store/queries/conflicts';
import { conflictView } from './conflict-files.ts';

/** Conflicts with their files, in the order given. */
export async function showConflicts(db: Queryable, rows: readonly ConflictRow[]): Promise<Conflict[]> {
  const contents = await getBlobs(db, [...new Set(rows.flatMap(digestsOfSides))]);
  return Promise.all(rows.map((row) => conflictView(row, contents)));
}

/** Contents that a conflict names, of all three sides. */
export const digestsOfSides = (row: ConflictRow): string[] =>
  [row.baseTree, row.localTree, row.remoteTree].flatMap((tree) => Object.values(tree ?? {}).map(([digest]) => digest));
