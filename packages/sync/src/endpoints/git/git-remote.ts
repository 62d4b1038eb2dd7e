import { randomUUID } from 'node:crypto';
import type {
  Branches,
  ConnectionReport,
  Earlier,
  Listing,
  Prepared,
  Published,
  Remote,
  RemoteFile,
  WriteRequest,
} from '../../remote.ts';
import { asPlanned, filesOf, refusalOf } from './check-write.ts';
import { secretsOf } from './git-auth.ts';
import { checkOptions, type GitRemoteOptions } from './git-options.ts';
import { type ListedCommit, listChanges } from './list-changes.ts';
import { listTree, type TreeListing } from './list-tree.ts';
import { defaultTimeouts, Mirror, MirrorBroken, throwForGood } from './mirror.ts';
import { type PushAnswer, readPush } from './push.ts';
import { readFiles } from './read-blobs.ts';
import { testConnection } from './test-connection.ts';
import { askPosition, bringUp, headOf, type Position, upstreamRefspec } from './upstream.ts';
import { changesOf, writeCommit } from './write-commit.ts';

export type { GitAuth } from './git-auth.ts';
export type { GitRemoteOptions } from './git-options.ts';

/** A branch of a git repository, or a folder of it. Throws EndpointError `misconfigured` for options that cannot be used. */
export function createGitRemote(options: GitRemoteOptions): Remote {
  return new GitRemote(options);
}

type Entries = TreeListing['entries'];

/** A write that waits for `publish`. */
interface Waiting {
  readonly token: string;
  readonly parent: string | null;
  /** The answer that is known before anything is sent; null: it is to be sent. */
  readonly answer: PushAnswer | null;
  /** What the root holds when the commit has arrived. */
  readonly entries: Entries;
  readonly written: readonly RemoteFile[];
}

class GitRemote implements Remote {
  readonly type = 'git';
  readonly #options: GitRemoteOptions;
  readonly #subPath: string | null;
  readonly #mirror: Mirror;
  readonly #hidden: readonly string[];
  /** Where the remote stood at a probe that no look has followed yet. */
  #probed: Position | null = null;
  /** The branch at the last look. */
  #branch: string | null = null;
  /** What one commit holds, the one looked at or pushed last. Valid while the mirror's generation is the same. */
  #known: { readonly commit: string; readonly generation: number; readonly entries: Entries } | null = null;
  #waiting: Waiting | null = null;

