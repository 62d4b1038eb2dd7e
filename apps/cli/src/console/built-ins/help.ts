import { nearestName } from '@ratchet/contract/nearest-name';
import { everyCommand, pathOf } from '../../command-tree.ts';
import { exitCodes, Failed } from '../../exit.ts';
import { output } from '../../output.ts';
import { offlineHelp, topics } from '../help-topics.ts';
import type { BuiltIn, Shell } from '../shell.ts';

export const helpBuiltIns = (every: () => readonly BuiltIn[]): readonly BuiltIn[] => [
  {
    name: 'help',
    usage: 'help [COMMAND… | TOPIC]',
    description: 'What there is, or how one command is used. It needs no server.',
    example: 'help task create',
    run(shell, words) {
      const text = words.length === 0 ? overview(shell, every()) : helpFor(shell, words, every());
      shell.io.stdout.write(`${text.trimEnd()}\n`);
      return 0;
    },
  },
  {
    name: 'history',
    usage: 'history [COUNT | clear]',
    description: 'What was typed before, the newest last; Ctrl-R searches it. Lines with secrets are not kept.',
    example: 'history 20',
    run({ history, io }, [given]) {
      if (given === 'clear') history.clear();
      else if (given !== undefined && !/^\d+$/.test(given))
        throw new Failed('Say how many lines: history 20.', exitCodes.usage);
      else
        io.stdout.write(
          history
            .lines()
            .slice(-Number(given ?? 50))
            .map((line) => `${line}\n`)
            .join(''),
        );
      return 0;
    },
  },
  {
    name: 'clear',
    usage: 'clear',
    description: 'Empty the screen.',
    example: 'clear',
    run({ io }) {
      if (io.stdout.isTTY) io.stdout.write('\u001b[2J\u001b[3J\u001b[H');
      return 0;
    },
  },
  ...(['exit', 'quit'] as const).map((name) => ({
    name,
    usage: `${name} [CODE]`,
    description: 'Leave the console, or the script; Ctrl-D does the same.',
    example: name,
    run(shell: Shell, [code = '0']: readonly string[]) {
      if (!/^\d{1,3}$/.test(code) || Number(code) > 255) throw new Failed('An exit code is 0 to 255.', exitCodes.usage);
      shell.leaving = Number(code);
      return Number(code);
    },
  })),
];

function overview({ io, connection, program }: Shell, builtIns: readonly BuiltIn[]): string {
  const { dim } = output(io, false);
  const commands = program(io).commands.map((one) => ({ name: one.name(), description: one.description() }));
  const width = Math.max(...[...builtIns, ...commands].map(({ name }) => name.length));
  const columns = Math.max(40, (io.stdout.columns ?? 100) - 1);
  const lines = (rows: readonly { name: string; description: string }[]) =>
    rows.map(({ name, description }) => `  ${name.padEnd(width)}  ${cut(description, columns - width - 4)}`);
  return [
    dim('The console'),
    ...lines(builtIns),
    '',
    dim('Commands of ratchet'),
    ...lines(commands),
    '',
    `"help COMMAND" shows how one is used. Topics: ${Object.keys(topics).join(', ')}.`,
    ...(connection.state === 'connected' ? [] : ['', offlineHelp]),
  ].join('\n');
}

const cut = (text: string, width: number): string => (text.length > width ? `${text.slice(0, width - 1)}…` : text);

function helpFor({ io, program }: Shell, words: readonly string[], builtIns: readonly BuiltIn[]): string {
  const [name = ''] = words;
  const own = builtIns.filter((one) => one.name === name && words.length === 1);
  const texts = own.map((one) => `Usage: ${one.usage}\n\n${one.description}\n\nExample:\n  ${one.example}`);
  const topic = words.length === 1 ? topics[name] : undefined;
  if (topic !== undefined) texts.push(topic);
  const root = program(io);
  const found = everyCommand(root).find((command) => pathOf(command) === words.join(' '));
  if (found && found !== root) {
    let shown = '';
    found.configureOutput({
      writeOut: (text) => {
        shown += text;
      },
    });
    found.outputHelp();
    texts.push(shown);
  }
  if (texts.length > 0) return texts.join('\n\n');
  const names = [
    ...builtIns.map((one) => one.name),
    ...Object.keys(topics),
    ...everyCommand(root).map((one) => pathOf(one)),
  ];
  const near = nearestName(words.join(' '), names);
  throw new Failed(`There is no help for ${words.join(' ')}.${near ? ` Did you mean ${near}?` : ''}`, exitCodes.usage);
}
