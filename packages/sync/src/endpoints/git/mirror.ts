import { glob, mkdir, mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { EndpointError } from '../../problem.ts';
import { localEnvironment, type RemoteAccess, withRemoteEnvironment } from './git-environment.ts';
import { knownError, redact, unknownError } from './git-errors.ts';
import { type GitProcess, type GitResult, runGit, spawnGit } from './run-git.ts';

export interface GitTimeouts {
  /** One question to the remote, milliseconds. */
  readonly ask: number;
  /** Fetching or pushing, milliseconds. */
  readonly transfer: number;
  /** A command on the mirror alone, milliseconds. */
  readonly local: number;
}

export const defaultTimeouts: GitTimeouts = { ask: 60_000, transfer: 1_800_000, local: 600_000 };

/** What a killed git leaves in a repository and stumbles over later. */
const leftovers = [
  '*.lock',
  'refs/**/*.lock',
  'objects/info/**/*.lock',
  'objects/pack/*.{lock,keep}',
  'fast_import_crash_*',
  'gc.pid',
];

/** The mirror cannot be worked with: it is to be made anew. Never leaves the endpoint. */
export class MirrorBroken extends Error {
  constructor(doing: string, stderr: string) {
    super(`The mirror fails while ${doing}: ${stderr}`);
    this.name = 'MirrorBroken';
  }
}

interface LocalCommand {
  readonly args: readonly string[];
  /** For messages: "reading the tree". */
  readonly doing: string;
  readonly signal: AbortSignal | undefined;
  readonly input?: Iterable<Uint8Array | string>;
}

interface RemoteCommand {
  readonly args: readonly string[];
  readonly signal: AbortSignal | undefined;
  readonly timeoutMs: number;
  /** What `fetch` takes, and what `push` notes on success. */
  readonly refspec?: string;
  /** Another repository than the mirror to work in; `/dev/null` where none is needed. */
  readonly gitDir?: string;
}

/** A bare repository that holds what the remote's branch held when it was last fetched. A cache: it may be lost any time. */
export class Mirror {
  readonly access: RemoteAccess;
  readonly timeouts: GitTimeouts;
  /** Grows when the mirror is made anew: what was known of its contents no longer holds. */
  generation = 0;
  readonly #gitDir: string;
  #last: Promise<unknown> = Promise.resolve();

  constructor(access: RemoteAccess, timeouts: GitTimeouts) {
    this.access = access;
    this.timeouts = timeouts;
    this.#gitDir = join(access.folder, 'mirror.git');
  }

  /**
   * Runs work that changes the mirror, one at a time, after clearing what a killed process left behind. A mirror that proves
   * broken is made anew and the work done once more.
   */
  exclusively<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#last.then(async () => {
      await this.#tidy().catch(throwDiskError);
      try {
        return await work();
      } catch (error) {
        if (!(error instanceof MirrorBroken)) throw error;
        await this.#remove();
      }
      return await work().catch(throwForGood);
    });
    // The next work waits for this one's end, whatever it is; its failure belongs to its own caller.
    this.#last = result.catch(() => {});
    return result;
  }

  /** Throws the mirror away unless that has happened since `generation`. Only within `exclusively`. */
  async discard(generation: number): Promise<void> {
    if (this.generation === generation) await this.#remove();
  }

  /** Creates the mirror where there is none, for ids of the length of `head`. */
  async ensure(head: string | null, signal: AbortSignal | undefined): Promise<void> {
    if (await exists(join(this.#gitDir, 'HEAD'))) return;
    await this.#remove();
    await this.#create(this.#gitDir, head, signal);
  }

  /** Lends an empty repository beside the mirror, for a command that may run at any time. */
  async withScratch<T>(
    head: string | null,
    signal: AbortSignal | undefined,
    use: (gitDir: string) => Promise<T>,
  ): Promise<T> {
    await this.#makeFolder().catch(throwDiskError);
    const gitDir = await mkdtemp(join(this.access.folder, 'try-'));
    try {
      await this.#create(gitDir, head, signal);
      return await use(gitDir);
    } finally {
      await rm(gitDir, { recursive: true, force: true });
    }
  }

  async #create(gitDir: string, head: string | null, signal: AbortSignal | undefined): Promise<void> {
    const format = head?.length === 64 ? 'sha256' : 'sha1';
    const { code, stderr } = await runGit({
      args: ['init', '--quiet', '--bare', '--template=', '--initial-branch=none', `--object-format=${format}`],
      environment: localEnvironment(gitDir, this.access.folder),
      timeoutMs: this.timeouts.local,
      signal,
    });
    if (code !== 0) throwForGood(this.failure('creating it', stderr));
  }

  /** Runs a command on the mirror alone and answers its output. Throws MirrorBroken when git does not succeed. */
  async local(command: LocalCommand): Promise<Buffer> {
    const { code, stdout, stderr } = await this.attempt(command);
    if (code !== 0) throw this.failure(command.doing, stderr);
    return stdout;
  }

  /** As `local`, for commands whose exit code is an answer. */
  attempt({ args, signal, input }: LocalCommand): Promise<GitResult> {
    return runGit({ ...this.#local(signal), args, ...(input ? { input } : {}) });
  }

  /** As `local`, answering the running process. */
  spawn({ args, signal, input }: LocalCommand): GitProcess {
    return spawnGit({ ...this.#local(signal), args, ...(input ? { input } : {}) });
  }

  #local(signal: AbortSignal | undefined) {
    const environment = localEnvironment(this.#gitDir, this.access.folder);
    return { environment, timeoutMs: this.timeouts.local, signal };
  }

  /** Runs a command that speaks to the remote. */
  async remote({ args, signal, timeoutMs, refspec, gitDir }: RemoteCommand): Promise<GitResult> {
    await this.#makeFolder().catch(throwDiskError);
    return await withRemoteEnvironment(gitDir ?? this.#gitDir, this.access, refspec ?? null, (environment) =>
      runGit({ args, environment, timeoutMs, signal }),
    );
  }

  /** Fetches one branch of the remote into a ref of the mirror, and packs the mirror when it holds many loose things. */
  async fetch(refspec: string, signal: AbortSignal | undefined): Promise<void> {
    const args = ['fetch', '--quiet', '--no-tags', '--no-write-fetch-head', '--update-shallow', 'origin'];
    const { code, stderr } = await this.remote({ args, refspec, signal, timeoutMs: this.timeouts.transfer });
    if (code !== 0) throw this.#fetchFailure(stderr);
    if (!(await this.#isCluttered())) return;
    const packing = ['gc.auto=2000', 'gc.autoPackLimit=30', 'gc.autoDetach=false'].flatMap((value) => ['-c', value]);
    await this.local({ args: [...packing, 'gc', '--auto', '--quiet'], doing: 'packing it', signal });
  }

  /** As `git gc --auto` asks itself, without starting a process for it: one of 256 folders stands for all. */
  async #isCluttered(): Promise<boolean> {
    const count = async (folder: string, name: RegExp) => {
      const names = await readdir(join(this.#gitDir, 'objects', folder)).catch(absent);
      return names?.filter((one) => name.test(one)).length ?? 0;
    };
    return (await count('17', /^[0-9a-f]+$/)) > 2000 / 256 || (await count('pack', /\.pack$/)) > 30;
  }

  /** The remote has just answered: when git finds no repository or no common ground now, it speaks of the mirror. */
  #fetchFailure(stderr: string): Error {
    const known = /mismatched algorithms/.test(stderr) ? null : knownError(stderr);
    return known && known.code !== 'not_found' ? known : this.failure('fetching', stderr);
  }

  /** The commit a ref of the mirror stands on; null: there is none. */
  async resolve(ref: string, signal: AbortSignal | undefined): Promise<string | null> {
    const args = ['rev-parse', '--verify', '--quiet', `${ref}^{commit}`];
    const { code, stdout } = await this.attempt({ args, doing: 'looking up a commit', signal });
    return code === 0 ? stdout.toString('latin1').trim() : null;
  }

  /** Where a ref of our own stands; null: there is none. Read without a process where it stands in a file of its own. */
  async stand(ref: string, signal: AbortSignal | undefined): Promise<string | null> {
    const text = await readFile(join(this.#gitDir, ref), 'latin1').catch(absent);
    return text !== null && /^(?:[0-9a-f]{40}|[0-9a-f]{64})\n$/.test(text) ? text.trimEnd() : this.resolve(ref, signal);
  }

  /** Resolves when no work is under way. */
  async idle(): Promise<void> {
    await this.#last;
  }

  #makeFolder(): Promise<unknown> {
    return mkdir(this.access.folder, { recursive: true, mode: 0o700 });
  }

  /**
   * Removes locks and half-received packs' marks of a process that was killed: nobody else works on the mirror. Folders of
   * keys and of tries may be in use beside it, so they go when no command can run that long.
   */
  async #tidy(): Promise<void> {
    await this.#makeFolder();
    const { ask, transfer } = this.timeouts;
    const old = Date.now() - 2 * Math.max(ask, transfer);
    for (const name of await readdir(this.access.folder)) {
      const path = join(this.access.folder, name);
      if (path === this.#gitDir) continue;
      const found = await stat(path).catch(absent);
      if (found && found.mtimeMs < old) await rm(path, { recursive: true, force: true });
    }
    for await (const name of glob(leftovers, { cwd: this.#gitDir }))
      await rm(join(this.#gitDir, name), { force: true });
  }

  /** Disk trouble is not mended by making the mirror anew; all else is taken to be. */
  failure(doing: string, stderr: string): Error {
    const disk = /No space left on device|Disk quota exceeded|Permission denied|Read-only file system/.exec(stderr);
    if (!disk) return new MirrorBroken(doing, redact(stderr, [this.access.folder, this.access.url.address]));
    return new EndpointError(
      'busy',
      `The mirror cannot be written: ${disk[0]}. Free space or mend the data folder.`,
      true,
    );
  }

  async #remove(): Promise<void> {
    this.generation++;
    await rm(this.#gitDir, { recursive: true, force: true });
  }
}

/** A mirror that is broken though it was made anew: to callers the endpoint fails for a reason of its own. */
export function throwForGood(error: unknown): never {
  if (!(error instanceof MirrorBroken)) throw error;
  const { code, message, transient } = unknownError('working on a new mirror', 128);
  throw new EndpointError(code, message, transient, { cause: error });
}

function throwDiskError(error: NodeJS.ErrnoException): never {
  throw new EndpointError('busy', `The folder of the mirror cannot be used (${error.code}).`, true, { cause: error });
}

const exists = async (path: string): Promise<boolean> => (await stat(path).catch(absent)) !== null;

function absent(error: NodeJS.ErrnoException): null {
  if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return null;
  throw error;
}
