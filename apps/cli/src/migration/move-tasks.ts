import type { Client } from '@ratchet/client/create-client';
import { Failed } from '../exit.ts';
import type { FolderFile, FolderTasks } from './folder-tasks.ts';
import type { MigrationRecord, MovedTask } from './record.ts';
import { standingTasks } from './standing-tasks.ts';

export interface MoveOptions {
  readonly client: Client;
  readonly folder: FolderTasks;
  readonly signal: AbortSignal;
  readonly progress: (stage: string, done: number, total: number) => void;
}

const mostTasks = 200;
const mostBytes = 16 * 1024 * 1024;

/**
 * Moves tasks into the repository, some at a time; each of these is a transaction of the server. Those that are there
 * already, as they should be, are passed over: a migration that was killed goes on here.
 */
export async function moveTasks(
  record: MigrationRecord,
  { client, folder, signal, progress }: MoveOptions,
): Promise<void> {
  const standing = await standingTasks(client, record.repositoryId);
  const left = record.tasks.filter(
    ({ repositoryPath, checksum }) => standing.get(repositoryPath)?.checksum !== checksum,
  );
  let done = record.tasks.length - left.length;
  const replacing = (task: MovedTask): boolean => record.before[task.repositoryPath] !== undefined;
  const inOrder = [...batches(left.filter((task) => !replacing(task))), ...batches(left.filter(replacing))];
  for (const batch of inOrder) {
    if (signal.aborted) throw stopped(record);
    progress('move', done, record.tasks.length);
    const read = await folder.read(new Set(batch.map(({ path }) => path)));
    for (const task of batch) {
      if (!read.has(task.path)) throw new Failed(`${task.path} is no longer in the folder.${backTo(record)}`);
    }
    // A task that is the whole folder is told apart from the others by its place alone.
    const whole = batch.length === 1 && batch[0]?.path === '.';
    await client.tasks.import({
      format: 'json',
      files: [...read.values()].flat().map(carried),
      repositoryId: record.repositoryId,
      ...(whole ? { repositoryPath: batch[0]?.repositoryPath } : record.under ? { repositoryPath: record.under } : {}),
      // What is new may replace nothing, though something came there meanwhile.
      onConflict: batch.some(replacing) ? 'replace' : 'fail',
    });
    done += batch.length;
  }
}

export const carried = ({ path, bytes, mode }: FolderFile) => ({
  path,
  content: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('base64'),
  encoding: 'base64' as const,
  mode: mode === '100755' ? ('100755' as const) : ('100644' as const),
});

/** Some tasks at a time, by their number and size. */
export function* batches<T extends Pick<MovedTask, 'bytes'>>(tasks: readonly T[]): Generator<T[]> {
  let batch: T[] = [];
  let bytes = 0;
  for (const task of tasks) {
    if (batch.length === mostTasks || (batch.length > 0 && bytes + task.bytes > mostBytes)) {
      yield batch;
      batch = [];
      bytes = 0;
    }
    batch.push(task);
    bytes += task.bytes;
  }
  if (batch.length > 0) yield batch;
}

export const backTo = ({ id }: Pick<MigrationRecord, 'id'>): string =>
  ` Go on with: ratchet migrate-tasks --continue ${id}, or take it back with: ratchet migrate-tasks --rollback ${id}`;

const stopped = (record: MigrationRecord): Failed => new Failed(`Stopped.${backTo(record)}`, 130);
