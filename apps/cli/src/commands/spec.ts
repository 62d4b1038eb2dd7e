import { SpecStatus, SpecSyncStatus } from '@ratchet/contract/entities/spec';
import type { Command } from 'commander';
import { choice } from '../choice.ts';
import { commandsForOne } from '../commands-for-one.ts';
import { type Context, contextOf, type Io, projectId } from '../context.ts';
import { editText, sendEdited } from '../edit-text.ts';
import { example } from '../example.ts';
import { Failed } from '../exit.ts';
import { numberOf, optionalNumber, readText } from '../read-value.ts';
import { counts, showProblems, showShort, showSpec } from '../show-spec.ts';
import { specProjectCommands } from './spec-project.ts';
import { specSyncCommands } from './spec-sync.ts';
import { specTaskCommands } from './spec-tasks.ts';

const parts = ['proposal', 'tasks', 'design'] as const;
type Part = (typeof parts)[number];
const fileOf = (part: Part): string => `${part}.md`;

interface Contents {
  readonly proposal?: string;
  readonly tasks?: string;
  readonly design?: string;
  readonly file?: string[];
  readonly because?: string;
}

const withContents = (command: Command): Command =>
  command
    .option('--proposal <text>', 'proposal.md: @file or - for standard input')
    .option('--tasks <text>', 'tasks.md, in the same way')
    .option('--design <text>', 'design.md, in the same way')
    .option('--file <path=@file...>', 'further files, such as specs/login/spec.md=@spec.md')
    .option('--because <text>', 'what the change is for, for the history');

