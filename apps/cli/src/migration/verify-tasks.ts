import type { Client } from '@ratchet/client/create-client';
import type { FolderTasks } from './folder-tasks.ts';
import { batches } from './move-tasks.ts';
import type { MovedTask } from './record.ts';
import { standingTasks } from './standing-tasks.ts';

export interface Difference {
  readonly path: string;
  readonly message: string;
}

export interface Verified {
  /** Tasks whose every file is in the database as it is in the folder. */
  readonly same: number;
  readonly files: number;
  readonly bytes: number;
  readonly differences: readonly Difference[];
  /** Tasks that do not pass validation: their schemas, code or metadata are as wrong as in the folder. */
  readonly invalid: readonly Difference[];
  /** null: tests were not asked for. */
  readonly tests: { readonly passed: number; readonly failed: readonly Difference[] } | null;
}

export interface VerifyOptions {
  readonly client: Client;
  readonly folder: FolderTasks;
  readonly repositoryId: string;
  readonly under: string;
  readonly runTests: boolean;
  readonly signal: AbortSignal;
  readonly progress: (stage: string, done: number, total: number) => void;
}

const judgedAtOnce = 100;

/** Reads every task back out of the database and compares it with the folder, file by file and byte by byte. */
export async function verifyTasks(tasks: readonly MovedTask[], options: VerifyOptions): Promise<Verified> {
  const { client, repositoryId, runTests, signal, progress } = options;
  const standing = await standingTasks(client, repositoryId);
  const differences: Difference[] = [];
  const counts = { same: 0, files: 0, bytes: 0 };
  const ids: { id: string; path: string }[] = [];
  let done = 0;
  for (const batch of batches(tasks)) {
    signal.throwIfAborted();
    progress('verify', done, tasks.length);
    const there = batch.flatMap((task) => {
      const id = standing.get(task.repositoryPath)?.id;
      if (id === undefined) differences.push({ path: task.path, message: 'It is not in the database.' });
      return id === undefined ? [] : [{ ...task, id }];
    });
    ids.push(...there);
    await compare(there, options, counts, differences);
    done += batch.length;
  }
  const invalid: Difference[] = [];
  const failed: Difference[] = [];
  for (let at = 0; at < ids.length; at += judgedAtOnce) {
    signal.throwIfAborted();
    const some = ids.slice(at, at + judgedAtOnce);
    progress('validate', at, ids.length);
    invalid.push(...(await judged(client, 'validate', some)));
    if (runTests) progress('test', at, ids.length);
    if (runTests) failed.push(...(await judged(client, 'test', some)));
  }
  const tests = runTests ? { passed: ids.length - failed.length, failed } : null;
  return { ...counts, differences, invalid, tests };
}

async function compare(
  tasks: readonly (MovedTask & { readonly id: string })[],
  { client, folder, under }: VerifyOptions,
  counts: { same: number; files: number; bytes: number },
  differences: Difference[],
): Promise<void> {
  if (tasks.length === 0) return;
  const source = await folder.read(new Set(tasks.map(({ path }) => path)));
  const { files } = await client.tasks.export({ ids: tasks.map(({ id }) => id), format: 'json' });
  const stored = new Map((files ?? []).map((file) => [file.path, file]));
  for (const task of tasks) {
    const wanted = source.get(task.path);
    if (!wanted) {
      differences.push({ path: task.path, message: 'It is no longer in the folder.' });
      continue;
    }
    const wrong: string[] = [];
    for (const { path, bytes, mode } of wanted) {
      const place = task.path === '.' ? `${task.repositoryPath}/${path}` : under ? `${under}/${path}` : path;
      const file = stored.get(place);
      stored.delete(place);
      const content = file && Buffer.from(file.content, file.encoding);
      if (!content) wrong.push(`${path} is missing.`);
      else if (!content.equals(bytes)) wrong.push(`${path} has other bytes.`);
      else if (file.mode !== mode) wrong.push(`${path} has mode ${file.mode}, and ${mode} in the folder.`);
      counts.files++;
      counts.bytes += bytes.length;
    }
    for (const message of wrong) differences.push({ path: task.path, message });
    if (wrong.length === 0) counts.same++;
  }
  for (const path of stored.keys())
    differences.push({ path, message: 'It is in the database, and not in the folder.' });
}

async function judged(
  client: Client,
  action: 'validate' | 'test',
  tasks: readonly { id: string; path: string }[],
): Promise<Difference[]> {
  const { results } = await client.tasks.bulk({ action, ids: tasks.map(({ id }) => id) });
  return results.flatMap(({ success, error }, i) =>
    success ? [] : [{ path: tasks[i]?.path ?? '', message: error?.message ?? 'It does not pass.' }],
  );
}
