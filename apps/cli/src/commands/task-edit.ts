import type { Json } from '@ratchet/contract/json';
import type { Command } from 'commander';
import { type Context, contextOf, type Io, repositoryId, taskId } from '../context.ts';
import { editText, sendEdited } from '../edit-text.ts';
import { example } from '../example.ts';
import { exitCodes, Failed } from '../exit.ts';
import { optionalNumber, readJson, readText } from '../read-value.ts';

type Schema = Record<string, Json>;

interface Settings {
  readonly source?: string;
  readonly editor?: boolean;
  readonly name?: string;
  readonly label?: string;
  readonly description?: string;
  readonly tag?: string[];
  readonly inputSchema?: string;
  readonly outputSchema?: string;
  readonly setVersion?: string;
  readonly because?: string;
  readonly revision?: string;
}
interface NewTask extends Settings {
  readonly typescript?: boolean;
  readonly repository?: string;
  readonly path?: string;
}

/** What an editor opens on for a task that is new. */
const beginning = 'export default async (input, context) => {\n  return input;\n};\n';

const withSchemas = (command: Command): Command =>
  command
    .option('--description <text>', 'what it does')
    .option('--input-schema <json>', 'what it takes: JSON Schema, @file or - for standard input')
    .option('--output-schema <json>', 'what it answers, in the same way')
    .option('--set-version <version>', 'its version, as in 1.2.0');

/** `task create` and `task edit`. */
export function taskEditCommands(task: Command, io: Io): void {
  example(
    withSchemas(
      task
        .command('create <name>')
        .description('Make a task. Without --source its code is written in an editor.')
        .option('--source <code>', 'the code: @file or - for standard input'),
    )
      .option('--typescript', 'the code is TypeScript')
      .option('--repository <repository>', 'where it is kept; the default one without')
      .option('--path <folder>', 'the folder in the repository; made from the name without')
      .action(async (name: string, options: NewTask, command: Command) => {
        const context = contextOf(command, io);
        const make = async (sourceCode: string) =>
          context.client.tasks.create({
            name,
            sourceCode,
            sourceType: options.typescript ? 'typescript' : 'javascript',
            description: options.description,
            version: options.setVersion,
            ...(await schemasOf(options, io)),
            repositoryId: options.repository ? await repositoryId(context, options.repository) : undefined,
            repositoryPath: options.path,
          });
        const made =
          options.source === undefined
            ? await madeInEditor(make, options, io)
            : await make(await readText(options.source, io));
        context.out.fields(made, { id: made.id, name: made.name, path: made.repositoryInfo?.repositoryPath });
      }),
    'task create "Say hello" --source @hello.js',
    'task create "Say hello"',
  );
  example(
    withSchemas(
      task
        .command('edit <task>')
        .description('Change its code or metadata. Without an option its code opens in an editor.')
        .option('--source <code>', 'the new code: @file or - for standard input')
        .option('--editor', 'open its code in an editor, also where something else is changed'),
    )
      .option('--name <name>', 'its new name')
      .option('--label <text>', 'what people see')
      .option('--tag <tag...>', 'its tags, in place of those it has')
      .option('--because <text>', 'what the change is for')
      .option('--revision <n>', 'refuse unless this is the current revision')
      .action(async (given: string, options: Settings, command: Command) => {
        const context = contextOf(command, io);
        const changed = await edit(context, await taskId(context, given), options);
        if (changed === null) return context.out.line(context.out.json ? 'null' : 'Nothing was changed.');
        const { name, revision, syncStatus } = changed;
        context.out.fields(changed, { name, revision, syncStatus });
      }),
    'task edit "Say hello" --source @hello.js --because "Greet by name"',
    'task edit "Say hello"',
    'task edit "Say hello" --tag greeting --input-schema @input.schema.json',
  );
}

/** `task source set`: the code and nothing else, as a program would. */
export function taskSourceSetCommand(source: Command, io: Io): void {
  example(
    source
      .command('set <task> <code>')
      .description('Replace its code: @file, or - for standard input.')
      .option('--because <text>', 'what the change is for')
      .option('--revision <n>', 'refuse unless this is the current revision')
      .action(async (given: string, code: string, options: Settings, command: Command) => {
        const context = contextOf(command, io);
        const id = await taskId(context, given);
        const changed = await context.client.tasks.updateSource({
          ...shared(id, options),
          sourceCode: await readText(code, io),
        });
        const { name, revision, syncStatus } = changed;
        context.out.fields(changed, { name, revision, syncStatus });
      }),
    'task source set "Say hello" @hello.js',
  );
}

async function edit(context: Context, id: string, options: Settings) {
  const { client, io } = context;
  const { name, label, description, tag: tags } = options;
  const schemas = await schemasOf(options, io);
  const members = Object.entries({ name, label, description, tags, ...schemas }).filter(([, v]) => v !== undefined);
  const nothing = members.length === 0 && options.setVersion === undefined && options.source === undefined;
  let changed = null;
  if (options.source !== undefined)
    changed = await client.tasks.updateSource({
      ...shared(id, options),
      sourceCode: await readText(options.source, io),
    });
  else if (options.editor || nothing) {
    const { sourceCode, entry, revision } = await client.tasks.getSource({ id });
    const edited = await editText(sourceCode, entry, io);
    if (edited)
      changed = await sendEdited(edited, (text) =>
        client.tasks.updateSource({
          ...shared(id, options),
          expectedRevision: optionalNumber('--revision', options.revision) ?? revision,
          sourceCode: text,
        }),
      );
  }
  if (members.length > 0 || (!changed && options.setVersion !== undefined))
    changed = await client.tasks.update({
      ...shared(id, options),
      ...(changed ? { expectedRevision: changed.revision } : {}),
      ...Object.fromEntries(members),
    });
  return changed;
}

const shared = (id: string, options: Settings) => ({
  id,
  version: options.setVersion,
  changeDescription: options.because,
  expectedRevision: optionalNumber('--revision', options.revision),
});

async function schemasOf({ inputSchema, outputSchema }: Settings, io: Io) {
  return {
    ...(inputSchema === undefined ? {} : { inputSchema: (await readJson(inputSchema, io)) as Schema }),
    ...(outputSchema === undefined ? {} : { outputSchema: (await readJson(outputSchema, io)) as Schema }),
  };
}

async function madeInEditor<T>(make: (code: string) => Promise<T>, { typescript }: NewTask, io: Io): Promise<T> {
  const edited = await editText(beginning, typescript ? 'main.ts' : 'main.js', io);
  if (!edited) throw new Failed('Nothing was written, so no task was made.', exitCodes.failed);
  return sendEdited(edited, make);
}
