import { DeliverOn, DeliveryStatus, OutputType } from '@ratchet/contract/entities/output';
import type { Json } from '@ratchet/contract/json';
import type { Command } from 'commander';
import { choice, choiceArgument } from '../choice.ts';
import { commandsForOne } from '../commands-for-one.ts';
import { contextOf, destinationId, type Io } from '../context.ts';
import { example } from '../example.ts';
import { exitCodes, Failed } from '../exit.ts';
import { numberOf, readJson, readText } from '../read-value.ts';

interface Settings {
  readonly config?: string;
  readonly set?: string[];
  readonly secret?: string[];
  readonly global?: boolean;
  readonly on?: string;
  readonly attempts?: string;
  readonly backoff?: string;
  readonly timeout?: string;
}

const withSettings = (command: Command): Command =>
  command
    .option('--config <json>', 'what the type needs: JSON, @file or - for standard input')
    .option('--set <member=value...>', 'one member of the configuration; the value is JSON, or else a text')
    .option(
      '--secret <member=value...>',
      'a secret member; give @file, or - for standard input, to keep it out of sight',
    )
    .addOption(choice('--on <ends>', 'which ends are delivered', DeliverOn.options))
    .option('--attempts <n>', 'how often a delivery is tried')
    .option('--backoff <ms>', 'the pause before the second attempt; it doubles')
    .option('--timeout <ms>', 'how long one attempt may take');

const id = '01930f3e-0000-7000-8000-000000000000';

export function outputCommands(root: Command, io: Io): void {
  const output = example(root.command('output').description('Where outputs are delivered.'), 'output list');
  example(
    output
      .command('list')
      .description('Output destinations.')
      .action(async (_options: object, command: Command) => {
        const { client, out } = contextOf(command, io);
        const page = await client.outputDestinations.list({ limit: 1000 });
        out.rows(page, page.items, [
          'name',
          'type',
          'enabled',
          'isGlobal',
          'on',
          'circuit',
          'lastDeliveredAt',
          'lastError',
        ]);
      }),
    'output list --json',
  );
  example(
    withSettings(
      output
        .command('create')
        .argument('<name>')
        .addArgument(choiceArgument('<type>', 'where to', OutputType.options))
        .description('Deliver outputs somewhere; the type says what the configuration needs.')
        .option('--global', 'every execution’s output goes there'),
    ).action(async (name: string, type: string, options: Settings, command: Command) => {
      const { client, out } = contextOf(command, io);
      const config = (await configOf(options, io)) ?? {};
      const made = await client.outputDestinations.create({
        name,
        type: type as OutputType,
        config,
        isGlobal: options.global,
        ...given(options),
      });
      out.fields(made, { id: made.id, name: made.name, type: made.type });
      if (!out.json) out.line(`Next: ratchet output test ${JSON.stringify(name)}.`);
    }),
    'output create hook webhook --global --set url=https://example.org/hook --set auth=bearer --secret token=@token.txt',
    'output create files filesystem --set root=/srv/outputs --set "path={{task.name}}/{{date}}.json"',
  );
  example(
    withSettings(
      output
        .command('edit <destination>')
        .description('Change a destination; what is not given stays, secrets too.')
        .option('--name <name>', 'its new name')
        .option('--enable', 'deliver there, also what has waited')
        .option('--disable', 'deliver nothing there for now')
        .option('--global', 'every execution’s output goes there')
        .option('--no-global', 'only what a job or a schedule names'),
    ).action(
      async (
        destination: string,
        options: Settings & { name?: string; enable?: boolean; disable?: boolean },
        command: Command,
      ) => {
        const context = contextOf(command, io);
        const current = await context.client.outputDestinations.get({ id: await destinationId(context, destination) });
        const changes = await configOf(options, io);
        const base = options.config ? {} : current.config;
        const changed = await context.client.outputDestinations.update({
          id: current.id,
          ...(changes ? { config: { ...base, ...changes }, expectedRevision: current.revision } : {}),
          ...(options.name ? { name: options.name } : {}),
          ...(options.enable || options.disable ? { enabled: options.enable === true } : {}),
          ...(options.global === undefined ? {} : { isGlobal: options.global }),
          ...given(options),
        });
        context.out.fields(changed, changed);
      },
    ),
    'output edit hook --set url=https://example.org/new --attempts 10',
    'output edit hook --disable',
  );
  const one = commandsForOne(output, io, 'destination', destinationId);
  one('show', 'One destination, without its secrets.', 'output show hook', async ({ client, out }, given) => {
    const shown = await client.outputDestinations.get({ id: given });
    out.fields(shown, shown);
  });
  one(
    'delete',
    'Forget a destination; what waits for it fails.',
    'output delete hook',
    async ({ client, out }, given) => {
      await client.outputDestinations.delete({ id: given });
      if (!out.json) out.line('Removed.');
    },
  );
  one('test', 'Deliver a small sample there now.', 'output test hook', async ({ client, out }, given) => {
    const result = await client.outputDestinations.test({ id: given });
    out.fields(result, result);
    if (!result.success) throw new Failed(result.message);
  });
  example(
    output
      .command('deliveries')
      .description('Deliveries, newest first.')
      .option('--destination <destination>', 'only those to this one')
      .option('--execution <id>', 'only those of this execution')
      .addOption(choice('--status <status>', 'only those that stand so', DeliveryStatus.options))
      .option('--limit <n>', 'at most so many', '25')
      .action(
        async (
          options: { destination?: string; execution?: string; status?: string; limit: string },
          command: Command,
        ) => {
          const context = contextOf(command, io);
          const filters = [
            ...(options.destination
              ? [{ field: 'destinationId', value: await destinationId(context, options.destination) }]
              : []),
            ...(options.execution ? [{ field: 'executionId', value: options.execution }] : []),
            ...(options.status ? [{ field: 'status', value: options.status }] : []),
          ];
          const page = await context.client.deliveries.list({ limit: numberOf('--limit', options.limit), filters });
          context.out.rows(page, page.items, [
            'id',
            'destinationName',
            'taskName',
            'status',
            'attempts',
            'target',
            'createdAt',
            'lastError',
          ]);
        },
      ),
    'output deliveries --status failed',
  );
  const delivery = (name: 'delivery' | 'retry', description: string) =>
    example(
      output
        .command(`${name} <id>`)
        .description(description)
        .action(async (given: string, _options: object, command: Command) => {
          const { client, out } = contextOf(command, io);
          const shown = await (name === 'retry' ? client.deliveries.retry : client.deliveries.get)({ id: given });
          out.fields(shown, name === 'retry' ? { id: shown.id, status: shown.status } : shown);
        }),
      `output ${name} ${id}`,
    );
  delivery('delivery', 'One delivery with all its attempts.');
  delivery('retry', 'Send an output again, also one that was delivered.');
}

