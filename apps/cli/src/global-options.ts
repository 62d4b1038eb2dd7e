import { Command, Option, type OptionValues } from 'commander';
import { choice } from './choice.ts';

/** What every command takes. */
export interface Globals {
  readonly server?: string;
  readonly token?: string;
  readonly json?: boolean;
  readonly logLevel?: LogLevel;
  readonly config?: string;
}

export const logLevels = ['debug', 'info', 'warn', 'error', 'silent'] as const;
export type LogLevel = (typeof logLevels)[number];

/** The heading they stand under in the help of every command. */
export const globalGroup = 'Options of every command:';

const make = (): readonly Option[] =>
  [
    new Option(
      '--server <url>',
      'the server (RATCHET_SERVER_URL; http://127.0.0.1:8080, and where none answers there one is started inside the command)',
    ),
    new Option('--token <token>', 'an API key or an access token (RATCHET_TOKEN); else what "ratchet login" keeps'),
    new Option('--json', 'answer JSON, for programs'),
    choice('--log-level <level>', 'how much is told on standard error; debug: each request too', logLevels),
    new Option(
      '--config <file>',
      'the configuration of the server that a command starts (RATCHET_CONFIG; ratchet.yaml)',
    ),
  ].map((option) => option.helpGroup(globalGroup));

const known = new WeakSet<Option>();

/** A command whose action is given its own options alone: what every command takes goes into no request by accident. */
export class OwnOptionsCommand extends Command {
  override createCommand(name?: string): OwnOptionsCommand {
    return new OwnOptionsCommand(name);
  }
  override opts<T extends OptionValues>(): T {
    const shared = new Set(this.options.filter((option) => known.has(option)).map((option) => option.attributeName()));
    return Object.fromEntries(Object.entries(super.opts()).filter(([name]) => !shared.has(name))) as T;
  }
}

/** Lets a command take what every command takes. Where it has one of the same name, its own stands. */
export function addGlobalOptions(command: Command): void {
  for (const option of make()) {
    if (command.options.some(({ long }) => long === option.long)) continue;
    known.add(option);
    command.addOption(option);
  }
}

export const isGlobalOption = (option: Option): boolean => known.has(option);

/** What was said before a command and behind it; behind it counts more. */
export function globalsOf(command: Command): Globals {
  const above = command.parent ? globalsOf(command.parent) : {};
  const own = command.options
    .filter((option) => known.has(option) && command.getOptionValue(option.attributeName()) !== undefined)
    .map((option) => [option.attributeName(), command.getOptionValue(option.attributeName())]);
  return { ...above, ...Object.fromEntries(own) };
}
