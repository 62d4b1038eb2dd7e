import type { Mode } from '@ratchet/sync-core/tree';
import { digestOf } from '../../src/digest.ts';
import { EndpointError } from '../../src/problem.ts';
import type { Prepared, Published, Remote, RemoteFile, WriteRequest } from '../../src/remote.ts';
import type { Hooks } from './hooks.ts';

interface Content {
  readonly bytes: Uint8Array;
  readonly mode: Mode;
}

/** A repository in memory: one head for all of it, as with git. Users edit it with `change`. */
export class MemoryRemote implements Remote {
  readonly type = 'git';
  readonly files = new Map<string, Content>();
  /** Every state there ever was, by head, with what was written to reach it. */
  readonly published: string[] = [];
  /** Paths that cannot be read now; `*`: the whole remote. */
  readonly unreadable = new Set<string>();
  /** How a listing is ordered. */
  order: (files: RemoteFile[]) => RemoteFile[] = (files) => files;
  readonly #hooks: Hooks;
  #version = 0;
  #prepared: { token: string; parent: string | null; request: WriteRequest } | null = null;

  constructor(hooks: Hooks) {
    this.#hooks = hooks;
  }

  get head(): string | null {
    return this.#version === 0 ? null : `h${this.#version}`;
  }

  change(changes: Readonly<Record<string, string | null>>): void {
    for (const [path, text] of Object.entries(changes)) {
      if (text === null) this.files.delete(path);
      else this.files.set(path, { bytes: Buffer.from(text), mode: '100644' });
    }
    this.#version++;
  }

  texts(): Map<string, string> {
    return new Map([...this.files].map(([path, { bytes }]) => [path, Buffer.from(bytes).toString('utf8')]));
  }

  #refuse(): void {
    if (this.unreadable.has('*')) throw new EndpointError('unreachable', 'It does not answer.', true);
  }

  probe(): Promise<string | null> {
    return this.#hooks.around(() => {
      this.#refuse();
      return this.head;
    });
  }

  list() {
    return this.#hooks.around(() => {
      this.#refuse();
      const all = [...this.files].map(([path, { bytes, mode }]) => ({
        path,
        mode,
        size: bytes.length,
        token: digestOf(bytes),
      }));
      const problems = [...this.unreadable].map((path) => ({
        path,
        code: 'unreadable',
        message: 'It cannot be read.',
        severity: 'error' as const,
      }));
      return { head: this.head, files: this.order(all.filter(({ path }) => !this.unreadable.has(path))), problems };
    });
  }

  async *read(files: readonly RemoteFile[]) {
    for (const file of files) {
      await this.#hooks.point();
      const content = this.files.get(file.path);
      if (content && digestOf(content.bytes) === file.token) yield { file, bytes: content.bytes };
    }
  }

  prepare(request: WriteRequest): Promise<Prepared | null> {
    return this.#hooks.around(() => {
      const changes = request.documents.some(({ files }) =>
        files.some(({ before, after }) => (after ? digestOf(after.bytes) !== before?.digest : before !== null)),
      );
      if (!changes) return null;
      const token = digestOf(Buffer.from(JSON.stringify([request.parent, request.documents])));
      this.#prepared = { token, parent: request.parent, request };
      return { token, head: `h${this.#version + 1}` };
    });
  }

  publish({ token }: Prepared): Promise<Published> {
    return this.#hooks.around((): Published => {
      this.#refuse();
      const prepared = this.#prepared;
      if (prepared?.token !== token || prepared.parent !== this.head) return { status: 'moved' };
      const files = prepared.request.documents.flatMap((document) => document.files);
      for (const { path, after } of files) {
        if (after) this.files.set(path, after);
        else this.files.delete(path);
      }
      this.#version++;
      this.published.push(token);
      const written = files.flatMap(({ path, after }) =>
        after ? [{ path, mode: after.mode, size: after.bytes.length, token: digestOf(after.bytes) }] : [],
      );
      return { status: 'published', head: this.head, files: written, failed: [] };
    });
  }

  outcome(token: string): Promise<'published' | 'unpublished'> {
    return this.#hooks.around(() => {
      this.#refuse();
      return this.published.includes(token) ? 'published' : 'unpublished';
    });
  }

  async test() {
    return {
      reachable: true,
      authenticated: true,
      readable: true,
      writable: true,
      branch: null,
      head: this.head,
      message: '',
    };
  }

  async close(): Promise<void> {}
}
