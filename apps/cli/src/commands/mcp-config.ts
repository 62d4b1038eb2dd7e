import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, resolve } from 'node:path';
import type { Command } from 'commander';
import { applyEdits, modify, type ParseError, parse } from 'jsonc-parser';
import { agentStyles, type Style } from '../agent-styles.ts';
import { choice } from '../choice.ts';
import { type Io, serverOf } from '../context.ts';
import { example } from '../example.ts';
import { exitCodes, Failed } from '../exit.ts';
import { globalsOf } from '../global-options.ts';
import { writeWhole } from '../write-whole.ts';

interface Options {
  readonly style: string;
  readonly http?: boolean;
  readonly embedded?: boolean;
  readonly write?: string | true;
  readonly name: string;
  readonly force?: boolean;
}

/** `generate mcp-config` */
export function mcpConfigCommand(generate: Command, io: Io): void {
  example(
    generate
      .command('mcp-config')
      .description('The configuration that lets an agent’s program find this server; its key stays in RATCHET_TOKEN.')
      .addOption(choice('--style <program>', 'whose configuration', Object.keys(agentStyles)).default('claude'))
      .option('--http', 'over HTTP, instead of starting a command')
      .option('--embedded', 'a command with a server inside, for as long as the agent stays')
      .option('--name <name>', 'what the server is called there', 'ratchet')
      .option('--write [file]', 'put it into the program’s own file, or this one; what else stands there stays')
      .option('--force', 'with --write: in place of a server of that name')
      .action((options: Options, command: Command) => {
        const style = agentStyles[options.style] as Style;
        if (options.http && options.embedded)
          throw new Failed(
            'A server that is embedded is not reached over HTTP. Say --http or --embedded.',
            exitCodes.usage,
          );
        if (options.http && !style.http)
          throw new Failed(`${style.program} starts a command only. Leave --http out.`, exitCodes.usage);
        const url = serverOf(command, io).replace(/\/+$/, '');
        const args = options.embedded ? ['mcp', '--embedded'] : ['mcp', '--server', url];
        const entry = options.http && style.http ? style.http(`${url}/mcp`) : style.command('ratchet', args);
        if (options.write === undefined) return void io.stdout.write(style.whole(options.name, entry));
        const home = io.env.HOME ?? homedir();
        const given = options.write === true ? style.file : options.write;
        const file = resolve(given.replace(/^~(?=\/)/, home));
        const before = existsSync(file) ? readFileSync(file, 'utf8') : '';
        const after = style.path
          ? withMember(file, before, [...style.path, options.name], entry, options.force ?? false)
          : withSection(file, before, style.whole(options.name, entry));
        mkdirSync(dirname(file), { recursive: true });
        writeWhole(file, after, 0o600);
        const shown = { file, program: style.program, name: options.name };
        io.stdout.write(
          globalsOf(command).json ? `${JSON.stringify(shown)}\n` : `Wrote ${file}. Start ${style.program} anew.\n`,
        );
      }),
    'generate mcp-config',
    'generate mcp-config --style vscode --http',
    'generate mcp-config --style cursor --http --write',
  );
}

/** One member put into JSON with comments; the comments and the other members stay. */
function withMember(file: string, before: string, path: readonly string[], value: unknown, force: boolean): string {
  const errors: ParseError[] = [];
  const held: unknown = before.trim() === '' ? {} : parse(before, errors, { allowTrailingComma: true });
  if (errors.length > 0 || held === null || typeof held !== 'object')
    throw new Failed(`${file} is no JSON, so it is left as it is. Put this into it by hand:\n${pretty(path, value)}`);
  const there = path.reduce<unknown>((at, key) => (at as Record<string, unknown> | undefined)?.[key], held);
  if (there !== undefined && !force)
    throw new Failed(`${file} has ${path.join('.')} already. Say --force, or another --name.`, exitCodes.usage);
  const text = before.trim() === '' ? '{}\n' : before;
  const tabs = /^\t/m.test(text);
  const formattingOptions = { insertSpaces: !tabs, tabSize: /^ {4}"/m.test(text) ? 4 : 2, eol: '\n' };
  return applyEdits(text, modify(text, [...path], value, { formattingOptions }));
}

/** A section put behind a TOML file. One of the same name would make it invalid. */
function withSection(file: string, before: string, section: string): string {
  const [heading = ''] = section.split('\n', 1);
  if (before.split(/\r?\n/).some((line) => line.trim() === heading))
    throw new Failed(`${file} has ${heading} already. Change it there, or say another --name.`, exitCodes.usage);
  return before.trim() === '' ? section : `${before.replace(/\n*$/, '\n\n')}${section}`;
}

const pretty = (path: readonly string[], value: unknown): string =>
  JSON.stringify(
    path.reduceRight<unknown>((inner, key) => ({ [key]: inner }), value),
    null,
    2,
  );
