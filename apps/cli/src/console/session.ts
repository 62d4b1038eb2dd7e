import { RatchetError } from '@ratchet/contract/errors';
import type { Json } from '@ratchet/contract/json';
import { nearestName } from '@ratchet/contract/nearest-name';
import { CommanderError } from 'commander';
import type { Io } from '../context.ts';
import { exitCodeOf, exitCodes, explain, Failed } from '../exit.ts';
import { builtIns } from './built-ins.ts';
import type { Connection } from './connection.ts';
import { gatedStream } from './gated-stream.ts';
import { expandWords } from './language/expand.ts';
import { readStatements } from './language/read-statements.ts';
import { type Statement, SyntaxFault } from './language/statement.ts';
import { Variables } from './language/variables.ts';
import type { Script, Shell } from './shell.ts';
import { shellOnly } from './shell-only.ts';
import { wizardFor } from './wizards/wizard-for.ts';

/** Exit code of what was given up with Ctrl-C. */
const givenUp = exitCodes.interrupted;
const deepest = 20;
/** Of a command's output, so much is kept to see whether it is JSON. */
const mostKept = 1_000_000;

/** A console without its keyboard: runs commands, one after the other, and keeps what they share. */
export class Session implements Shell {
  readonly variables: Variables;
  readonly connection: Connection;
  readonly program: Shell['program'];
  readonly io: Io;
  readonly interactive: boolean;
  readonly history: Shell['history'];
  stopOnError = true;
  leaving: number | null = null;
  /** What runs: a script, and the command of it. */
  readonly #running = new Set<AbortController>();
  #depth = 0;

  constructor(given: Pick<Shell, 'connection' | 'program' | 'io' | 'interactive' | 'history'>) {
    this.connection = given.connection;
    this.program = given.program;
    this.io = given.io;
    this.interactive = given.interactive;
    this.history = given.history;
    this.variables = new Variables(given.io.env);
  }

  /** Ends the command that runs, and nothing else; false: none runs. */
  interrupt(): boolean {
    for (const controller of this.#running) controller.abort();
    return this.#running.size > 0;
  }

  /** Runs the commands of a text; answers the exit code of the first that failed, else 0. Nothing runs of a text with a fault. */
  async runText(text: string, script: Script = { name: null }): Promise<number> {
    let statements: Statement[];
    try {
      statements = readStatements(text);
    } catch (error) {
      if (!(error instanceof SyntaxFault)) throw error;
      this.say(script.name === null ? error.message : `${script.name}:${error.line}: ${error.message}`);
      return this.#ended(exitCodes.usage);
    }
    if (this.#depth >= deepest) {
      this.say(`Scripts run each other ${deepest} deep: one of them seems to run itself.`);
      return this.#ended(exitCodes.usage);
    }
    const restore = this.variables.inScript(script);
    const stopped = this.stopOnError;
    this.#depth++;
    try {
      return await this.#runAll(statements, script);
    } finally {
      this.#depth--;
      if (script.name !== null) this.stopOnError = stopped;
      restore();
    }
  }

  async #runAll(statements: readonly Statement[], { name }: Script): Promise<number> {
    let first = 0;
    for (const statement of statements) {
      const code = await this.execute(statement);
      if (this.leaving !== null) return first || this.leaving;
      if (code === 0) continue;
      first ||= code;
      const stops = this.stopOnError || code === givenUp;
      if (name !== null)
        this.say(`${name}:${statement.line}: exit code ${code}${stops ? ', the script ends here' : ''}.`);
      if (stops) break;
    }
    return first;
  }

  /** Runs one command; answers its exit code, and has said what went wrong. */
  async execute({ words }: Statement): Promise<number> {
    try {
      const args = expandWords(words, this.variables);
      if (args[0] === 'ratchet') args.shift();
      const [name, ...rest] = args;
      if (name === undefined) return this.#ended(0);
      const builtIn = builtIns.find((one) => one.name === name && (one.takes?.(rest) ?? true));
      return this.#ended(
        await this.#abortable((io, signal) => (builtIn ? builtIn.run(this, rest, signal) : this.#command(args, io))),
      );
    } catch (error) {
      if (error instanceof RatchetError && error.code === 'UNAVAILABLE') this.#sayOffline(error);
      else if (!(error instanceof CommanderError)) this.say(explain(error));
      return this.#ended(exitCodeOf(error));
    }
  }

  say(text: string): void {
    this.io.stderr.write(`${text}\n`);
  }

  #ended(code: number): number {
    this.variables.ended(code);
    return code;
  }

  #sayOffline(error: RatchetError): void {
    this.connection.lost();
    this.say(
      this.connection.state === 'disconnected'
        ? 'Not connected. "connect HOST:PORT" goes to a server.'
        : `${error.message} Start one with "ratchet serve"; here: "connect HOST:PORT", or "help offline" for what works without.`,
    );
  }

  /** A command of `ratchet`, in this process. */
  async #command(args: readonly string[], io: Io): Promise<number> {
    const root = this.program(io);
    const name = args.find((one) => !one.startsWith('-'));
    if (name !== undefined && !root.commands.some((one) => one.name() === name || one.aliases().includes(name))) {
      const near = nearestName(name, [...builtIns.map((one) => one.name), ...root.commands.map((one) => one.name())]);
      throw new Failed(
        `There is no command ${name}.${near ? ` Did you mean ${near}?` : ''} "help" names what there is.`,
        exitCodes.usage,
      );
    }
    const refusal = shellOnly(args);
    if (refusal) throw new Failed(refusal, exitCodes.usage);
    const wizard = this.interactive ? wizardFor(root, args) : null;
    const whole = wizard ? await wizard(this, io) : args;
    if (whole === null) return exitCodes.failed;
    await root.parseAsync(['node', 'ratchet', ...whole]);
    if (['login', 'logout', 'user'].includes(name ?? '')) void this.connection.whoChanged();
    return 0;
  }

  async #abortable(
    work: (io: Io, signal: AbortSignal) => Promise<number | undefined> | number | undefined,
  ): Promise<number> {
    const controller = new AbortController();
    const { signal } = controller;
    this.#running.add(controller);
    let shown = '';
    let value: unknown;
    const stdout = gatedStream(this.io.stdout, (text) => {
      if (shown.length < mostKept) shown += text;
    });
    const stderr = gatedStream(this.io.stderr);
    const io: Io = {
      ...this.io,
      stdout: stdout.stream,
      stderr: stderr.stream,
      env: this.connection.environment,
      embedded: undefined,
      signal,
      answered: (answer) => {
        value = answer;
      },
    };
    const aborted = new Promise<number>((resolve) => {
      signal.addEventListener('abort', () => resolve(givenUp), { once: true });
    });
    try {
      const code = await Promise.race([Promise.resolve(work(io, signal)), aborted]);
      if (!signal.aborted) this.#keep(value, shown);
      return code ?? 0;
    } catch (error) {
      if (signal.aborted) return givenUp;
      this.#keep(value, shown);
      throw error;
    } finally {
      this.#running.delete(controller);
      if (signal.aborted) {
        stdout.shut();
        stderr.shut();
      }
    }
  }

  /** `$LAST`: what was answered, or else the JSON that was shown. */
  #keep(value: unknown, shown: string): void {
    if (value !== undefined) this.variables.answered(value as Json);
    else if (/^\s*[[{]/.test(shown) && shown.length < mostKept)
      try {
        this.variables.answered(JSON.parse(shown) as Json);
      } catch {
        // Text for people that begins like JSON.
      }
  }
}
