import type { Argument, Command, Option } from 'commander';
import { everyCommand, pathOf } from './command-tree.ts';
import { examplesOf } from './example.ts';
import { exitMeanings } from './exit.ts';
import { isGlobalOption } from './global-options.ts';

const head = `# The command line

Written from the program itself: \`npm run reference\`. Every command says the same with \`--help\`.

A table is for people; \`--json\` before or behind any command answers JSON for programs. Colours are on a terminal only;
\`NO_COLOR\` and \`FORCE_COLOR\` decide first. Where no server is named with \`--server\` or \`RATCHET_SERVER_URL\` and none answers
at the usual address, a command starts one inside itself, on the data folder of \`ratchet serve\`, and ends it again; commands
about a server that runs (\`server\`, \`health\`, \`login\`) do not. A name that is wrong gets the one that was most likely meant.

A value may be given as itself, as \`@file\`, or as \`-\` for standard input, wherever the help says so. Files are written whole or
not at all, also when a command is interrupted.

## Completion

\`ratchet completion bash\` (or \`zsh\`, \`fish\`) prints a script that completes commands, options, values, paths, and the names and
ids that the server knows:

\`\`\`sh
ratchet completion bash > ~/.local/share/bash-completion/completions/ratchet
ratchet completion zsh > ~/.zfunc/_ratchet                 # with fpath=(~/.zfunc $fpath) before compinit
ratchet completion fish > ~/.config/fish/completions/ratchet.fish
\`\`\`
`;

/** Every command with its arguments, options and examples, as Markdown. */
export function commandLineReference(root: Command): string {
  const codes = exitMeanings.map(([code, meaning]) => `| ${code} | ${meaning} |`);
  const commands = everyCommand(root).filter((each) => each !== root && !pathOf(each).startsWith('__'));
  return [
    head,
    `## Exit codes\n\n| code | meaning |\n|---|---|\n${codes.join('\n')}\n`,
    `## Options of every command\n\n${optionTable(root.options.filter(isGlobalOption))}`,
    '## Commands\n',
    ...commands.map(section),
  ].join('\n');
}

function section(command: Command): string {
  const own = command.options.filter((option) => !isGlobalOption(option) && !option.hidden);
  const args = command.registeredArguments.filter((argument) => argument.description || argument.argChoices);
  const parts = [
    `${'#'.repeat(2 + pathOf(command).split(' ').length)} ratchet ${pathOf(command)}\n`,
    `${command.description()}\n`,
    ...(command.commands.length > 0 && command.registeredArguments.length === 0 ? [] : [`\`${usageOf(command)}\`\n`]),
    ...(args.length > 0 ? [argumentTable(args)] : []),
    ...(own.length > 0 ? [optionTable(own)] : []),
    `\`\`\`sh\n${examplesOf(command).join('\n')}\n\`\`\`\n`,
  ];
  return parts.join('\n');
}

const usageOf = (command: Command): string =>
  ['ratchet', pathOf(command), ...command.registeredArguments.map(argumentText)].join(' ');

function argumentText(argument: Argument): string {
  const name = argument.name() + (argument.variadic ? '...' : '');
  return argument.required ? `<${name}>` : `[${name}]`;
}

const argumentTable = (args: readonly Argument[]): string =>
  table(
    'argument',
    args.map((argument) => [argumentText(argument), argument.description, argument.argChoices, argument.defaultValue]),
  );

const optionTable = (options: readonly Option[]): string =>
  table(
    'option',
    options.map((option) => [option.flags, option.description, option.argChoices, option.defaultValue]),
  );

type Row = readonly [name: string, description: string, choices: readonly string[] | undefined, usual: unknown];

function table(what: string, rows: readonly Row[]): string {
  const lines = rows.map(([name, description, choices, usual]) => {
    // `--no-…` is on unless it is given, and an empty list is nothing.
    const hasUsual = usual !== undefined && typeof usual !== 'boolean' && !(Array.isArray(usual) && usual.length === 0);
    const said = [
      description,
      ...(choices ? [choices.map((word) => `\`${word}\``).join(', ')] : []),
      ...(hasUsual ? [`without: \`${Array.isArray(usual) ? usual.join(' ') : String(usual)}\``] : []),
    ];
    return `| \`${cell(name)}\` | ${cell(said.filter((part) => part !== '').join('; '))} |`;
  });
  return `| ${what} | what it is |\n|---|---|\n${lines.join('\n')}\n`;
}

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ');
