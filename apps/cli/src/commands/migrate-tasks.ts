import { existsSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';

import type { Command } from 'commander';
import { type Context, contextOf, type Io, repositoryId as repositoryIdOf, serverOf } from '../context.ts';
import { example } from '../example.ts';
import { exitCodes, Failed } from '../exit.ts';
import { type FolderTasks, loadFolderTasks } from '../migration/folder-tasks.ts';
import { backTo, moveTasks } from '../migration/move-tasks.ts';
import { type OnConflict, type PlannedTask, planTasks, tasksBefore } from '../migration/plan.ts';
import {
  folderOf,
  type MigrationRecord,
  newMigrationId,
  readRecord,
  recordIds,
  writeRecord,
} from '../migration/record.ts';
import { rollBack } from '../migration/roll-back.ts';
import { backUpSource, listSource } from '../migration/source-listing.ts';
import { standingTasks } from '../migration/standing-tasks.ts';
import { type Verified, verifyTasks } from '../migration/verify-tasks.ts';
import { progressLine } from '../progress.ts';
import { untilInterrupted } from '../until-interrupted.ts';

interface Options {
  repository?: string;
  under?: string;
  onConflict: string;
  dryRun?: boolean;
  backup?: string;
  verify?: boolean;
  runTests?: boolean;
  continue?: string;
  rollback?: string;
  list?: boolean;
  force?: boolean;
}

interface Run extends Context {
  readonly server: string;
  readonly options: Options;
  readonly signal: AbortSignal;
  readonly progress: (stage: string, done: number, total: number) => void;
}

const shownProblems = 50;

/** File-based tasks into a server's database, and back out of it. */
export function migrateCommands(root: Command, io: Io): void {
  example(
    root
      .command('migrate-tasks [folder]')
      .description(
        'Take a folder, or zip file, of tasks into the database: a plan, a backup of the folder, the move in parts, and every file compared. The folder is only read.',
      )
      .option('--repository <name>', 'where they go; the default one without')
      .option('--under <folder>', 'the folder in it that they go under', '')
      .option('--on-conflict <what>', 'where another task stands already: fail, skip or replace', 'fail')
      .option('--dry-run', 'only say what would become of what')
      .option('--backup <file>', 'where the folder is backed up; with the migration’s own notes without')
      .option('--verify', 'move nothing: compare the folder with what the database holds')
      .option('--run-tests', 'run the tests that the tasks carry, too')
      .option('--list', 'the migrations of this machine')
      .option('--continue <id>', 'go on with one that was stopped')
      .option('--rollback <id>', 'take one back: its tasks, those that it replaced, and the folder')
      .option(
        '--force',
        'with --rollback: what was edited since, too; edits stay in history, edited files are kept aside',
      )
      .action((folder: string | undefined, options: Options, command: Command) =>
        untilInterrupted(async (signal) => {
          const line = progressLine(io.stderr);
          const progress = (stage: string, done: number, total: number) => line.onProgress({ stage, done, total });
          const run = { ...contextOf(command, io), server: serverOf(command, io), options, signal, progress };
          try {
            await chosen(run, folder, () => line.end());
          } finally {
            line.end();
          }
        }),
      ),
    'migrate-tasks ./my-tasks --dry-run',
    'migrate-tasks ./my-tasks --repository ops --run-tests',
    'migrate-tasks --rollback 20261121-174513-3f2a',
  );
}

async function chosen(run: Run, folder: string | undefined, quiet: () => void): Promise<void> {
  const { options } = run;
  if (options.list) return list(run);
  if (options.rollback) return back(run, options.rollback, quiet);
  if (options.continue) {
    const record = readRecord(run.io, options.continue);
    if (record.state === 'rolled_back') throw new Failed(`Migration ${record.id} was rolled back.`, exitCodes.usage);
    return withFolder(run, record.source, async (tasks) => finish(run, refuseOther(run, record), tasks, [], quiet));
  }
  if (folder === undefined) throw new Failed('Name the folder with the tasks, or see --help.', exitCodes.usage);
  if (!['fail', 'skip', 'replace'].includes(options.onConflict))
    throw new Failed('--on-conflict is fail, skip or replace.', exitCodes.usage);
  await withFolder(run, resolve(folder), (tasks) => migrate(run, resolve(folder), tasks, quiet));
}

async function withFolder(run: Run, place: string, work: (tasks: FolderTasks) => Promise<void>): Promise<void> {
  const { readFolderTasks } = await loadFolderTasks();
  const tasks = await readFolderTasks(place, {
    signal: run.signal,
    progress: (done, total) => run.progress('read', done, total),
  });
  try {
    await work(tasks);
  } finally {
    await tasks.close();
  }
}

async function migrate(run: Run, source: string, folder: FolderTasks, quiet: () => void): Promise<void> {
  const { client, out, io, options } = run;
  const under = (options.under ?? '').replace(/^(\.?\/)+|\/+$/g, '');
  const home = await repositoryOf(run);
  const standing = await standingTasks(client, home.id);
  const plan = planTasks(folder.tasks, standing, { under, onConflict: options.onConflict as OnConflict });
  if (folder.tasks.length === 0)
    throw new Failed(
      `No task was found in ${source}. A task is a folder with metadata.json or task.yaml, code with YAML beside it, or a script with @version.`,
    );
  if (options.verify) {
    const checked = plan.filter(({ action }) => action !== 'skip');
    const found = await verifyTasks(checked, { ...run, folder, repositoryId: home.id, under, runTests: runTests(run) });
    quiet();
    return report(run, { id: null, plan, folder, verified: found });
  }
  const clashes = plan.filter(({ action }) => action === 'clash');
  if (options.dryRun || clashes.length > 0) {
    quiet();
    showPlan(run, plan, folder, home.name);
    if (clashes.length === 0) return;
    throw new Failed(
      `Nothing was migrated: ${clashes.length} of ${plan.length} clash. Choose --on-conflict skip or replace, another --under, or another --repository.`,
      exitCodes.conflict,
    );
  }
  refuseUnfinished(run, source, home.id);
  const id = newMigrationId(new Date());
  const backup = options.backup === undefined ? null : resolve(options.backup);
  if (backup !== null && existsSync(backup))
    throw new Failed(`${backup} is there already. Name another file for --backup.`, exitCodes.usage);
  const isFolder = statSync(source).isDirectory();
  const record: MigrationRecord = {
    id,
    createdAt: new Date().toISOString(),
    state: 'running',
    source,
    isFolder,
    server: run.server,
    repositoryId: home.id,
    repositoryName: home.name,
    under,
    backup: backup ?? join(folderOf(io, id), isFolder ? 'folder.tar' : 'source.zip'),
    listing: listSource(source),
    tasks: plan.filter(({ action }) => action === 'create' || action === 'replace').map(moved),
    before: tasksBefore(plan, standing),
  };
  if (record.tasks.length > 0) {
    writeRecord(io, record);
    await backUpSource(source, isFolder, record.backup);
  }
  if (record.tasks.length > 0 && !out.json)
    io.stderr.write(`Migration ${id}; the folder is kept in ${record.backup}.\n`);
  await finish(run, record, folder, plan, quiet);
}

const moved = ({ action: _, reason: __, ...task }: PlannedTask) => task;
const runTests = ({ options }: Run): boolean => options.runTests ?? false;

/** The move itself, and what shows that it is right. */
async function finish(
  run: Run,
  record: MigrationRecord,
  folder: FolderTasks,
  plan: readonly PlannedTask[],
  quiet: () => void,
): Promise<void> {
  const { client, io } = run;
  await moveTasks(record, { ...run, folder });
  const { repositoryId, under } = record;
  const same = plan.filter(({ action }) => action === 'same');
  const verified = await verifyTasks([...record.tasks, ...same], {
    client,
    folder,
    repositoryId,
    under,
    runTests: runTests(run),
    signal: run.signal,
    progress: run.progress,
  }).catch((error) => {
    if (run.signal.aborted) throw new Failed(`Stopped.${backTo(record)}`, 130);
    throw error;
  });
  quiet();
  const isNoted = record.tasks.length > 0;
  if (isNoted && verified.differences.length === 0) writeRecord(io, { ...record, state: 'done' });
  report(run, { id: isNoted ? record.id : null, plan, folder, verified });
}

async function repositoryOf(run: Run): Promise<{ id: string; name: string }> {
  const { client, options } = run;
  if (options.repository) return client.repositories.get({ id: await repositoryIdOf(run, options.repository) });
  const { items } = await client.repositories.list({ filters: [{ field: 'isDefault', value: true }] });
  if (!items[0]) throw new Failed('The server has no default repository. Name one with --repository.', exitCodes.usage);
  return items[0];
}

/** One that was stopped goes on, or is taken back, before another of the same begins. */
function refuseUnfinished({ io, server }: Run, source: string, repositoryId: string): void {
  for (const id of recordIds(io)) {
    const record = readRecord(io, id);
    const same = record.source === source && record.server === server && record.repositoryId === repositoryId;
    if (same && record.state === 'running')
      throw new Failed(`A migration of this folder was not finished.${backTo(record)}`, exitCodes.conflict);
  }
}

function refuseOther({ server }: Run, record: MigrationRecord): MigrationRecord {
  if (record.server === server) return record;
  throw new Failed(`Migration ${record.id} went to ${record.server}: say --server ${record.server}.`, exitCodes.usage);
}

function showPlan({ out }: Run, plan: readonly PlannedTask[], folder: FolderTasks, repository: string): void {
  const { problems, others } = folder;
  const rows = plan.map(({ reason, ...task }) => ({
    ...task,
    action: reason ? `${task.action}: ${reason}` : task.action,
  }));
  out.rows({ repository, tasks: plan, problems, others }, rows, [
    'path',
    'name',
    'version',
    'form',
    'repositoryPath',
    'action',
  ]);
  if (out.json) return;
  showProblems(out, folder);
}

function showProblems(out: Run['out'], { problems, others }: FolderTasks): void {
  for (const { path, line, message, severity } of problems.slice(0, shownProblems))
    out.line(
      `${severity === 'error' ? out.bad(severity) : severity} ${path}${line === undefined ? '' : `:${line}`}: ${message}`,
    );
  if (problems.length > shownProblems)
    out.line(`And ${problems.length - shownProblems} more problems; --json has all.`);
  if (others.length > 0)
    out.line(
      out.dim(`${others.length} files belong to no task and stay where they are: ${others.slice(0, 5).join(', ')}`),
    );
}

interface Reported {
  readonly id: string | null;
  readonly plan: readonly PlannedTask[];
  readonly folder: FolderTasks;
  readonly verified: Verified;
}

function report({ out }: Run, { id, plan, folder, verified }: Reported): void {
  const count = (action: PlannedTask['action']) => plan.filter((task) => task.action === action).length;
  const { differences, invalid, tests } = verified;
  const actions = { created: count('create'), replaced: count('replace'), same: count('same'), skipped: count('skip') };
  if (out.json)
    out.line(
      JSON.stringify(
        { id, ...actions, verified, problems: folder.problems, others: folder.others, tasks: plan },
        null,
        2,
      ),
    );
  else {
    showProblems(out, folder);
    for (const { path, message } of differences) out.line(`${out.bad('differs')} ${path}: ${message}`);
    for (const { path, message } of invalid) out.line(`invalid ${path}: ${message}`);
    for (const { path, message } of tests?.failed ?? []) out.line(`${out.bad('test')} ${path}: ${message}`);
    if (plan.length > 0)
      out.line(
        `${actions.created} created, ${actions.replaced} replaced, ${actions.same} the same already, ${actions.skipped} skipped.`,
      );
    out.line(
      `Verified ${verified.same} tasks: ${verified.files} files, ${verified.bytes} bytes, each as in the folder.${tests ? ` The tests of ${tests.passed} pass.` : ''}`,
    );
    if (id) out.line(out.dim(`To take it back: ratchet migrate-tasks --rollback ${id}`));
  }
  if (differences.length > 0)
    throw new Failed(`${differences.length} differences between folder and database.`, exitCodes.failed);
  if (tests && tests.failed.length > 0) throw new Failed(`The tests of ${tests.failed.length} tasks fail.`);
}

function list({ io, out }: Run): void {
  const records = recordIds(io).map((id) => readRecord(io, id));
  const rows = records.map(({ id, state, source, server, repositoryName, tasks }) => ({
    id,
    state,
    source,
    server,
    repository: repositoryName,
    tasks: tasks.length,
  }));
  out.rows(rows, rows, ['id', 'state', 'source', 'server', 'repository', 'tasks']);
}

async function back(run: Run, id: string, quiet: () => void): Promise<void> {
  const { out, client, io, options, progress } = run;
  const record = refuseOther(run, readRecord(io, id));
  const done = await rollBack(record, { client, io, force: options.force ?? false, progress });
  quiet();
  if (out.json) return out.line(JSON.stringify({ id, ...done }, null, 2));
  out.line(`Rolled back: ${done.removed} tasks deleted, ${done.returned} as they were before.`);
  if (done.files.length > 0) out.line(`${done.files.length} files of ${record.source} were put back.`);
  if (done.keptIn !== null) out.line(`Files that were edited since are kept in ${done.keptIn}.`);
}
