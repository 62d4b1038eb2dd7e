import { type ChildProcess, fork } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { type FromRunner, isFromRunner, type ToRunner } from '@ratchet/runner/protocol';

export interface RunnerExit {
  readonly pid: number | undefined;
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** The end of what the process wrote to its error stream. For the server's log, not for a task's author. */
  readonly errorOutput: string;
}

/** A process that runs tasks, one at a time. */
export interface RunnerProcess {
  readonly pid: number | undefined;
  /** Keys of the code that was sent to it. */
  readonly known: Set<string>;
  send(message: ToRunner): void;
  /** Takes the messages of the run that goes on; the process itself has nothing else to say. */
  listen(listener: ((message: FromRunner) => void) | null): void;
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
  const main = createRequire(import.meta.url).resolve('@ratchet/runner/main');
  const near = createRequire(main);
  const addon = near.resolve('isolated-vm/package.json');
  const loader = createRequire(addon).resolve('node-gyp-build/package.json');
  return { main, readable: [dirname(dirname(main)), dirname(addon), dirname(loader)].map((folder) => `${folder}/`) };
};

/** Starts a runner with no environment, no files but its own, no child processes, and a capped heap. */
export const launchRunner = async (options: LaunchOptions): Promise<RunnerProcess> => {
  const { main, readable } = findProgram();
  const child: ChildProcess = fork(main, [], {
    execPath: options.nodePath,
    execArgv: [
      '--no-node-snapshot',
      '--permission',
      '--allow-addons',
      // node-gyp-build looks here to tell which C library the system has.
      ...[...readable, '/etc/alpine-release'].map((path) => `--allow-fs-read=${path}`),
      '--max-old-space-size=256',
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
    const gone = (code: number | null, signal: NodeJS.Signals | null): void =>
      resolve({ pid: child.pid, code, signal, errorOutput });
    child.once('close', gone);
    child.once('error', (error) => {
      errorOutput += error.message;
      // A process that never started has no close event.
      if (child.pid === undefined) gone(null, null);
    });
  });
  let listener: ((message: FromRunner) => void) | null = null;
  const kill = (): void => {
    child.kill('SIGKILL');
  };
  const ready = Promise.withResolvers<'ready'>();
  child.on('message', (message: unknown) => {
    if (!isFromRunner(message)) return kill();
    return message.type === 'ready' ? ready.resolve('ready') : listener?.(message);
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
    },
    kill,
    exited,
  };
};
