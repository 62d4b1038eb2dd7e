import { type Entry, type Mode, sameEntry } from '@ratchet/sync-core/tree';
import { digestOf } from '../../src/digest.ts';
import { EndpointError, type SyncProblem } from '../../src/problem.ts';
import type { DocumentWrite, Prepared, Published, Remote, RemoteFile, WriteRequest } from '../../src/remote.ts';
import type { Hooks } from './hooks.ts';

export interface FileContent {
  readonly bytes: Uint8Array;
  readonly mode: Mode;
}
export type Files = ReadonlyMap<string, FileContent>;

/** `headed`: one commit for everything, as git and zip write. `headless`: file after file, as folders and registries do. */
export type Writing = 'headed' | 'headless';

/**
 * Files in memory as an endpoint that never writes over what its plan did not see. What a process holds is lost by
 * `restart`; commits and the journal stay.
 */
export class FileRemote implements Remote {
  readonly type: Remote['type'];
  readonly headed: boolean;
  readonly headless?: true;
  readonly files = new Map<string, FileContent>();
  /** Paths that a listing names as unreadable. */
  readonly unlisted = new Set<string>();
  /** Paths that are listed and give no content. */
  readonly unread = new Set<string>();
  /** Hears of every document that is published as a deletion, before it goes, with its files as the plan saw them. */
  onRemoval: (path: string, before: ReadonlyMap<string, Entry>) => void = () => {};
  /** Every published token, in order. */
  readonly published: string[] = [];
  order: (files: RemoteFile[]) => RemoteFile[] = (files) => files;
  readonly #hooks: Hooks;
  readonly #network: Hooks;
  #version = 0;
  #waiting: { token: string; request: WriteRequest } | null = null;
  readonly #journal = new Map<string, WriteRequest>();

  /** @param network fails calls of this side only: a throw before a call loses the question, after it the answer. */
  constructor(writing: Writing, hooks: Hooks, network: Hooks) {
    this.headed = writing === 'headed';
    if (!this.headed) this.headless = true;
    this.type = this.headed ? 'git' : 'filesystem';
    this.#hooks = hooks;
    this.#network = network;
  }

  get head(): string | null {
    return this.headed && this.#version > 0 ? `h${this.#version}` : null;
  }

  /** Someone's commit. null removes a file. */
  change(changes: ReadonlyMap<string, FileContent | null>): void {
    if (changes.size === 0) return;
    for (const [path, content] of changes) this.#put(path, content);
    this.#version++;
  }

  restart(): void {
    this.#waiting = null;
  }

