import { type ChildProcess, fork } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { type FromRunner, isFromRunner, type ToRunner } from '@ratchet/runner/protocol';

export interface RunnerExit {
  readonly pid: number | undefined;
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** The end of what the process wrote to its error stream. For the server's log, not for a task's author. */
  readonly errorOutput: string;
}

export interface RunnerListener {
  message(message: FromRunner): void;
  exit(exit: RunnerExit): void;
}

/** A process that runs tasks, one at a time. */
export interface RunnerProcess {
  readonly pid: number | undefined;
  /** Keys of the code that was sent to it. */
  readonly known: Set<string>;
  send(message: ToRunner): void;
  /** Takes the messages of the run that goes on, and what became of the process if it ends meanwhile. Null: nobody listens. */
  listen(listener: RunnerListener | null): void;
  kill(): void;
  readonly exited: Promise<RunnerExit>;
}

export interface LaunchOptions {
  readonly nodePath: string;
  /** Whom the process runs as, when the server is root. */
  readonly runAs: { readonly uid: number; readonly gid: number } | null;
}

const readyMs = 30_000;
const keptOutput = 4000;

/** Where the runner's program is, and the folders that it needs to read to start. */
const findProgram = () => {
  // A package holds it as JavaScript: below node_modules types are not stripped.
  const packed = join(import.meta.dirname, '../../runner/src/main.js');
  const main = existsSync(packed) ? packed : createRequire(import.meta.url).resolve('@ratchet/runner/main');
  const near = createRequire(main);
  const addon = near.resolve('isolated-vm/package.json');
  const loader = createRequire(addon).resolve('node-gyp-build/package.json');
  return { main, readable: [dirname(dirname(main)), dirname(addon), dirname(loader)].map((folder) => `${folder}/`) };
};

/** What a runner process may do: read these paths and load its one addon. No writing, no processes, no threads. */
export const fence = (readable: readonly string[]): string[] => [
  '--no-node-snapshot',
  '--permission',
  '--allow-addons',
  // node-gyp-build looks here to tell which C library the system has.
  ...[...readable, '/etc/alpine-release'].map((path) => `--allow-fs-read=${path}`),
];

/** Starts a runner with no environment, no files but its own, no child processes, and a capped heap. */
export const launchRunner = async (options: LaunchOptions): Promise<RunnerProcess> => {
  const { main, readable } = findProgram();
  const child: ChildProcess = fork(main, [], {
    execPath: options.nodePath,
    execArgv: [
      ...fence(readable),
      '--max-old-space-size=256',
      // Every run leaves a context behind as garbage: marking it bit by bit, beside the run, cost a fifth of a run's time.
      '--no-incremental-marking',
      '--single-threaded-gc',
      // A context is a copy of the snapshot; hashing its names anew for each one buys nothing within a sandbox.
      '--no-rehash-snapshot',
      '--disable-warning=SecurityWarning',
    ],
    env: {},
    cwd: '/',
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    serialization: 'json',
    ...(options.runAs ?? {}),
  });
  let errorOutput = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    errorOutput = (errorOutput + text).slice(-keptOutput);
  });
  const exited = new Promise<RunnerExit>((resolve) => {
    const ended = (code: number | null, signal: NodeJS.Signals | null): void =>
      resolve({ pid: child.pid, code, signal, errorOutput });
    child.once('close', ended);
    child.once('error', (error) => {
      errorOutput += error.message;
      // A process that never started has no close event.
      if (child.pid === undefined) ended(null, null);
    });
  });
  let listener: RunnerListener | null = null;
  let gone: RunnerExit | null = null;
  void exited.then((exit) => {
    gone = exit;
    listener?.exit(exit);
  });
  const kill = (): void => {
    child.kill('SIGKILL');
  };
  const ready = Promise.withResolvers<'ready'>();
  child.on('message', (message: unknown) => {
    if (!isFromRunner(message)) return kill();
    return message.type === 'ready' ? ready.resolve('ready') : listener?.message(message);
  });
  const late = setTimeout(kill, readyMs);
  const first = await Promise.race([ready.promise, exited]);
  clearTimeout(late);
  if (first !== 'ready') {
    const how = first.signal ?? `code ${first.code}`;
    throw new Error(
      `A runner process ended with ${how} before it was ready: ${first.errorOutput.trim() || 'it said nothing'}`,
    );
  }
  return {
    pid: child.pid,
    known: new Set(),
    send(message) {
      // A process that is gone says so through `exited`; what was sent to it no longer matters.
      if (child.connected) child.send(message, () => undefined);
    },
    listen(next) {
      listener = next;
      if (gone !== null) next?.exit(gone);
    },
    kill,
    exited,
  };
};
