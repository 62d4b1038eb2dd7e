import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import type { Io } from '../context.ts';
import { output } from '../output.ts';
import { readScript } from './built-ins/script.ts';
import { completer } from './complete-line.ts';
import { Connection } from './connection.ts';
import { createEditor } from './editor/editor.ts';
import { offlineHelp } from './help-topics.ts';
import { type History, historyPath, openHistory } from './history.ts';
import { readStatements } from './language/read-statements.ts';
import { SyntaxFault } from './language/statement.ts';
import { Session } from './session.ts';
import type { Shell } from './shell.ts';

export interface ConsoleOptions {
  readonly server: string;
  readonly token: string | undefined;
  readonly program: Shell['program'];
  /** A script to run instead of what is typed. */
  readonly script?: string | undefined;
  readonly arguments?: readonly string[];
  readonly continueOnError?: boolean | undefined;
}

/**
 * Runs a console until it is left: with somebody at the keyboard where there is a terminal, else what comes from a script or
 * from standard input. Answers its exit code.
 */
export async function startConsole(options: ConsoleOptions, io: Io): Promise<number> {
  const terminal = io.stdin.isTTY && io.stdout.isTTY && options.script === undefined;
  return terminal ? withKeyboard(options, io) : withScript(options, io);
}

const forgets: History = { lines: () => [], add: () => undefined, clear: () => undefined };

async function withScript(options: ConsoleOptions, io: Io): Promise<number> {
  const { script } = options;
  const given = script === undefined ? await text(io.stdin) : readScript(script);
  // What is the script itself is no input of its commands.
  const stdin = script === undefined ? (Readable.from([]) as unknown as NodeJS.ReadStream) : io.stdin;
  const connection = new Connection(options, io.env, () => undefined);
  const session = new Session({
    connection,
    program: options.program,
    io: { ...io, stdin },
    interactive: false,
    history: forgets,
  });
  session.stopOnError = options.continueOnError !== true;
  const stop = () => {
    if (!session.interrupt()) process.exit(130);
  };
  process.on('SIGINT', stop);
  try {
    return await session.runText(given, { name: script ?? 'standard input', arguments: options.arguments ?? [] });
  } finally {
    process.off('SIGINT', stop);
    connection.end();
  }
}

async function withKeyboard(options: ConsoleOptions, io: Io): Promise<number> {
  const { dim, good, bad } = output(io, false);
  const history = openHistory(historyPath(io.env));
  const connection: Connection = new Connection(options, io.env, () => editor.refresh());
  const session = new Session({ connection, program: options.program, io, interactive: true, history });
  const editor = createEditor(io, {
    prompt: () => promptOf(connection, { dim, good, bad }),
    goesOn: '... ',
    unfinished,
    history: history.lines,
    complete: completer(session),
    dim,
  });
  // The signal of a terminal reaches what runs; at the prompt Ctrl-C is a key.
  const stop = () => void session.interrupt();
  process.on('SIGINT', stop);
  try {
    io.stdout.write(
      `Ratchet console. ${dim('"help" says what there is, Tab completes, Ctrl-R searches, Ctrl-D leaves.')}\n`,
    );
    await connection.ask();
    if (connection.state !== 'connected') io.stdout.write(`${dim(offlineHelp)}\n`);
    for (let line = await editor.read(); line !== null; line = await editor.read()) {
      for (const one of entriesOf(line)) history.add(one);
      const code = await session.runText(line);
      if (code === 130) io.stdout.write('\n');
      if (session.leaving !== null) return session.leaving;
    }
    io.stdout.write('\n');
    return 0;
  } finally {
    process.off('SIGINT', stop);
    connection.end();
  }
}

/** One command over several lines is one entry, several commands are several. */
const entriesOf = (line: string): string[] => {
  try {
    return readStatements(line).length <= 1 ? [line] : line.split('\n');
  } catch {
    return [line];
  }
};

function unfinished(text: string): boolean {
  try {
    readStatements(text);
    return false;
  } catch (error) {
    return error instanceof SyntaxFault && error.unfinished;
  }
}

type Paint = Readonly<Record<'dim' | 'good' | 'bad', (text: string) => string>>;

/** Who is where, and whether the server answers. */
function promptOf({ server, state, user }: Connection, { dim, good, bad }: Paint): string {
  const { host = server } = URL.parse(server) ?? {};
  const place = state === 'disconnected' ? '' : ` ${user === null ? '' : `${user}@`}${host}`;
  const shown = state === 'connected' ? good(state) : state === 'offline' ? bad(state) : dim(state);
  return `ratchet${place} (${shown})> `;
}
