import { existsSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import type { Command } from 'commander';
import { choice } from '../choice.ts';
import { contextOf, type Io } from '../context.ts';
import { example } from '../example.ts';
import { exitCodes, Failed } from '../exit.ts';
import { globalsOf } from '../global-options.ts';
import { output } from '../output.ts';
import { numberOf } from '../read-value.ts';
import { writeWhole } from '../write-whole.ts';

/** As `profileNames` of the server, which is not loaded before it is needed. */
const profiles = ['minimal', 'development', 'staging', 'production', 'enterprise'];

const load = () => import('@ratchet/server/configuration/command');

export function configCommands(root: Command, io: Io): void {
  const config = example(
    root.command('config').description('The configuration of a server: check, generate, show and change it.'),
    'config validate ratchet.yaml',
  );
  example(
    config
      .command('validate [file]')
      .description('Check a file as a start would; without one, the one that a start here would find.')
      .option('--strict', 'warnings count as errors')
      .action(async (file: string | undefined, options: { strict?: boolean }, command: Command) => {
        const { validateConfiguration } = await load();
        const out = output(io, globalsOf(command).json ?? false);
        const found = validateConfiguration({ config: file ?? globalsOf(command).config, environment: io.env });
        const bad = found.errors.length + (options.strict ? found.warnings.length : 0);
        if (out.json) out.rows({ ...found, valid: bad === 0 }, [], []);
        else {
          for (const error of found.errors) out.line(`${out.bad('error')}    ${error}`);
          for (const warning of found.warnings) out.line(`${out.dim('warning')}  ${warning}`);
          const what = found.path ?? 'There is no file: every setting is the default, or from the environment. That';
          if (bad === 0) out.line(out.good(`${what} is valid.`));
        }
        if (bad > 0) throw new Failed(`${bad} ${bad === 1 ? 'thing is' : 'things are'} wrong.`);
      }),
    'config validate',
    'config validate deploy/ratchet.yaml --strict',
  );
  example(
    config
      .command('generate')
      .description('Write a commented file to begin from.')
      .addOption(choice('--profile <name>', 'what it is for', profiles).default('minimal'))
      .option('--output <file>', 'write it here, readable for its owner alone; without, to standard output')
      .option('--schema <address>', 'where editors find the JSON Schema')
      .option('--force', 'write over a file that is there')
      .action(async (options: { profile: string; output?: string; schema?: string; force?: boolean }) => {
        const { generateProfile } = await load();
        const text = generateProfile(options.profile, options.schema ?? schemaFor(options.output));
        if (options.output === undefined) return void io.stdout.write(text);
        if (existsSync(options.output) && !options.force)
          throw new Failed(`${options.output} is there already. Use --force to write over it.`, exitCodes.usage);
        writeWhole(options.output, text, 0o600);
        io.stdout.write(`Wrote ${options.output}. Check it with: ratchet config validate ${options.output}\n`);
      }),
    'config generate --profile production --output ratchet.yaml',
  );
  example(
    config
      .command('show [name]')
      .description(
        'Settings as they count, and where each comes from: of the server that --server names, else of this machine.',
      )
      .action(async (name: string | undefined, _options: object, command: Command) => {
        const { out, client } = contextOf(command, io);
        const { server } = globalsOf(command);
        const shown = server
          ? { ...(await client.config.get({})), errors: [] as string[] }
          : (await load()).showConfiguration({ config: globalsOf(command).config, environment: io.env });
        const rows = Object.entries(shown.sources)
          .filter(([setting]) => name === undefined || setting === name || setting.startsWith(`${name}.`))
          .map(([setting, source]) => ({ setting, value: valueAt(shown.values, setting), source }));
        if (rows.length === 0) throw new Failed(`There is no setting ${JSON.stringify(name)}.`);
        out.rows(shown, rows, ['setting', 'value', 'source']);
        for (const error of shown.errors) io.stderr.write(`${error}\n`);
        if (shown.errors.length > 0) throw new Failed('What is wrong counts as its default above.');
      }),
    'config show server',
    'config show --config ./ratchet.yaml',
    'config show --server http://127.0.0.1:8080',
  );
  example(
    config
      .command('set <name=value...>')
      .description('Change settings in the file of a running server; some count after its next start.')
      .option('--expected-revision <number>', 'only if the configuration is at this revision')
      .action(async (sets: string[], options: { expectedRevision?: string }, command: Command) => {
        const { out, client } = contextOf(command, io);
        const changes = Object.fromEntries(sets.map(pair));
        const { expectedRevision } = options;
        const changed = await client.config.update({
          changes: changes as never,
          ...(expectedRevision === undefined
            ? {}
            : { expectedRevision: numberOf('--expected-revision', expectedRevision) }),
        });
        const restart = changed.restartNeeded.length > 0 ? changed.restartNeeded.join(', ') : 'nothing';
        out.fields(changed, { file: changed.path, revision: changed.revision, 'waits for a restart': restart });
      }),
    'config set retention.logs_days=3 logging.level=debug',
    'config set server.cors.origins=\'["https://tools.example.org"]\' queue.concurrency=null',
  );
  example(
    config
      .command('schema')
      .description('The JSON Schema of the configuration file, for editors.')
      .action(async () => {
        const { configurationSchema } = await load();
        io.stdout.write(`${JSON.stringify(configurationSchema(), null, 2)}\n`);
      }),
    'config schema > ratchet.schema.json',
  );
  example(
    config
      .command('reference')
      .description('Every setting, as Markdown.')
      .action(async () => {
        const { configurationReference } = await load();
        io.stdout.write(configurationReference());
      }),
    'config reference',
  );
}

/** The schema of this installation, as the file's folder sees it. */
function schemaFor(file: string | undefined): string {
  const own = join(import.meta.dirname, '../../../../docs/reference/ratchet.schema.json');
  const from = relative(dirname(resolve(file ?? 'ratchet.yaml')), own);
  return from.startsWith('.') ? from : `./${from}`;
}

const valueAt = (values: Readonly<Record<string, unknown>>, name: string): unknown =>
  name.split('.').reduce<unknown>((at, key) => (at as Record<string, unknown> | undefined)?.[key], values);

function pair(text: string): [string, unknown] {
  const at = text.indexOf('=');
  if (at < 1) throw new Failed('Name a setting and its value, such as logging.level=debug.', exitCodes.usage);
  return [text.slice(0, at), jsonOrText(text.slice(at + 1))];
}

/** JSON where it is some, such as 3, true, null or a list; else the text itself. */
function jsonOrText(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
