import { type ChildProcessByStdio, spawn } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import { EndpointError } from '../../problem.ts';

/** Bytes of standard error that are kept: the last ones say why. */
const keptErrorBytes = 64 * 1024;
/** Where git and ssh are looked for: the caller's PATH is not handed on. */
const searchPath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/opt/homebrew/bin';

export interface GitCommand {
  readonly args: readonly string[];
  /** Everything git is to know of its surroundings, beside what `spawnGit` sets. */
  readonly environment: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
  /** Standard input, written as fast as git reads it. */
  readonly input?: Iterable<Uint8Array | string>;
}

interface GitEnd {
  readonly code: number;
  readonly stderr: string;
}

export interface GitResult extends GitEnd {
  readonly stdout: Buffer;
}

export interface GitProcess {
  readonly stdout: Readable;
  /**
   * Resolves when git has ended and its output is closed. Rejects with the signal's reason, and with an EndpointError when
   * git cannot be started or took too long.
   */
  readonly ended: Promise<GitEnd>;
  /** Ends git and what it started, at once. */
  kill(): void;
}

/** Starts git in its own process group and with an environment of its own. */
export function spawnGit(command: GitCommand): GitProcess {
  command.signal?.throwIfAborted();
  const child = spawn('git', command.args, {
    // Every command names its repository by GIT_DIR; the root cannot vanish under it.
    cwd: '/',
    env: { PATH: searchPath, LC_ALL: 'C', GIT_TERMINAL_PROMPT: '0', GIT_CONFIG_NOSYSTEM: '1', ...command.environment },
    stdio: ['pipe', 'pipe', 'pipe'],
    detached: true,
  });
  let closed = false;
  child.once('close', () => {
    closed = true;
  });
  const kill = () => {
    // What git started may outlive it and hold its output open, so only the close ends this.
    if (child.pid === undefined || closed) return;
    try {
      process.kill(-child.pid, 'SIGKILL');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
  };
  const fed = feed(child.stdin, command.input ?? []).catch((error) => {
    kill();
    throw error;
  });
  const ended = Promise.all([endOf(child, command, kill), fed]).then(([end]) => end);
  // A caller reads the output first and awaits `ended` after it; until then a rejection has a holder.
  ended.catch(() => {});
  return { stdout: child.stdout, ended, kill };
}

/** Runs git to its end. A non-zero exit code is an answer, not an error. */
export async function runGit(command: GitCommand): Promise<GitResult> {
  const git = spawnGit(command);
  const chunks: Buffer[] = [];
  git.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  const end = await git.ended;
  return { ...end, stdout: Buffer.concat(chunks) };
}

function endOf(
  child: ChildProcessByStdio<Writable, Readable, Readable>,
  { timeoutMs, signal }: GitCommand,
  kill: () => void,
): Promise<GitEnd> {
  return new Promise((resolve, reject) => {
    let errors = Buffer.alloc(0);
    child.stderr.on('data', (chunk: Buffer) => {
      errors = Buffer.concat([errors, chunk]).subarray(-keptErrorBytes);
    });
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      kill();
    }, timeoutMs);
    signal?.addEventListener('abort', kill, { once: true });
    const settle = () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', kill);
    };
    child.once('error', (cause: NodeJS.ErrnoException) => {
      settle();
      reject(cause.code === 'ENOENT' ? noGit(cause) : cause);
    });
    child.once('close', (code) => {
      settle();
      if (signal?.aborted) reject(signal.reason);
      else if (late) reject(tooSlow(timeoutMs));
      // A git that was killed from outside has no exit code: it failed, and nothing more is known.
      else resolve({ code: code ?? 255, stderr: errors.toString('utf8') });
    });
  });
}

async function feed(stdin: Writable, input: Iterable<Uint8Array | string>): Promise<void> {
  // A git that ends before it has read everything says why in its exit code and on standard error.
  stdin.on('error', () => {});
  for (const chunk of input) {
    if (stdin.destroyed) return;
    if (!stdin.write(chunk)) await drained(stdin);
  }
  stdin.end();
}

const drained = (stdin: Writable): Promise<void> =>
  new Promise((resolve) => {
    const go = () => {
      stdin.off('drain', go).off('close', go);
      resolve();
    };
    stdin.on('drain', go).on('close', go);
  });

const noGit = (cause: Error) =>
  new EndpointError('misconfigured', 'Git is not installed on the server. Install git 2.36 or newer.', false, {
    cause,
  });

const tooSlow = (timeoutMs: number) =>
  new EndpointError('unreachable', `Git did not finish within ${Math.round(timeoutMs / 1000)} s.`, true);
