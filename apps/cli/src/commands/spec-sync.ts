import type { HunkChoice } from '@ratchet/contract/entities/conflict';
import type { SpecSyncEvent } from '@ratchet/contract/entities/spec';
import type { Command } from 'commander';
import { choice } from '../choice.ts';
import { contextOf, type Io, projectId } from '../context.ts';
import { example } from '../example.ts';
import { exitCodes, Failed } from '../exit.ts';
import { lineDiff } from '../line-diff.ts';
import { withProgress } from '../progress.ts';
import { numberOf, readText } from '../read-value.ts';
import { showProblems, showShort } from '../show-spec.ts';

type Side = 'files' | 'database';
type Choice = (typeof HunkChoice)['_output'];

const sides: readonly Side[] = ['files', 'database'];
const directions = { files: 'fs_to_db', database: 'db_to_fs' } as const;

interface SyncOptions {
  readonly project?: string;
  readonly prefer?: Side;
  readonly planId?: string;
}

/** Files and database against each other, below `spec`. */
export function specSyncCommands(spec: Command, io: Io): void {
  example(
    spec
      .command('sync [change]')
      .description('Bring changes in step with their files, both ways.')
      .option('--project <project>', 'only those of this project')
      .addOption(choice('--prefer <side>', 'let this side win, also over edits; the other is in history', sides))
      .option('--plan-id <id>', 'let this plan through though a guard stopped it')
      .action(async (change: string | undefined, options: SyncOptions, command: Command) => {
        const context = contextOf(command, io);
        const { out } = context;
        const input = {
          ...(change === undefined ? {} : { specId: change }),
          ...(options.project === undefined ? {} : { projectId: await projectId(context, options.project) }),
          ...(options.prefer === undefined ? {} : { direction: directions[options.prefer] }),
          ...(options.planId === undefined ? {} : { planId: options.planId, force: true }),
        };
        const result = await withProgress(io.stderr, (call) => context.client.specs.sync(input, call));
        if (out.json) out.line(JSON.stringify(result, null, 2));
        else {
          out.line(result.message);
          showProblems(
            out,
            result.problems.map((each) => ({ ...each, path: each.specId ? `${each.specId}/${each.path}` : each.path })),
          );
          for (const { specId, fields } of result.conflicts)
            out.line(`conflict ${specId}: ${fields.join(', ')} (ratchet spec conflicts ${specId})`);
        }
        for (const failure of result.failures)
          io.stderr.write(`${failure.projectId}: ${failure.code}: ${failure.message}\n`);
        if (result.conflicts.length > 0)
          throw new Failed(`${result.conflicts.length} in conflict.`, exitCodes.conflict);
        if (result.failures.length > 0) throw new Failed(`${result.failures.length} projects failed.`);
      }),
    'spec sync',
    'spec sync shop/add-two-factor-auth --prefer files',
  );
  example(
    spec
      .command('status [project]')
      .description('How far changes are in step with their files.')
      .action(async (project: string | undefined, _options: object, command: Command) => {
        const context = contextOf(command, io);
        const state = await context.client.specs.syncStatus(
          project === undefined ? {} : { projectId: await projectId(context, project) },
        );
        context.out.fields(state, state);
      }),
    'spec status shop',
  );
  example(
    spec
      .command('watch [project]')
      .description('Syncs as they begin and end, and conflicts as they are found, until it is interrupted.')
      .action(async (project: string | undefined, _options: object, command: Command) => {
        const context = contextOf(command, io);
        const scope = project === undefined ? {} : { projectId: await projectId(context, project) };
        for await (const event of context.client.specs.events(scope))
          context.out.line(context.out.json ? JSON.stringify(event) : eventLine(event));
      }),
    'spec watch shop --json',
  );
  example(
    spec
      .command('conflicts <change>')
      .description('How the files of a change and the database differ now.')
      .action(async (given: string, _options: object, command: Command) => {
        const { client, out } = contextOf(command, io);
        const shown = await client.specs.conflicts({ id: given });
        if (out.json) return out.line(JSON.stringify(shown, null, 2));
        if (shown.differences.length === 0) return out.line('Both sides hold the same.');
        for (const { field, filesystem, database, conflicting } of shown.differences) {
          out.line(`${conflicting ? out.bad(`${field}: both sides changed it`) : field}`);
          out.line(out.dim('    - files  + database'));
          for (const line of lineDiff(filesystem ?? '', database ?? '')) out.line(`    ${line}`);
        }
        if (shown.conflict)
          out.line(`\nDecide: ratchet spec resolve ${shown.specId} --take files, or --take database, or --merge.`);
      }),
    'spec conflicts shop/add-two-factor-auth',
  );
  example(
    spec
      .command('resolve <change>')
      .description('Decide between the files and the database; the loser stays in history.')
      .addOption(choice('--take <side>', 'one side, whole', sides))
      .option('--merge', 'both, where they do not meet')
      .option('--choose <file:hunk=side...>', 'merge, with local, remote or both for each open hunk')
      .option('--file <path=@file...>', 'write these files by hand')
      .action(async (given: string, options: ResolveOptions, command: Command) => {
        const { client, out } = contextOf(command, io);
        showShort(out, await client.specs.resolve({ id: given, ...(await resolutionOf(options, io)) }));
      }),
    'spec resolve shop/add-two-factor-auth --take files',
    'spec resolve shop/add-two-factor-auth --choose tasks.md:h1=both',
  );
  example(
    spec
      .command('history <change>')
      .description('When something of it was carried from one side to the other, newest first.')
      .option('--limit <n>', 'at most so many', '50')
      .action(async (given: string, options: { limit: string }, command: Command) => {
        const { client, out } = contextOf(command, io);
        const page = await client.specs.syncHistory({ id: given, limit: numberOf('--limit', options.limit) });
        out.rows(page, page.items, [
          'startedAt',
          'direction',
          'trigger',
          'status',
          'filesChanged',
          'startedBy',
          'error',
        ]);
      }),
    'spec history shop/add-two-factor-auth',
  );
  example(
    spec
      .command('versions <change> [revision]')
      .description('Its revisions, newest first; or one of them with its files.')
      .option('--limit <n>', 'at most so many', '50')
      .action(async (given: string, revision: string | undefined, options: { limit: string }, command: Command) => {
        const { client, out } = contextOf(command, io);
        if (revision === undefined) {
          const page = await client.specs.versions({ id: given, limit: numberOf('--limit', options.limit) });
          const columns = ['revision', 'changeSource', 'changedBy', 'createdAt', 'deleted', 'changeDescription'];
          return out.rows(page, page.items, columns);
        }
        const shown = await client.specs.getVersion({ id: given, revision: numberOf('The revision', revision) });
        if (out.json) return out.line(JSON.stringify(shown, null, 2));
        for (const part of ['proposal', 'tasks', 'design'] as const) {
          const content = shown[`${part}Content`];
          if (content !== null) out.line(`${out.dim(`--- ${part}.md`)}\n${content.trimEnd()}`);
        }
      }),
    'spec versions shop/add-two-factor-auth',
    'spec versions shop/add-two-factor-auth 3',
  );
  example(
    spec
      .command('rollback <change> <revision>')
      .description('Make an earlier revision the current one, also of a change that was deleted; history keeps both.')
      .option('--because <text>', 'why')
      .action(async (given: string, revision: string, options: { because?: string }, command: Command) => {
        const { client, out } = contextOf(command, io);
        const changed = await client.specs.rollback({
          id: given,
          revision: numberOf('The revision', revision),
          changeDescription: options.because,
        });
        showShort(out, changed);
      }),
    'spec rollback shop/add-two-factor-auth 2',
  );
}