export function specCommands(root: Command, io: Io): void {
  const spec = example(
    root.command('spec').description('OpenSpec changes, kept in step with their files.'),
    'spec list',
  );
  example(
    spec
      .command('list')
      .description('Changes, with how far they are.')
      .option('--project <project>', 'only those of this project')
      .option('--search <text>', 'only those that have this text')
      .addOption(choice('--status <status...>', 'only those that are so far', SpecStatus.options))
      .addOption(
        choice('--sync-status <status...>', 'only those that stand so against their files', SpecSyncStatus.options),
      )
      .option('--archived', 'those in the archive, which are left out without')
      .option('--limit <n>', 'at most so many', '100')
      .action(
        async (
          options: {
            project?: string;
            search?: string;
            status?: string[];
            syncStatus?: string[];
            archived?: boolean;
            limit: string;
          },
          command: Command,
        ) => {
          const context = contextOf(command, io);
          const { project, status, syncStatus, archived = false } = options;
          const filters = [
            ...(project ? [{ field: 'projectId', value: await projectId(context, project) }] : []),
            ...(status ? [{ field: 'status', value: status }] : [{ field: 'archived', value: archived }]),
            ...(syncStatus ? [{ field: 'syncStatus', value: syncStatus }] : []),
          ];
          const limit = numberOf('--limit', options.limit);
          const page = await context.client.specs.list({ q: options.search, limit, filters });
          const rows = page.items.map((each) => ({ ...each, tasks: counts(each) }));
          context.out.rows(page, rows, ['specId', 'tasks', 'status', 'syncStatus', 'title']);
        },
      ),
    'spec list --project shop',
    'spec list --status in_progress --json',
  );
  example(
    spec
      .command('show <change>')
      .description('One change: how far it is, its tasks with their positions, and what is wrong with it.')
      .addOption(choice('--part <part>', 'this file alone, byte for byte', parts))
      .action(async (given: string, options: { part?: Part }, command: Command) => {
        const { client, out } = contextOf(command, io);
        const shown = await client.specs.get({ id: given });
        if (out.json) return out.line(JSON.stringify(shown, null, 2));
        if (options.part === undefined) return showSpec(out, shown);
        const content = shown[`${options.part}Content`];
        if (content === null) throw new Failed(`${shown.specId} has no ${fileOf(options.part)}.`);
        io.stdout.write(content);
      }),
    'spec show shop/add-two-factor-auth',
    'spec show add-two-factor-auth --part proposal',
  );
  example(
    withContents(
      spec
        .command('create <project> <name>')
        .description('Begin a change: its folder is made, with what is given and a proposal to fill in.'),
    ).action(async (project: string, name: string, options: Contents, command: Command) => {
      const context = contextOf(command, io);
      const { proposalContent, tasksContent, designContent, files } = await contentsOf(options, io);
      const made = await context.client.specs.create({
        projectId: await projectId(context, project),
        id: name,
        proposalContent,
        tasksContent,
        designContent,
        files,
        changeDescription: options.because,
      });
      context.out.fields(made, { specId: made.specId, files: made.files.map(({ path }) => path) });
    }),
    'spec create shop add-two-factor-auth',
    'spec create shop add-two-factor-auth --proposal @proposal.md --tasks @tasks.md',
  );
  example(
    withContents(
      spec
        .command('edit <change>')
        .description('Change its files. Without a text a file opens in an editor; the files on disk follow at once.'),
    )
      .addOption(choice('--open <part>', 'the file that opens in the editor', parts).default('proposal'))
      .option('--revision <n>', 'refuse unless this is the current revision')
      .action(async (given: string, options: Contents & { open: Part; revision?: string }, command: Command) => {
        const context = contextOf(command, io);
        const changed = await edit(context, given, options);
        if (changed === null) return context.out.line(context.out.json ? 'null' : 'Nothing was changed.');
        showShort(context.out, changed);
      }),
    'spec edit shop/add-two-factor-auth --open tasks',
    'spec edit shop/add-two-factor-auth --design @design.md --because "After the review"',
  );
  const one = commandsForOne(spec, io, 'change', (_, given) => given);
  one(
    'delete',
    'Delete a change and its folder; "spec rollback" brings it back.',
    'spec delete shop/add-two-factor-auth',
    async ({ client, out }, id) => {
      const { documentId, revision } = await client.specs.get({ id });
      await client.specs.delete({ id });
      if (!out.json) out.line(`Deleted. To bring it back: ratchet spec rollback ${documentId} ${revision}`);
    },
  );
  example(
    spec
      .command('validate <change>')
      .description('Judge a change by OpenSpec’s own rules.')
      .option('--strict', 'warnings count as errors')
      .action(async (given: string, options: { strict?: boolean }, command: Command) => {
        const { client, out } = contextOf(command, io);
        const result = await client.specs.validate({ id: given, strict: options.strict ?? false });
        if (out.json) out.line(JSON.stringify(result, null, 2));
        else {
          showProblems(out, result.problems);
          if (result.problems.length === 0) out.line('Nothing is wrong with it.');
        }
        if (!result.valid) throw new Failed('It has problems.');
      }),
    'spec validate shop/add-two-factor-auth --strict',
  );
  example(
    spec
      .command('archive <change>')
      .description('Move a change to the archive; its specs are merged into the project’s.')
      .option('--skip-specs', 'leave openspec/specs as it is')
      .option('--force', 'even with tasks that are open or problems that are errors')
      .action(async (given: string, options: { skipSpecs?: boolean; force?: boolean }, command: Command) => {
        const { client, out } = contextOf(command, io);
        const { skipSpecs = false, force = false } = options;
        showShort(out, await client.specs.archive({ id: given, skipSpecs, force }));
      }),
    'spec archive shop/add-two-factor-auth',
  );
  specTaskCommands(spec, io);
  specSyncCommands(spec, io);
  specProjectCommands(spec, io);
}

async function edit(context: Context, id: string, options: Contents & { open: Part; revision?: string }) {
  const { client, io } = context;
  const expectedRevision = optionalNumber('--revision', options.revision);
  const contents = await contentsOf(options, io);
  const about = { id, changeDescription: options.because };
  if (Object.keys(contents).length > 0) return client.specs.update({ ...about, ...contents, expectedRevision });
  const before = await client.specs.get({ id });
  const member = `${options.open}Content` as const;
  const edited = await editText(before[member] ?? '', fileOf(options.open), io);
  if (!edited) return null;
  return sendEdited(edited, (text) =>
    client.specs.update({ ...about, [member]: text, expectedRevision: expectedRevision ?? before.revision }),
  );
}

async function contentsOf({ proposal, tasks, design, file = [] }: Contents, io: Io) {
  const files: Record<string, string> = {};
  for (const pair of file) {
    const at = pair.indexOf('=');
    if (at < 1) throw new Failed(`${pair} is not of the form path=@file.`, 2);
    files[pair.slice(0, at)] = await readText(pair.slice(at + 1), io);
  }
  return {
    ...(proposal === undefined ? {} : { proposalContent: await readText(proposal, io) }),
    ...(tasks === undefined ? {} : { tasksContent: await readText(tasks, io) }),
    ...(design === undefined ? {} : { designContent: await readText(design, io) }),
    ...(file.length === 0 ? {} : { files }),
  };
}
