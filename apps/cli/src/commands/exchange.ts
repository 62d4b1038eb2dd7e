import { existsSync, readFileSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Output as Answer, Input } from '@ratchet/contract/operation';
import type { taskExchange } from '@ratchet/contract/operations/task-exchange';
import type { Command } from 'commander';
import { choice, choiceArgument } from '../choice.ts';
import { type Context, contextOf, type Io, repositoryId, taskId } from '../context.ts';
import { example } from '../example.ts';
import { exitCodes, Failed } from '../exit.ts';
import { type CarriedFile, filesBelow, writeBelow } from '../local-files.ts';
import { withProgress } from '../progress.ts';
import { numberOf } from '../read-value.ts';
import { writeWhole } from '../write-whole.ts';

type ImportInput = Input<(typeof taskExchange)['import']>;
type OnConflict = NonNullable<ImportInput['onConflict']>;
type BulkAction = Input<(typeof taskExchange)['bulk']>['action'];

const bulkActions = ['enable', 'disable', 'delete', 'restore', 'validate', 'test', 'push', 'tag', 'untag'];

/** Tasks in and out by hand, below `ratchet task`. */
export function exchangeCommands(task: Command, io: Io): void {
  example(
    task
      .command('import <path>')
      .description('Take tasks over: a zip file, a folder, or JSON that an export wrote.')
      .option('--on-server', 'the path is one on the server')
      .option('--repository <name>', 'where they go; the default one without')
      .option('--under <folder>', 'the folder in it that they go under')
      .addOption(
        choice('--on-conflict <what>', 'where one stands already', ['fail', 'skip', 'replace', 'rename']).default(
          'fail',
        ),
      )
      .option('--dry-run', 'only say what would happen')
      .action(
        async (
          path: string,
          options: { onServer?: boolean; repository?: string; under?: string; onConflict: string; dryRun?: boolean },
          command: Command,
        ) => {
          const context = contextOf(command, io);
          const input = {
            ...(options.onServer ? { format: 'folder' as const, path } : given(path)),
            repositoryId: options.repository ? await repositoryId(context, options.repository) : undefined,
            repositoryPath: options.under,
            onConflict: options.onConflict as OnConflict,
            dryRun: options.dryRun ?? false,
          };
          const result = await withProgress(io.stderr, (call) => context.client.tasks.import(input, call));
          report(context, result, options.dryRun ?? false);
        },
      ),
    'task import ./tasks.zip --repository ops --on-conflict replace',
    'task import ./my-tasks --dry-run',
  );
  example(
    task
      .command('export [task...]')
      .description('Give tasks out, byte for byte: as a zip file, as JSON, or into a folder. All tasks without names.')
      .option('--repository <name>', 'only tasks of this repository')
      .option('--out <file>', 'where the file goes, - for standard output; its usual name without')
      .addOption(choice('--format <format>', 'the form of the file', ['zip', 'json']).default('zip'))
      .option('--into <folder>', 'write the files into this folder instead')
      .option('--force', 'over what is there already')
      .action(async (tasks: string[], options: ExportOptions, command: Command) => {
        const context = contextOf(command, io);
        const ids: string[] = [];
        for (const one of tasks) ids.push(await taskId(context, one));
        const format = options.into ? 'json' : options.format;
        const input = {
          ...(ids.length > 0 ? { ids } : {}),
          repositoryId: options.repository ? await repositoryId(context, options.repository) : undefined,
          format: format as 'zip' | 'json',
        };
        const exported = await withProgress(io.stderr, (call) => context.client.tasks.export(input, call));
        keep(context, exported, options);
      }),
    'task export --repository ops --out ops.zip',
    'task export "HTTP check" --into ./http-check',
  );
  example(
    task
      .command('discover <path>')
      .description('Say which tasks are under a path on the server.')
      .option('--limit <n>', 'at most so many', '1000')
      .action(async (path: string, options: { limit: string }, command: Command) => {
        const { client, out } = contextOf(command, io);
        const found = await client.tasks.discover({ path, limit: numberOf('--limit', options.limit) });
        const rows = found.items.map((each) => ({
          ...each,
          known: each.known ?? '',
          problems: each.problems.map(({ message }) => message).join(' '),
        }));
        out.rows(found, rows, ['path', 'name', 'version', 'form', 'known', 'problems']);
        if (out.json) return;
        for (const problem of found.problems) out.line(`${out.bad(problem.path)}: ${problem.message}`);
        if (found.truncated) out.line(`There are more than ${options.limit}: raise --limit, or name a smaller folder.`);
      }),
    'task discover /srv/tasks',
  );
  example(
    task
      .command('bulk')
      .addArgument(choiceArgument('<action>', 'what is done to each', bulkActions))
      .argument('<task...>')
      .description('Do the same to many.')
      .option('--tag <tag...>', 'for tag and untag')
      .action(async (action: string, tasks: string[], options: { tag?: string[] }, command: Command) => {
        const context = contextOf(command, io);
        const ids: string[] = [];
        for (const one of tasks) ids.push(await taskId(context, one));
        const input = { action: action as BulkAction, ids, tags: options.tag };
        const result = await withProgress(io.stderr, (call) => context.client.tasks.bulk(input, call));
        const rows = result.results.map(({ success, error }, i) => ({
          task: tasks[i],
          done: success ? 'yes' : 'no',
          note: error?.message ?? '',
        }));
        context.out.rows(result, rows, ['task', 'done', 'note']);
        if (result.failed > 0) throw new Failed(`${result.failed} of ${result.results.length} failed.`);
      }),
    'task bulk tag "HTTP check" "Log summary" --tag nightly',
  );
}