interface ResolveOptions {
  readonly take?: Side;
  readonly merge?: boolean;
  readonly choose?: string[];
  readonly file?: string[];
}

async function resolutionOf({ take, merge, choose, file }: ResolveOptions, io: Io) {
  const ways = [take, merge ?? choose, file].filter((each) => each !== undefined);
  if (ways.length !== 1) throw new Failed('Say --take, --merge, --choose or --file.', exitCodes.usage);
  if (take) return { resolution: `${take === 'files' ? 'filesystem' : 'database'}_wins` as const };
  if (file) {
    const files: Record<string, string> = {};
    for (const given of file) {
      const cut = given.indexOf('=');
      if (cut < 1) throw new Failed(`${given} is not of the form path=@file.`, exitCodes.usage);
      files[given.slice(0, cut)] = await readText(given.slice(cut + 1), io);
    }
    return { resolution: 'manual' as const, files };
  }
  const choices: Record<string, Record<string, Choice>> = {};
  for (const given of choose ?? []) {
    const [, path = '', hunk = '', side] = /^(.+?):(.+)=(local|remote|both)$/.exec(given) ?? [];
    if (side === undefined)
      throw new Failed(`${given} is not of the form file:hunk=local|remote|both.`, exitCodes.usage);
    choices[path] = { ...choices[path], [hunk]: side as Choice };
  }
  return { resolution: 'merge' as const, ...(choose ? { choices } : {}) };
}

const eventLine = ({ at, type, specId, projectId: project, trigger, error }: SpecSyncEvent): string =>
  [at, type, specId ?? project, trigger, ...(error === null ? [] : [error])].join('  ');
