import { createHash } from 'node:crypto';
import type { Database } from '@ratchet/store/database';
import { newId } from '@ratchet/store/id';
import { putBlobs } from '@ratchet/store/queries/blobs';
import { insertTasks, type TaskRow } from '@ratchet/store/queries/documents';

/** A task of one file, as a sync would have stored it. */
export async function addTask(database: Database, source: string, more: Partial<TaskRow> = {}): Promise<string> {
  const bytes = Buffer.from(source);
  const digest = createHash('sha256').update(bytes).digest('hex');
  const [id, at] = [newId(), new Date()];
  const row: TaskRow = {
    id,
    uuid: id,
    name: `task ${id}`,
    label: null,
    description: null,
    version: '1.0.0',
    tags: [],
    metadata: {},
    inputSchema: null,
    outputSchema: null,
    sourceCode: source,
    sourceType: 'javascript',
    storageType: 'folder',
    entry: 'main.js',
    problems: [],
    tree: { 'main.js': [digest, '100644'] },
    checksum: digest,
    revision: 1,
    repositoryId: null,
    repositoryPath: null,
    repositoryCommit: null,
    syncStatus: 'synced',
    pushStatus: 'not_required',
    pushMessage: null,
    needsPush: false,
    localModifiedAt: null,
    lastSyncedAt: null,
    sourceModifiedAt: null,
    isEditable: true,
    enabled: true,
    createdFrom: 'api',
    createdAt: at,
    updatedAt: at,
    deletedAt: null,
    ...more,
  };
  await database.transaction(async (tx) => {
    await putBlobs(tx, [{ digest, bytes }]);
    await insertTasks(tx, [row]);
  });
  return id;
}