interface ExportOptions {
  repository?: string;
  out?: string;
  format: string;
  into?: string;
  force?: boolean;
}

/** What a path of this machine holds, as the server takes it. */
function given(path: string): Pick<ImportInput, 'format' | 'archive' | 'files'> {
  const found = statSync(path, { throwIfNoEntry: false });
  if (!found) throw new Failed(`There is nothing at ${path}.`, exitCodes.usage);
  if (found.isDirectory()) return { format: 'json', files: filesBelow(path) };
  const bytes = readFileSync(path);
  if (!path.endsWith('.json')) return { format: 'zip', archive: bytes.toString('base64') };
  try {
    const { files } = JSON.parse(bytes.toString('utf8')) as { files?: CarriedFile[] };
    if (Array.isArray(files)) return { format: 'json', files };
  } catch {
    // It is told below what is wanted.
  }
  throw new Failed(`${path} is no JSON that "task export --format json" wrote.`, exitCodes.usage);
}

function report({ out }: Context, result: Answer<(typeof taskExchange)['import']>, dryRun: boolean): void {
  const rows = [
    ...result.imported.map((each) => ({ ...each, result: dryRun ? 'would be imported' : 'imported' })),
    ...result.replaced.map((each) => ({ ...each, result: dryRun ? 'would be replaced' : 'replaced' })),
    ...result.skipped.map(({ repositoryPath, reason }) => ({ repositoryPath, result: `skipped: ${reason}` })),
  ];
  out.rows(result, rows, ['repositoryPath', 'result']);
  if (out.json) return;
  for (const { path, line, message } of result.problems)
    out.line(`${out.bad(line === undefined ? path : `${path}:${line}`)}: ${message}`);
}

function keep({ out, io }: Context, exported: Answer<(typeof taskExchange)['export']>, options: ExportOptions): void {
  for (const { path, message } of exported.problems) io.stderr.write(`${path}: ${message}\n`);
  if (options.into) {
    const written = writeBelow(options.into, exported.files ?? [], options.force ?? false);
    out.line(out.json ? JSON.stringify({ files: written }) : `Wrote ${written.length} files.`);
    return;
  }
  const bytes =
    exported.archive === null
      ? Buffer.from(`${JSON.stringify({ files: exported.files }, null, 2)}\n`)
      : Buffer.from(exported.archive, 'base64');
  if (options.out === '-') {
    io.stdout.write(bytes);
    return;
  }
  const file = resolve(options.out ?? exported.fileName);
  if (!options.force && existsSync(file))
    throw new Failed(`${file} is there already. Say --force, or name another file with --out.`, exitCodes.usage);
  writeWhole(file, bytes);
  out.line(out.json ? JSON.stringify({ file, count: exported.count }) : `Wrote ${exported.count} tasks to ${file}.`);
}
