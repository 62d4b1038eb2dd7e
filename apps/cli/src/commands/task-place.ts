import type { Command } from 'commander';
import { contextOf, type Io, repositoryId, taskId } from '../context.ts';
import { example } from '../example.ts';
import { exitCodes, Failed } from '../exit.ts';
import { numberOf, optionalNumber, readText } from '../read-value.ts';

/** Where a task is kept, and the versions of it that stand side by side, below `task`. */
export function taskPlaceCommands(task: Command, io: Io): void {
  example(
    task
      .command('assign <task> [repository]')
      .description('Move it to a repository: the next push writes it there and removes it where it was.')
      .option('--here', 'to none: keep it here only')
      .option('--path <folder>', 'the folder in the repository; its present one without')
      .option('--revision <n>', 'refuse unless this is the current revision')
      .action(
        async (
          given: string,
          repository: string | undefined,
          options: { here?: boolean; path?: string; revision?: string },
          command: Command,
        ) => {
          const context = contextOf(command, io);
          if ((repository === undefined) !== (options.here === true))
            throw new Failed('Name the repository, or say --here to keep it in none.', exitCodes.usage);
          const moved = await context.client.tasks.assignRepository({
            id: await taskId(context, given),
            repositoryId: repository === undefined ? null : await repositoryId(context, repository),
            repositoryPath: options.path,
            expectedRevision: optionalNumber('--revision', options.revision),
          });
          const { name, repositoryInfo } = moved;
          const { repositoryName, repositoryPath } = repositoryInfo ?? {};
          context.out.fields(moved, { name, repository: repositoryName, path: repositoryPath });
        },
      ),
    'task assign "CSV to JSON" ops --path reports/csv',
    'task assign "CSV to JSON" --here',
  );
  example(
    task
      .command('new-version <task> <version>')
      .description('Put a new semantic version of it beside those there are, which stay as they are.')
      .option('--source <code>', 'its code: @file or - for standard input; as in the present version without')
      .option('--because <text>', 'what is new')
      .option('--path <folder>', 'its folder in the repository; made from the name without')
      .action(
        async (
          given: string,
          version: string,
          options: { source?: string; because?: string; path?: string },
          command: Command,
        ) => {
          const context = contextOf(command, io);
          const made = await context.client.tasks.createVersion({
            id: await taskId(context, given),
            version,
            sourceCode: options.source === undefined ? undefined : await readText(options.source, io),
            changeDescription: options.because,
            repositoryPath: options.path,
          });
          context.out.fields(made, { id: made.id, name: made.name, version: made.version });
        },
      ),
    'task new-version "CSV to JSON" 2.0.0 --source @main.js --because "Another shape of output"',
  );
  example(
    task
      .command('revision <task> <revision>')
      .description('One of its revisions, with the code that it had.')
      .action(async (given: string, revision: string, _options: object, command: Command) => {
        const context = contextOf(command, io);
        const shown = await context.client.tasks.getVersion({
          id: await taskId(context, given),
          revision: numberOf('The revision', revision),
        });
        const { sourceCode, inputSchema: _i, outputSchema: _o, metadata: _m, files, ...rest } = shown;
        context.out.fields(shown, { ...rest, files: files.map(({ path }) => path) });
        if (!context.out.json) context.out.line(`\n${sourceCode.trimEnd()}`);
      }),
    'task revision "CSV to JSON" 3',
  );
}
