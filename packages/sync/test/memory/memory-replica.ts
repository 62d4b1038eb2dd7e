import type { Digest, Tree } from '@ratchet/sync-core/tree';
import { checksumOf, digestOf } from '../../src/digest.ts';
import type { Kind } from '../../src/kind.ts';
import type { ConflictDraft, DocumentUpdate, IntendedDocument, PushIntent, Replica, Seen } from '../../src/replica.ts';
import type { Hooks } from './hooks.ts';

interface Row<P> {
  readonly id: string;
  revision: number;
  tree: Tree;
  fields: P;
}

/** A store in memory, as transactional as the real one: what `apply` is given happens whole, between two points. */
export class MemoryReplica<P> implements Replica<P> {
  readonly documents = new Map<string, Row<P>>();
  readonly bases = new Map<string, { tree: Tree; token: string }>();
  readonly conflicts = new Map<string, ConflictDraft>();
  /** Every tree that a document ever had here, and every side of every conflict. */
  readonly history: Tree[] = [];
  readonly blobs = new Map<Digest, Uint8Array>();
  /** Local documents that a sync deleted, with what the base was then. */
  readonly deleted: { path: string; local: Tree; base: Tree | null }[] = [];
  readonly #intents = new Map<string, PushIntent>();
  readonly #hooks: Hooks;
  readonly #kind: Kind<P>;
  #seen: Seen = { head: null, scope: null, problems: [] };
  #ids = 0;

  constructor(kind: Kind<P>, hooks: Hooks) {
    this.#kind = kind;
    this.#hooks = hooks;
  }

  /** Files of a document as texts. */
  textsAt(path: string): Map<string, string> {
    const tree = this.documents.get(path)?.tree ?? new Map();
    return new Map(
      [...tree].map(([name, { digest }]) => [name, Buffer.from(this.blobs.get(digest) ?? []).toString('utf8')]),
    );
  }

  /** A user's edit: null deletes the document. */
  edit(path: string, files: ReadonlyMap<string, string> | null): boolean {
    const row = this.documents.get(path);
    if (!files) return this.documents.delete(path);
    const contents = new Map([...files].map(([name, text]) => [name, Buffer.from(text)]));
    const projected = this.#kind.project(path, contents);
    if ('unreadable' in projected) return false;
    const tree: Tree = new Map(
      [...contents].map(([name, bytes]) => {
        const digest = digestOf(bytes);
        this.blobs.set(digest, bytes);
        return [name, { digest, mode: '100644' as const }];
      }),
    );
    this.#store(path, row, tree, projected.fields);
    return true;
  }

  #store(path: string, row: Row<P> | undefined, tree: Tree, fields: P): Row<P> {
    const next = { id: row?.id ?? `d${++this.#ids}`, revision: (row?.revision ?? 0) + 1, tree, fields };
    this.documents.set(path, next);
    this.history.push(tree);
    return next;
  }

  index(paths?: readonly string[]) {
    const asked = paths ? new Set(paths) : null;
    return this.#hooks.around(() =>
      [...new Set([...this.documents.keys(), ...this.bases.keys(), ...this.conflicts.keys()])]
        .filter((path) => !asked || asked.has(path))
        .map((path) => {
          const [row, base] = [this.documents.get(path), this.bases.get(path)];
          return {
            path,
            local: row ? { id: row.id, revision: row.revision, checksum: checksumOf(row.tree) } : null,
            base: base ? { checksum: checksumOf(base.tree), token: base.token } : null,
            inConflict: this.conflicts.has(path),
          };
        }),
    );
  }

  sides(paths: readonly string[]) {
    return this.#hooks.around(
      () =>
        new Map(
          paths.map((path) => {
            const row = this.documents.get(path);
            const sides = {
              base: this.bases.get(path)?.tree ?? null,
              local: row?.tree ?? null,
              identity: row ? this.#kind.identityOf(row.fields) : null,
            };
            return [path, sides];
          }),
        ),
    );
  }

  async read(digests: readonly Digest[]) {
    return new Map(
      digests.flatMap((digest) => (this.blobs.has(digest) ? [[digest, this.blobs.get(digest) as Uint8Array]] : [])),
    );
  }

  keep(blobs: ReadonlyMap<Digest, Uint8Array>) {
    return this.#hooks.around(() => {
      for (const [digest, bytes] of blobs) this.blobs.set(digest, bytes);
    });
  }

  apply(updates: readonly DocumentUpdate<P>[]) {
    return this.#hooks.around(() => {
      const stale: string[] = [];
      const revisions = new Map<string, number>();
      for (const update of updates) {
        const from = update.movedFrom ?? update.path;
        const row = this.documents.get(from);
        const blocked = update.movedFrom !== undefined && this.documents.has(update.path);
        const another = row !== undefined && update.expectedId !== undefined && row.id !== update.expectedId;
        if ((row?.revision ?? null) !== update.expected || another || blocked) {
          stale.push(update.path);
          continue;
        }
        this.#applyOne(update, from, row, revisions);
      }
      return { stale, revisions };
    });
  }

  #applyOne(update: DocumentUpdate<P>, from: string, row: Row<P> | undefined, revisions: Map<string, number>): void {
    const { path } = update;
    if (from !== path) {
      this.documents.delete(from);
      this.bases.delete(from);
      if (row) this.documents.set(path, row);
    }
    if (update.detach) this.documents.delete(path);
    if (update.local === null && row) {
      this.deleted.push({ path, local: row.tree, base: this.bases.get(path)?.tree ?? null });
      this.documents.delete(path);
    }
    if (update.local) revisions.set(path, this.#store(path, row, update.local.tree, update.local.fields).revision);
    if (update.base) this.bases.set(path, update.base);
    if (update.base === null) this.bases.delete(path);
    if (update.conflict === null) this.conflicts.delete(path);
    for (const draft of [update.conflict, update.decided])
      if (draft) for (const tree of [draft.local, draft.remote]) if (tree) this.history.push(tree);
    if (update.conflict) this.conflicts.set(path, update.conflict);
  }

  async openIntents() {
    await this.#hooks.point();
    return [...this.#intents.values()];
  }

  recordIntent({ token, documents }: { token: string; documents: readonly IntendedDocument[] }) {
    return this.#hooks.around(() => {
      const id = `i${++this.#ids}`;
      this.#intents.set(id, { id, token, documents });
      return id;
    });
  }

  confirmIntent(id: string, tokens: ReadonlyMap<string, string>, _head: string | null, arrived?: ReadonlySet<string>) {
    return this.#hooks.around(() => {
      for (const { path, tree } of this.#intents.get(id)?.documents ?? []) {
        if (arrived && !arrived.has(path)) continue;
        if (tree) this.bases.set(path, { tree, token: tokens.get(path) ?? '' });
        else this.bases.delete(path);
      }
      this.#intents.delete(id);
    });
  }

  abandonIntent(id: string) {
    return this.#hooks.around(() => void this.#intents.delete(id));
  }

  async seen() {
    await this.#hooks.point();
    return { ...this.#seen, openConflicts: this.conflicts.size };
  }

  setSeen(seen: Seen) {
    return this.#hooks.around(() => {
      this.#seen = seen;
    });
  }
}