  constructor(options: GitRemoteOptions) {
    const { url, subPath } = checkOptions(options);
    const { auth, mirrorDir: folder, outgoing, distrustLocal, timeouts } = options;
    this.#options = options;
    this.#subPath = subPath;
    this.#mirror = new Mirror(
      { url, auth, folder, outgoing, distrustLocal, connectSeconds: 20 },
      { ...defaultTimeouts, ...timeouts },
    );
    this.#hidden = [...secretsOf(auth), folder, ...(url.folder ? [url.folder] : [])];
  }

  async probe(signal?: AbortSignal): Promise<string | null> {
    this.#probed = await askPosition(this.#mirror, this.#options.branch, signal);
    return this.#probed.head;
  }

  list(signal?: AbortSignal, earlier?: Earlier): Promise<Listing> {
    return this.#mirror.exclusively(async () => {
      const { head } = await this.#look(signal);
      if (head === null) return { head, files: [], problems: [] };
      const listing = await this.#tree(head, signal, earlier?.listing.memo as ListedCommit | undefined);
      const { files, problems } = listing;
      const memo: ListedCommit = { commit: head, subPath: this.#subPath, listing };
      return { head, files, problems, memo };
    });
  }

  async *read(
    files: readonly RemoteFile[],
    signal?: AbortSignal,
  ): AsyncGenerator<{ file: RemoteFile; bytes: Uint8Array }> {
    const { generation } = this.#mirror;
    const left = new Set(files);
    try {
      for await (const found of readFiles(this.#mirror, files, signal)) {
        left.delete(found.file);
        yield found;
      }
    } catch (error) {
      if (!(error instanceof MirrorBroken)) throw error;
    }
    if (left.size === 0) return;
    // What was listed was in the mirror: it has lost something. Fetched anew, it lacks only what upstream dropped since.
    await this.#mirror.exclusively(async () => {
      await this.#mirror.discard(generation);
      await this.#look(signal);
    });
    try {
      yield* readFiles(this.#mirror, [...left], signal);
    } catch (error) {
      throwForGood(error);
    }
  }

  /**
   * A request that cannot be written, or whose files are not what the plan saw, is prepared too: `publish` then answers
   * `rejected` or `moved` without sending anything.
   */
  prepare(request: WriteRequest, signal?: AbortSignal): Promise<Prepared | null> {
    return this.#mirror.exclusively(async () => {
      const { parent } = request;
      const before = await this.#entriesOf(parent, signal);
      if (!before) return this.#answerNow(parent, { status: 'moved' });
      const files = filesOf(request);
      const refusal = refusalOf(files, before, parent?.length ?? 40);
      if (refusal) return this.#answerNow(parent, { status: 'rejected', reason: 'denied', message: refusal });
      if (!(await asPlanned(this.#mirror, files, before, signal))) return this.#answerNow(parent, { status: 'moved' });
      const changes = changesOf(files, before, parent?.length === 64 ? 'sha256' : 'sha1');
      if (changes.length === 0) return null;

      const { message, author, date } = request;
      const root = this.#subPath === null ? '' : `${this.#subPath}/`;
      const commit = { parent, root, changes, message, author, committer: this.#options.committer, date };
      const token = await writeCommit(this.#mirror, commit, signal);
      const entries = new Map(before);
      for (const { path, file } of changes) {
        if (file) entries.set(path, file);
        else entries.delete(path);
      }
      const written = files.flatMap(({ path, after }) => (after ? (entries.get(path) ?? []) : []));
      this.#waiting = { token, parent, answer: null, entries, written };
      return { token, head: token };
    });
  }

  /** Sends the commit for as long as the branch stands at its parent, so that nothing is undone or brought back by it. */
  publish(prepared: Prepared, signal?: AbortSignal): Promise<Published> {
    return this.#mirror.exclusively(async () => {
      const waiting = this.#waiting;
      if (waiting?.token !== prepared.token) return { status: 'moved' };
      const { token, parent, entries, written } = waiting;
      const answer = waiting.answer ?? (await this.#push(token, parent, signal));
      if (answer.status !== 'published') return answer;
      this.#known = { commit: token, generation: this.#mirror.generation, entries };
      return { status: 'published', head: token, files: written, failed: [] };
    });
  }

  async outcome(token: string, signal?: AbortSignal): Promise<'published' | 'unpublished'> {
    if (!/^([0-9a-f]{40}|[0-9a-f]{64})$/.test(token)) return 'unpublished';
    return await this.#mirror.exclusively(async () => {
      const { head } = await this.#look(signal);
      // All history of the branch is in the mirror, so a commit that is not there is not in it.
      if (head === null || (await this.#mirror.resolve(token, signal)) === null) return 'unpublished';
      const doing = 'comparing commits';
      const { code, stderr } = await this.#mirror.attempt({
        args: ['merge-base', '--is-ancestor', token, head],
        doing,
        signal,
      });
      if (code > 1) throw this.#mirror.failure(doing, stderr);
      return code === 0 ? 'published' : 'unpublished';
    });
  }

  test(signal?: AbortSignal): Promise<ConnectionReport> {
    return testConnection(this.#mirror, this.#options.branch, signal);
  }

  readonly branches: Branches = {
    followed: async (signal) => (await askPosition(this.#mirror, this.#options.branch, signal)).branch,
    head: (branch, signal) => headOf(this.#mirror, branch, signal),
    publish: (prepared, branch, expected, signal) =>
      this.#mirror.exclusively(async () => {
        const waiting = this.#waiting;
        if (waiting?.token !== prepared.token) return { status: 'moved' };
        return waiting.answer ?? (await this.#send(waiting.token, branch, expected, signal));
      }),
    remove: (branch, expected, signal) =>
      this.#mirror.exclusively(async () => {
        await this.#send('', branch, expected, signal);
      }),
  };

  close(): Promise<void> {
    return this.#mirror.idle();
  }

  /** Brings the mirror in step with the remote and answers where both stand. */
  async #look(signal: AbortSignal | undefined): Promise<Position> {
    // What a probe has just been told need not be asked again; a second look asks.
    const position = this.#probed ?? (await askPosition(this.#mirror, this.#options.branch, signal));
    this.#probed = null;
    this.#branch = position.branch;
    return { branch: position.branch, head: await bringUp(this.#mirror, position, signal) };
  }

  async #tree(commit: string, signal: AbortSignal | undefined, known?: ListedCommit): Promise<TreeListing> {
    const since = known?.subPath === this.#subPath ? known : null;
    const listing =
      (since && (await listChanges(this.#mirror, since, commit, signal))) ??
      (await listTree(this.#mirror, commit, this.#subPath, signal));
    this.#known = { commit, generation: this.#mirror.generation, entries: listing.entries };
    return listing;
  }

  /** What a commit holds; null where neither the mirror nor the remote's branch has it. */
  async #entriesOf(commit: string | null, signal: AbortSignal | undefined): Promise<Entries | null> {
    const known = this.#known;
    if (known?.commit === commit && known.generation === this.#mirror.generation) return known.entries;
    if (commit === null) {
      await this.#mirror.ensure(null, signal);
      return new Map();
    }
    if ((await this.#mirror.resolve(commit, signal)) === null) {
      await this.#look(signal);
      if ((await this.#mirror.resolve(commit, signal)) === null) return null;
    }
    return (await this.#tree(commit, signal)).entries;
  }

  #answerNow(parent: string | null, answer: PushAnswer): Prepared {
    const token = `unsent-${randomUUID()}`;
    this.#waiting = { token, parent, answer, entries: new Map(), written: [] };
    return { token, head: parent };
  }

  async #push(commit: string, parent: string | null, signal: AbortSignal | undefined): Promise<PushAnswer> {
    const branch = this.#branch ?? (await this.#look(signal)).branch;
    return this.#send(commit, branch, parent, signal);
  }

  /** Moves one branch from where it is expected to a commit; an empty commit removes it. */
  async #send(
    commit: string,
    branch: string,
    parent: string | null,
    signal: AbortSignal | undefined,
  ): Promise<PushAnswer> {
    // The mirror was made anew since, and the commit is gone with the old one.
    if (commit !== '' && (await this.#mirror.resolve(commit, signal)) === null) return { status: 'moved' };
    const lease = `--force-with-lease=refs/heads/${branch}:${parent ?? ''}`;
    const result = await this.#mirror.remote({
      args: ['push', '--porcelain', lease, 'origin', `${commit}:refs/heads/${branch}`],
      refspec: upstreamRefspec(this.#mirror, branch),
      signal,
      timeoutMs: this.#mirror.timeouts.transfer,
    });
    return readPush(result, branch, this.#hidden);
  }
}
