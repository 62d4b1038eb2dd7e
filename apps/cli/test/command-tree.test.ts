import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { operations } from '@ratchet/contract/operations/table';
import type { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { commandLineReference } from '../src/command-line-reference.ts';
import { everyCommand, pathOf } from '../src/command-tree.ts';
import { examplesOf } from '../src/example.ts';
import { program } from '../src/program.ts';
import { runInProcess } from './run-in-process.ts';

const root = program(process);
const commands = everyCommand(root);

/** The command that words lead to, and the words behind its name. */
function led(words: readonly string[]): { command: Command; rest: string[] } {
  let command = root;
  const rest = [...words];
  while (rest[0] !== undefined) {
    const below = command.commands.find((each) => each.name() === rest[0]);
    if (!below) break;
    command = below;
    rest.shift();
  }
  return { command, rest };
}

describe('the table of operations', () => {
  it.each(operations.filter(({ cli }) => cli !== undefined).map(({ name, cli = '' }) => [name, cli]))(
    '%s is the command %s',
    (_, cli) => {
      const { command, rest } = led(cli.split(' '));
      const flags = command.options.map(({ long }) => long);
      expect(rest.filter((word) => !flags.includes(word))).toEqual([]);
    },
  );
});

describe('examples', () => {
  const shown = commands.flatMap((command) => examplesOf(command).map((line) => [line, command] as const));
  it.each(shown)('%s', (line, command) => {
    const words = (line.split(' > ')[0] ?? '').match(/(?:[^\s"']|"[^"]*"|'[^']*')+/g) ?? [];
    const { command: meant, rest } = led(words.slice(1));
    // A family shows one of its members.
    if (command.commands.length === 0) expect(pathOf(meant)).toBe(pathOf(command));
    const flags = meant.options.map(({ long }) => long);
    for (const word of rest) if (word.startsWith('--') && word !== '--') expect(flags).toContain(word.split('=')[0]);
    const taken = meant.registeredArguments.filter(({ required }) => required).length;
    const given = rest.filter((word) => !word.startsWith('--')).length;
    expect(given).toBeGreaterThanOrEqual(taken);
  });
});

it('the reference of the command line is what the program says', () => {
  const page = readFileSync(join(import.meta.dirname, '../../../docs/reference/command-line.md'), 'utf8');
  expect(page, 'run node scripts/write-command-line-reference.ts').toBe(commandLineReference(program(process)));
});

describe('a typo', () => {
  it.each<[string[], RegExp]>([
    [['tsak'], /Did you mean task\?/],
    [['task', 'lsit'], /Did you mean list\?/],
    [['spec', 'project', 'ad'], /Did you mean add\?/],
    [['task', 'list', '--serach', 'x'], /Did you mean --search\?/],
    [['task', 'list', '--jsno'], /Did you mean --json\?/],
    [['job', 'create', 'x', '--priority', 'hihg'], /Give low, normal, high or urgent\.\n\(Did you mean high\?\)/],
    [['job', 'list', '--status', 'failed', 'complete'], /Did you mean completed\?/],
    [['task', 'bulk', 'enabel', 'x'], /Did you mean enable\?/],
    [['output', 'create', 'x', 'wehbook'], /Did you mean webhook\?/],
    [['call', 'task.list'], /Did you mean tasks\.list\?/],
    [['completion', 'bsh'], /Did you mean bash\?/],
    [['--log-level', 'debig', 'task', 'list'], /Did you mean debug\?/],
    [['serve', '--auth', 'nine'], /Did you mean none\?/],
  ])('%j', async (args, said) => {
    expect(await runInProcess(args)).toMatchObject({ code: 2, out: '', err: expect.stringMatching(said) });
  });
});

describe('what is said goes to the streams that were given', () => {
  it.each(commands.filter((each) => !pathOf(each).startsWith('__')).map((each) => [pathOf(each)]))(
    '%s --help',
    async (path) => {
      const { code, out, err } = await runInProcess([...path.split(' ').filter(Boolean), '--help']);
      expect([code, err]).toEqual([0, '']);
      expect(out).toContain('Options of every command:');
      expect(out).not.toContain('\u001b');
    },
  );
  it('a family without a member shows its help, as wrong use', async () => {
    expect(await runInProcess(['task'])).toMatchObject({ code: 2, out: '', err: expect.stringContaining('Usage:') });
  });
  it('the version', async () => {
    expect(await runInProcess(['--version'])).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^\d+\.\d+\.\d+\n$/),
    });
  });
});
