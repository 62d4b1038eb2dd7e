import type { Actor } from '@ratchet/contract/dispatcher';
import type { Queryable } from '@ratchet/store/database';
import { type Blob, putBlobs } from '@ratchet/store/queries/blobs';
import { basesAt, insertTasks, insertVersions, type TaskRow } from '@ratchet/store/queries/documents';
import type { RepositoryRow } from '@ratchet/store/queries/repositories';
import { actorName, type RepositoriesContext } from '../context.ts';
import { versionOf } from '../task-documents.ts';
import { newRow, standingIn } from '../task-store.ts';
import { treeOf } from './read-tasks.ts';
import type { Arrival } from './rename-arrival.ts';

/** Tasks that go into one statement. */
const batchCount = 500;
const batchBytes = 16 * 1024 * 1024;

/** Inserts many new tasks, whose places are free, in few statements. `flush` writes what is left. */
export function importWriter({ now }: RepositoriesContext, tx: Queryable, repository: RepositoryRow, actor: Actor) {
  const at = now();
  let rows: TaskRow[] = [];
  let blobs: Blob[] = [];
  let bytes = 0;

  async function flush(): Promise<void> {
    if (rows.length === 0) return;
    const paths = rows.map(({ repositoryPath }) => repositoryPath ?? '');
    const bases = new Map((await basesAt(tx, repository.id, paths)).map((base) => [base.path, base.checksum]));
    const standing = rows.map((row) => ({
      ...row,
      ...standingIn(repository, row.checksum, bases.get(row.repositoryPath ?? '') ?? null),
    }));
    await putBlobs(tx, blobs);
    await insertTasks(tx, standing);
    await insertVersions(
      tx,
      standing.map((row) => versionOf(row, 'Imported', actorName(actor), null, at, 'import')),
    );
    rows = [];
    blobs = [];
    bytes = 0;
  }

  return {
    flush,
    /** Answers the id of the task. */
    async insert({ path, fields, files, uuid }: Arrival): Promise<string> {
      const { tree, blobs: contents } = treeOf(files);
      const row = newRow(fields, tree, repository, path, uuid, at, 'import');
      rows.push(row);
      for (const blob of contents) {
        blobs.push(blob);
        bytes += blob.bytes.length;
      }
      if (rows.length >= batchCount || bytes > batchBytes) await flush();
      return row.id;
    },
  };
}