function given({ on, attempts, backoff, timeout }: Settings) {
  return {
    ...(on === undefined ? {} : { on: on as 'success' | 'failure' | 'always' }),
    ...(attempts === undefined ? {} : { maxAttempts: numberOf('--attempts', attempts) }),
    ...(backoff === undefined ? {} : { retryBackoffMs: numberOf('--backoff', backoff) }),
    ...(timeout === undefined ? {} : { timeoutMs: numberOf('--timeout', timeout) }),
  };
}

/** The configuration as the options give it; null: they give none. Members within others are named with dots. */
async function configOf({ config, set = [], secret = [] }: Settings, io: Io): Promise<Record<string, Json> | null> {
  if (config === undefined && set.length + secret.length === 0) return null;
  const whole = config === undefined ? {} : await readJson(config, io);
  if (whole === null || typeof whole !== 'object' || Array.isArray(whole))
    throw new Failed('--config is a JSON object.', exitCodes.usage);
  const made: Record<string, Json> = { ...whole };
  for (const pair of set) {
    const [path, text] = split('set', pair);
    place(made, path, jsonOrText(text));
  }
  for (const pair of secret) {
    const [path, text] = split('secret', pair);
    place(made, path, (await readText(text, io)).replace(/\r?\n$/, ''));
  }
  return made;
}

function split(option: string, pair: string): [path: string[], text: string] {
  const at = pair.indexOf('=');
  if (at < 1) throw new Failed(`--${option} takes member=value.`, exitCodes.usage);
  return [pair.slice(0, at).split('.'), pair.slice(at + 1)];
}

function place(config: Record<string, Json>, path: readonly string[], value: Json): void {
  const [name = '', ...rest] = path;
  if (rest.length === 0) {
    config[name] = value;
    return;
  }
  const held = config[name];
  const inner = held !== null && typeof held === 'object' && !Array.isArray(held) ? { ...held } : {};
  place(inner, rest, value);
  config[name] = inner;
}

function jsonOrText(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return text;
  }
}
