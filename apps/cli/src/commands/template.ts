import { RatchetError } from '@ratchet/contract/errors';
import type { Json } from '@ratchet/contract/json';
import type { Command } from 'commander';
import { contextOf, type Io, repositoryId } from '../context.ts';
import { example } from '../example.ts';
import { exitCodes, Failed } from '../exit.ts';
import { writeBelow } from '../local-files.ts';

type Properties = Readonly<
  Record<string, { type?: string; enum?: unknown[]; default?: unknown; description?: string }>
>;

/** Answers the `generate` command, for others to add to. */
export function templateCommands(root: Command, io: Io): Command {
  const template = example(root.command('template').description('Beginnings for tasks.'), 'template list');
  example(
    template
      .command('list')
      .description('Every template.')
      .action(async (_options: object, command: Command) => {
        const { client, out } = contextOf(command, io);
        const all = await client.templates.list({});
        out.rows(all, all.items, ['name', 'label', 'description']);
      }),
    'template list',
  );
  const find = async (name: string, command: Command) => {
    const { client } = contextOf(command, io);
    const { items } = await client.templates.list({});
    const found = items.find((each) => each.name === name);
    if (found) return found;
    const known = items.map((each) => each.name).join(', ');
    throw new RatchetError('NOT_FOUND', `There is no template ${JSON.stringify(name)}; there are ${known}.`);
  };
  example(
    template
      .command('show <template>')
      .description('What it takes, with defaults, and the files it makes.')
      .action(async (name: string, _options: object, command: Command) => {
        const { out } = contextOf(command, io);
        const shown = await find(name, command);
        if (out.json) return out.line(JSON.stringify(shown, null, 2));
        out.line(`${shown.label}: ${shown.description}`);
        out.line(`Files: ${shown.files.join(', ')}\n`);
        const rows = Object.entries(propertiesOf(shown.parameters)).map(([parameter, schema]) => ({
          parameter,
          default: JSON.stringify(schema.default ?? ''),
          type: schema.enum ? schema.enum.map((value) => JSON.stringify(value)).join(' ') : schema.type,
          description: schema.description,
        }));
        out.rows(shown, rows, ['parameter', 'default', 'type', 'description']);
      }),
    'template show http_api_call',
  );
  const generate = example(root.command('generate').description('Make something to begin with.'), 'template list');
  example(
    generate
      .command('task <template> <name>')
      .description('Make a task of a template: on the server, or in a folder.')
      .option('--create', 'store it on the server')
      .option('--into <folder>', 'write its files into this folder')
      .option('--param <key=value...>', 'parameters; "template show" lists them')
      .option('--description <text>', 'what it does')
      .option('--typescript', 'in TypeScript')
      .option('--repository <name>', 'with --create: where it is kept; the default one without')
      .option('--path <folder>', 'with --create: the folder in the repository')
      .option('--force', 'with --into: over files that are there')
      .action(async (templateName: string, taskName: string, options: Options, command: Command) => {
        const context = contextOf(command, io);
        if (options.create && options.into) throw new Failed('Say --create or --into, not both.', exitCodes.usage);
        const { parameters: schema } = await find(templateName, command);
        const made = await context.client.templates.generate({
          name: templateName,
          taskName,
          description: options.description,
          sourceType: options.typescript ? 'typescript' : 'javascript',
          parameters: parametersOf(options.param ?? [], propertiesOf(schema)),
          create: options.create ?? false,
          repositoryId: options.repository ? await repositoryId(context, options.repository) : undefined,
          repositoryPath: options.path,
        });
        const { out } = context;
        if (options.into) writeBelow(options.into, made.files, options.force ?? false);
        if (out.json) return out.line(JSON.stringify(made, null, 2));
        if (made.task) out.line(`Stored ${made.task.name} as ${made.task.id}. Try it: ratchet test ${made.task.id}`);
        else if (options.into)
          out.line(
            `Wrote ${made.files.length} files. Try it: ratchet test ${/^[./~]/.test(options.into) ? options.into : `./${options.into}`}`,
          );
        else for (const { path, content } of made.files) out.line(`${out.dim(`--- ${path}`)}\n${content.trimEnd()}`);
      }),
    'generate task http_api_call "List items" --into ./list-items --param url=https://api.example.org/items',
    'generate task validation "Check people" --create --param required=name,email',
  );
  return generate;
}

interface Options {
  create?: boolean;
  into?: string;
  param?: string[];
  description?: string;
  typescript?: boolean;
  repository?: string;
  path?: string;
  force?: boolean;
}

const propertiesOf = (schema: unknown): Properties => (schema as { properties?: Properties } | null)?.properties ?? {};

/** Texts as values of the types that the template's parameters have. */
function parametersOf(given: readonly string[], properties: Properties): Record<string, Json> {
  const parameters: Record<string, Json> = {};
  for (const text of given) {
    const [, key = '', value = ''] = /^([^=]+)=([\s\S]*)$/.exec(text) ?? [];
    if (key === '') throw new Failed(`${text} is not of the form key=value.`, exitCodes.usage);
    parameters[key] = typed(value, properties[key]?.type);
  }
  return parameters;
}

function typed(value: string, type: string | undefined): Json {
  if (type === 'array' && !value.startsWith('[')) return value.split(',').map((item) => item.trim());
  if (type === undefined || type === 'string') return value;
  try {
    return JSON.parse(value) as Json;
  } catch {
    return value;
  }
}
