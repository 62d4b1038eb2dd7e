import { resolve } from 'node:path';
import { ConflictPolicy } from '@ratchet/contract/entities/repository';
import type { Command } from 'commander';
import { choice } from '../choice.ts';
import { commandsForOne } from '../commands-for-one.ts';
import { contextOf, type Io, projectId } from '../context.ts';
import { example } from '../example.ts';
import { exitCodes, Failed } from '../exit.ts';
import { withProgress } from '../progress.ts';

type Policy = (typeof ConflictPolicy.options)[number];

interface Settings {
  readonly name?: string;
  readonly conflictPolicy?: Policy;
  readonly readOnly?: boolean;
  readonly writable?: boolean;
  readonly pause?: boolean;
  readonly resume?: boolean;
}

const withPolicy = (command: Command): Command =>
  command
    .addOption(choice('--conflict-policy <policy>', 'what is done where both sides changed', ConflictPolicy.options))
    .option('--read-only', 'edits do not go back to its files');

/** Folders with an openspec folder, below `spec project`. */
export function specProjectCommands(spec: Command, io: Io): void {
  const project = example(spec.command('project').description('Folders with an openspec folder.'), 'spec project list');
  example(
    project
      .command('list')
      .description('Projects.')
      .action(async (_options: object, command: Command) => {
        const { client, out } = contextOf(command, io);
        const page = await client.projects.list({ limit: 1000 });
        out.rows(page, page.items, [
          'name',
          'path',
          'specCount',
          'openConflicts',
          'syncStatus',
          'lastSyncAt',
          'syncError',
        ]);
      }),
    'spec project list',
  );
  example(
    withPolicy(
      project
        .command('add <name> <folder>')
        .description('Register a folder of the server, and take over its changes.')
        .option('--on-server', 'the folder is as the server sees it; without, it is looked for from here'),
    ).action(async (name: string, folder: string, options: Settings & { onServer?: boolean }, command: Command) => {
      const { client, out } = contextOf(command, io);
      const made = await withProgress(io.stderr, (call) =>
        client.projects.create(
          {
            name,
            path: options.onServer ? folder : resolve(folder),
            isWritable: !options.readOnly,
            ...(options.conflictPolicy ? { conflictPolicy: options.conflictPolicy } : {}),
          },
          call,
        ),
      );
      out.fields(made, { id: made.id, name: made.name, path: made.path, changes: made.specCount });
    }),
    'spec project add shop ./shop',
  );
  const one = commandsForOne(project, io, 'project', projectId);
  one('show', 'One project.', 'spec project show shop', async ({ client, out }, id) => {
    const shown = await client.projects.get({ id });
    out.fields(shown, shown);
  });
  example(
    withPolicy(project.command('edit <project>').description('Change settings of a project; only those given change.'))
      .option('--name <name>', 'its new name')
      .option('--writable', 'edits go back to its files')
      .option('--pause', 'neither watch nor sweep it')
      .option('--resume', 'watch and sweep it again')
      .action(async (given: string, options: Settings, command: Command) => {
        const context = contextOf(command, io);
        const { name, conflictPolicy, readOnly, writable, pause, resume } = options;
        const changes = {
          ...(name === undefined ? {} : { name }),
          ...(conflictPolicy === undefined ? {} : { conflictPolicy }),
          ...(readOnly || writable ? { isWritable: writable === true } : {}),
          ...(pause || resume ? { syncEnabled: resume === true } : {}),
        };
        if (Object.keys(changes).length === 0)
          throw new Failed('Say what to change: --help names what can be.', exitCodes.usage);
        const changed = await context.client.projects.update({ id: await projectId(context, given), ...changes });
        context.out.fields(changed, changed);
      }),
    'spec project edit shop --pause',
  );
  example(
    project
      .command('remove <project>')
      .description('Forget a project and its changes; its folder stays as it is.')
      .option('--force', 'even with edits that its files do not have')
      .action(async (given: string, options: { force?: boolean }, command: Command) => {
        const context = contextOf(command, io);
        await context.client.projects.delete({
          id: await projectId(context, given),
          force: options.force ?? false,
        });
        if (!context.out.json) context.out.line('Removed.');
      }),
    'spec project remove shop',
  );
}