  #put(path: string, content: FileContent | null): void {
    if (content) this.files.set(path, content);
    else this.files.delete(path);
  }

  #call<T>(work: () => T | Promise<T>): Promise<T> {
    return this.#hooks.around(() => this.#network.around(work));
  }

  #entry(path: string): Entry | undefined {
    const content = this.files.get(path);
    return content && { digest: digestOf(content.bytes), mode: content.mode };
  }

  #listed(path: string): RemoteFile[] {
    const content = this.files.get(path);
    if (!content) return [];
    return [{ path, mode: content.mode, size: content.bytes.length, token: digestOf(content.bytes) }];
  }

  probe(): Promise<string | null> {
    return this.#call(() => this.#mark() ?? this.head);
  }

  #mark(): string | undefined {
    if (this.headed) return undefined;
    const all = [...this.files].map(([path, { bytes, mode }]) => [path, mode, digestOf(bytes)]).sort();
    return digestOf(Buffer.from(JSON.stringify([all, [...this.unlisted].sort()])));
  }

  list() {
    return this.#call(() => {
      const files = [...this.files.keys()].filter((path) => !this.unlisted.has(path)).flatMap((p) => this.#listed(p));
      const problems = [...this.unlisted].filter((path) => this.files.has(path)).map(unreadableAt);
      const mark = this.#mark();
      return { head: this.head, files: this.order(files), problems, ...(mark ? { mark } : {}) };
    });
  }

  async *read(files: readonly RemoteFile[]) {
    for (const file of files) {
      await this.#call(() => {});
      const content = this.files.get(file.path);
      if (content && !this.unread.has(file.path) && digestOf(content.bytes) === file.token)
        yield { file, bytes: content.bytes };
    }
  }

  prepare(request: WriteRequest): Promise<Prepared | null> {
    return this.#call(() => {
      const writes = request.documents.flatMap(({ files }) => files);
      if (writes.every(({ before, after }) => sameEntry(before ?? undefined, entryOf(after)))) return null;
      const content = writes.map(({ path, after }) => [path, entryOf(after)]);
      const token = digestOf(Buffer.from(JSON.stringify([request.parent, this.#journal.size, content])));
      this.#waiting = { token, request };
      this.#journal.set(token, request);
      return { token, head: this.headed ? `h${this.#version + 1}` : null };
    });
  }

  async publish({ token }: Prepared): Promise<Published> {
    await this.#hooks.point();
    const answer = await this.#network.around(() => {
      const waiting = this.#waiting;
      if (waiting?.token !== token) return { status: 'moved' as const };
      this.#waiting = null;
      return this.headed ? this.#commit(waiting.request, token) : this.#writeEach(waiting.request, token);
    });
    await this.#hooks.point();
    return answer;
  }

  #commit({ parent, documents }: WriteRequest, token: string): Published {
    if (parent !== this.head || !documents.every((document) => this.#asPlanned(document))) return { status: 'moved' };
    for (const document of documents) this.#write(document);
    this.#version++;
    this.published.push(token);
    const files = documents.flatMap((d) => d.files.flatMap(({ path }) => this.#listed(path)));
    return { status: 'published', head: this.head, files, failed: [] };
  }

  async #writeEach({ documents }: WriteRequest, token: string): Promise<Published> {
    const failed: SyncProblem[] = [];
    const changed = new Map<string, FileContent | null>();
    for (const document of documents) {
      this.#noteRemoval(document);
      for (const { path, before, after } of document.files) {
        await this.#hooks.point();
        if (!sameEntry(this.#entry(path), before ?? undefined)) {
          const message = 'It changed since.';
          failed.push({ path: document.path, code: 'moved', message, severity: 'error' });
          break;
        }
        this.#put(path, after);
        changed.set(path, after);
      }
    }
    if (changed.size === 0 && failed.length > 0) return { status: 'moved' };
    this.published.push(token);
    // What someone changed since is not listed as ours: its token would hide their edit.
    const ours = [...changed].filter(([path, after]) => sameEntry(this.#entry(path), entryOf(after)));
    return { status: 'published', head: null, files: ours.flatMap(([path]) => this.#listed(path)), failed };
  }

  #asPlanned({ files }: DocumentWrite): boolean {
    return files.every(({ path, before }) => sameEntry(this.#entry(path), before ?? undefined));
  }

  #write(document: DocumentWrite): void {
    this.#noteRemoval(document);
    for (const { path, after } of document.files) this.#put(path, after);
  }

  #noteRemoval({ path, files }: DocumentWrite): void {
    if (files.some(({ after }) => after !== null)) return;
    const before = new Map(files.flatMap((file) => (file.before ? [[file.path, file.before] as const] : [])));
    this.onRemoval(path, before);
  }

  outcome(token: string): Promise<'published' | 'unpublished'> {
    return this.#call(() => {
      if (this.headed) return this.published.includes(token) ? 'published' : 'unpublished';
      const writes = this.#journal.get(token)?.documents.flatMap(({ files }) => files);
      const arrived = writes?.every(({ path, after }) => sameEntry(this.#entry(path), entryOf(after)));
      return arrived ? 'published' : 'unpublished';
    });
  }

  async test() {
    const yes = { reachable: true, authenticated: true, readable: true, writable: true };
    return { ...yes, branch: null, head: this.head, message: '' };
  }

  async close(): Promise<void> {}
}

const entryOf = (after: FileContent | null): Entry | undefined =>
  after ? { digest: digestOf(after.bytes), mode: after.mode } : undefined;

const unreadableAt = (path: string): SyncProblem => ({
  path,
  code: 'unreadable',
  message: 'It cannot be read.',
  severity: 'error',
});

/** The network fails here. */
export function unreachable(): never {
  throw new EndpointError('unreachable', 'It does not answer.', true);
}
