import { cpSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Client } from '@ratchet/client/create-client';
import type { TaskSummary } from '@ratchet/contract/entities/task';
import type { Io } from '../context.ts';
import { exitCodes, Failed } from '../exit.ts';
import { folderOf, type MigrationRecord, writeRecord } from './record.ts';
import { changedSince, restoreSource, shownPath } from './source-listing.ts';
import { standingTasks } from './standing-tasks.ts';

export interface RolledBack {
  /** Tasks that the migration had made and that are gone. */
  readonly removed: number;
  /** Tasks that are what they were before. */
  readonly returned: number;
  /** Files of the folder that were put back. */
  readonly files: readonly string[];
  /** Where files of the folder that were edited since are kept; null: none was. */
  readonly keptIn: string | null;
}

export interface RollBackOptions {
  readonly client: Client;
  readonly io: Io;
  /** Takes back what was edited since, too: edits of tasks stay in their history, edited files are kept aside. */
  readonly force: boolean;
  readonly progress: (stage: string, done: number, total: number) => void;
}

const mostSaid = 20;
/** Requests under way. */
const atOnce = 8;

/**
 * Takes a migration back: tasks that it made are deleted, those that it replaced have their former content, and the folder
 * is what it was, to the byte. Throws Failed, with a list, and changes nothing where something was edited since.
 */
export async function rollBack(record: MigrationRecord, options: RollBackOptions): Promise<RolledBack> {
  const { client, io, force, progress } = options;
  if (record.state === 'rolled_back')
    throw new Failed(`Migration ${record.id} was rolled back already.`, exitCodes.usage);
  const standing = await standingTasks(client, record.repositoryId);
  const made: TaskSummary[] = [];
  const replaced: { task: TaskSummary; revision: number }[] = [];
  const edited: string[] = [];
  for (const { repositoryPath, checksum } of record.tasks) {
    const task = standing.get(repositoryPath);
    const before = record.before[repositoryPath];
    // Not moved yet, taken back before, or deleted by somebody: there is nothing to take back.
    if (!task || task.checksum === before?.checksum) continue;
    if (before && task.id !== before.id) edited.push(`${repositoryPath} is another task now`);
    else if (task.checksum !== checksum || task.revision !== (before?.revision ?? 0) + 1)
      edited.push(`${repositoryPath} was edited (revision ${task.revision})`);
    if (before?.id === task.id) replaced.push({ task, revision: before.revision });
    else if (!before) made.push(task);
  }
  const source = changedSince(record.listing, record.source);
  edited.push(...source.edited.map((path) => `${join(record.source, shownPath(path))} was edited`));
  if (edited.length > 0 && !force) throw refusal(edited);

  let done = 0;
  const total = made.length + replaced.length;
  for (let at = 0; at < made.length; at += atOnce) {
    progress('roll back', done, total);
    const some = made.slice(at, at + atOnce);
    await Promise.all(some.map(({ id, revision }) => client.tasks.delete({ id, expectedRevision: revision })));
    done += some.length;
  }
  for (const { task, revision } of replaced) {
    progress('roll back', done++, total);
    const changeDescription = `Migration ${record.id} rolled back`;
    await client.tasks.rollback({ id: task.id, revision, expectedRevision: task.revision, changeDescription });
  }
  const keptIn = source.edited.length > 0 ? keepAside(record, io, source.edited) : null;
  const files = [...source.missing, ...source.edited];
  if (files.length > 0) {
    if (record.isFolder) mkdirSync(record.source, { recursive: true });
    else mkdirSync(dirname(record.source), { recursive: true });
    await restoreSource(record.source, record.isFolder, record.backup);
  }
  writeRecord(io, { ...record, state: 'rolled_back' });
  return { removed: made.length, returned: replaced.length, files: files.map(shownPath), keptIn };
}

function refusal(edited: readonly string[]): Failed {
  const more = edited.length > mostSaid ? `\n  and ${edited.length - mostSaid} more` : '';
  return new Failed(
    `Nothing was rolled back, since this was edited after the migration:\n${edited
      .slice(0, mostSaid)
      .map((line) => `  ${line}`)
      .join(
        '\n',
      )}${more}\nSay --force to take it back all the same: edits of tasks stay in their history, edited files are kept aside.`,
    exitCodes.conflict,
  );
}

function keepAside({ source, isFolder, listing, id }: MigrationRecord, io: Io, paths: readonly string[]): string {
  const folder = join(folderOf(io, id), 'edited');
  const files = new Set(listing.filter(({ kind }) => kind === 'file').map(({ path }) => path));
  for (const path of paths) {
    if (!files.has(path)) continue;
    const from = isFolder ? join(source, shownPath(path)) : source;
    const to = join(folder, isFolder ? shownPath(path) : 'source');
    mkdirSync(dirname(to), { recursive: true, mode: 0o700 });
    cpSync(from, to, { recursive: true, preserveTimestamps: true });
  }
  return folder;
}
