import { sameTree, type Tree } from '@ratchet/sync-core/tree';
import { expect } from 'vitest';
import { type CycleContext, GuardTripped, planCycle, pull } from '../../src/cycle.ts';
import type { CycleMemory } from '../../src/cycle-memory.ts';
import { digestOf } from '../../src/digest.ts';
import type { TaskFields } from '../../src/kinds/task/fields.ts';
import { createTaskKind } from '../../src/kinds/task/task-kind.ts';
import { EndpointError } from '../../src/problem.ts';
import { type PushReport, push } from '../../src/push.ts';
import { FileRemote, type Files, type Writing } from './file-remote.ts';
import { Crash, Hooks } from './hooks.ts';
import { MemoryReplica } from './memory-replica.ts';

const kind = createTaskKind();
const token = /V\d+\./g;

/** Values, such as `V12.`, that stand in some files. */
export const valuesIn = (files: Files): Set<string> =>
  new Set([...files.values()].flatMap(({ bytes }) => Buffer.from(bytes).toString('latin1').match(token) ?? []));

export type Side = 'here' | 'there';
export type Resolution = 'take_local' | 'take_remote' | 'both' | 'manual';

/**
 * One repository in memory with its replica, and whoever edits either. It knows which values are still meant to be
 * somewhere: those that someone wrote and nobody took away where they saw them.
 */
export class Workshop {
  readonly hooks = new Hooks();
  readonly network = new Hooks();
  readonly remote: FileRemote;
  readonly replica = new MemoryReplica<TaskFields>(kind, this.hooks);
  readonly wanted = new Set<string>();
  /** Deletions that went to the remote though the document stood here, or there was not as both had agreed. */
  readonly wrongRemovals: string[] = [];
  readonly #policy: CycleContext<TaskFields>['policy'];
  #values = 0;
  /** Documents that cannot be pushed, because something that is no document stands in their place. */
  #blocked: ReadonlySet<string> = new Set();

  constructor(writing: Writing, policy: CycleContext<TaskFields>['policy'] = 'manual') {
    this.remote = new FileRemote(writing, this.hooks, this.network);
    this.#policy = policy;
    this.remote.onRemoval = (path, before) => {
      const base: Tree = this.replica.bases.get(path)?.tree ?? new Map();
      const root = kind.rootOf(path, base.keys());
      const agreed = new Map([...base].map(([name, entry]) => [root + name, entry]));
      // A write that only takes files away from a document that stays is no removal.
      const isWrong = this.replica.documents.has(path) ? before.size >= agreed.size : !sameTree(before, agreed);
      if (isWrong) this.wrongRemovals.push(path);
    };
  }

  /** What the process remembers; a run that failed forgets it, as a process does that ended. */
  readonly memory: CycleMemory = { known: null };

  get context(): CycleContext<TaskFields> {
    const { remote, replica, memory } = this;
    return { remote, replica, kind, scope: { watch: [], ignore: [] }, place: 'memory', policy: this.#policy, memory };
  }

  /** A value that was never written before. */
  value(): string {
    const value = `V${++this.#values}.`;
    this.wanted.add(value);
    return value;
  }

  /** Files of a document, by path within it; empty: it is not there. */
  filesAt(side: Side, path: string): Files {
    if (side === 'here') return this.contents(this.replica.documents.get(path)?.tree ?? null);
    const root = path.endsWith('.js') ? path.slice(0, path.lastIndexOf('/') + 1) : `${path}/`;
    const mine = (name: string) =>
      !path.endsWith('.js') ||
      name.slice(0, -3) === path.slice(root.length, -3) ||
      name.replace(/yaml$/, 'js') === path.slice(root.length);
    return new Map(
      [...this.remote.files].flatMap(([full, content]) =>
        full.startsWith(root) && mine(full.slice(root.length)) ? [[full.slice(root.length), content]] : [],
      ),
    );
  }

  contents(tree: Tree | null): Files {
    return new Map(
      [...(tree ?? [])].map(([name, { digest, mode }]) => [
        name,
        { bytes: this.replica.blobs.get(digest) ?? Buffer.from('?'), mode },
      ]),
    );
  }

  /** A user leaves a document with these files; none: deleted. What they took away is not wanted any more. */
  write(side: Side, path: string, files: Files): void {
    const before = this.filesAt(side, path);
    if (side === 'here' ? this.#writeHere(path, files) : this.#writeThere(path, before, files)) {
      const after = valuesIn(files);
      for (const value of valuesIn(before)) if (!after.has(value)) this.wanted.delete(value);
    } else for (const value of valuesIn(files)) if (!valuesIn(before).has(value)) this.wanted.delete(value);
  }

  #writeHere(path: string, files: Files): boolean {
    const { documents, blobs, history } = this.replica;
    if (files.size === 0) return documents.delete(path);
    const projected = kind.project(path, new Map([...files].map(([name, { bytes }]) => [name, bytes])));
    if ('unreadable' in projected || kind.broken(projected.fields)) return false;
    const tree: Tree = new Map(
      [...files].map(([name, { bytes, mode }]) => {
        const digest = digestOf(bytes);
        blobs.set(digest, bytes);
        return [name, { digest, mode }];
      }),
    );
    const row = documents.get(path);
    if (row && sameTree(row.tree, tree)) return true;
    documents.set(path, {
      id: row?.id ?? `u-${path}`,
      revision: (row?.revision ?? 0) + 1,
      tree,
      fields: projected.fields,
    });
    history.push(tree);
    return true;
  }

  #writeThere(path: string, before: Files, files: Files): boolean {
    const root = path.endsWith('.js') ? path.slice(0, path.lastIndexOf('/') + 1) : `${path}/`;
    const names = new Set([...before.keys(), ...files.keys()]);
    this.remote.change(new Map([...names].map((name) => [root + name, files.get(name) ?? null])));
    return true;
  }

  /** Answers whether it went through: the process may end, and the network fail. */
  async run(cycle: 'pull' | 'push'): Promise<PushReport | null> {
    try {
      return await this.#through(cycle);
    } catch (error) {
      this.memory.known = null;
      if (error instanceof Crash) this.remote.restart();
      else if (!(error instanceof EndpointError)) throw error;
      return null;
    }
  }

  /** Guards are let through: with so few documents they trip often, and are not what is looked at here. */
  async #through(cycle: 'pull' | 'push', force?: { planId: string }): Promise<PushReport | null> {
    const options = {
      author: { name: 'A', email: 'a@example.org' },
      message: () => 'Change',
      batchSize: 2,
      now: () => new Date(0),
      pause: async () => {},
      ...(force ? { force } : {}),
    };
    try {
      if (cycle === 'push') return await push(this.context, options);
      await pull(this.context, force);
      return null;
    } catch (error) {
      this.memory.known = null;
      if (force || !(error instanceof GuardTripped)) throw error;
      return this.#through(cycle, { planId: error.plan.id });
    }
  }

  /** Decides an open conflict as a person would, unless a side moved since. */
  async resolve(path: string, resolution: Resolution): Promise<boolean> {
    const draft = this.replica.conflicts.get(path);
    if (!draft) return false;
    const plan = await planCycle({ ...this.context, policy: 'manual' }, { only: new Set([path]) });
    const candidate = plan.candidates.get(path);
    if (!candidate || !equal(candidate.local, draft.local) || !equal(candidate.remote, draft.remote)) return false;
    if (!equal(candidate.base, draft.base)) return false;
    const tree = this.#decision(draft.local, draft.remote, resolution);
    const files = this.contents(tree);
    const projected = tree && kind.project(path, new Map([...files].map(([name, { bytes }]) => [name, bytes])));
    if (projected && ('unreadable' in projected || kind.broken(projected.fields))) return false;
    const seen = [draft.local, draft.remote].flatMap((side) => [...valuesIn(this.contents(side))]);
    const kept = this.replica.deleted.length;
    const { stale } = await this.replica.apply([
      {
        path,
        expected: candidate.index?.local?.revision ?? null,
        ...(equal(tree, candidate.local)
          ? {}
          : { local: tree && projected ? { tree, fields: projected.fields } : null }),
        base: draft.remote ? { tree: draft.remote, token: candidate.token ?? '' } : null,
        conflict: null,
        resolves: { id: path, resolution, by: 'A' },
        description: 'Resolved',
      },
    ]);
    this.replica.deleted.splice(kept);
    if (stale.length > 0) return false;
    for (const value of seen) if (!valuesIn(files).has(value)) this.wanted.delete(value);
    return true;
  }

  /** What a person may choose: a side, both sides' files, or what they write. */
  #decision(local: Tree | null, remote: Tree | null, resolution: Resolution): Tree | null {
    if (resolution === 'take_local') return local;
    if (resolution === 'take_remote') return remote;
    const both = new Map([...(remote ?? []), ...(local ?? [])]);
    if (resolution === 'both') return both;
    const bytes = Buffer.from(`By hand: ${this.value()}`);
    this.replica.blobs.set(digestOf(bytes), bytes);
    return both.set('by-hand.txt', { digest: digestOf(bytes), mode: '100644' });
  }

  /** Everything can be read again and nobody edits: runs until nothing is left to do. */
  async settle(): Promise<void> {
    this.remote.unlisted.clear();
    this.remote.unread.clear();
    for (let round = 0; round < 6; round++) {
      await this.run('pull');
      const report = await this.run('push');
      const failures = report?.outcomes.filter(({ error }) => error && error.code !== 'SYNC_CONFLICT') ?? [];
      const taken = failures.filter(({ error }) => error?.message.includes('stands in the repository already'));
      expect(failures.filter((one) => !taken.includes(one))).toEqual([]);
      this.#blocked = new Set(taken.map(({ path }) => path));
      if (await this.#quiet()) return;
    }
    await this.checkSettled();
  }

  async #quiet(): Promise<boolean> {
    const { settlement, moves, detached } = await planCycle(this.context);
    const { localChanges, baseChanges, merged } = settlement;
    const remoteChanges = settlement.remoteChanges.filter(({ path }) => !this.#blocked.has(path));
    return [localChanges, remoteChanges, baseChanges, merged, moves, detached].every((list) => list.length === 0);
  }

  /** Values that are somewhere now: on a side or in an open conflict. History does not count. */
  current(): Set<string> {
    const { documents, conflicts } = this.replica;
    const trees = [...documents.values()].map(({ tree }) => tree as Tree | null);
    for (const { local, remote } of conflicts.values()) trees.push(local, remote);
    const found = valuesIn(this.remote.files);
    for (const tree of trees) for (const value of valuesIn(this.contents(tree))) found.add(value);
    return found;
  }

  /** No wanted value is gone, and none is in history alone. */
  checkKept(): void {
    const found = this.current();
    expect([...this.wanted].filter((value) => !found.has(value))).toEqual([]);
  }

  /** No value is nowhere at all: enough where a policy decides, whose loser goes to history. */
  checkRemembered(): void {
    const found = this.current();
    for (const tree of this.replica.history) for (const value of valuesIn(this.contents(tree))) found.add(value);
    expect([...this.wanted].filter((value) => !found.has(value))).toEqual([]);
  }

  /** Both sides and the base are one, but for open conflicts and what cannot be read; and another run would do nothing. */
  async checkSettled(): Promise<void> {
    const { settlement, moves, detached, candidates, look } = await planCycle(this.context);
    const { localChanges, baseChanges, merged } = settlement;
    const remoteChanges = settlement.remoteChanges.filter(({ path }) => !this.#blocked.has(path));
    expect({ localChanges, remoteChanges, baseChanges, merged, moves, detached }).toEqual({
      localChanges: [],
      remoteChanges: [],
      baseChanges: [],
      merged: [],
      moves: [],
      detached: [],
    });
    const unsure = new Set(
      [...candidates.values()].filter(({ remote }) => typeof remote === 'symbol').map(({ path }) => path),
    );
    const { documents, bases, conflicts } = this.replica;
    for (const path of new Set([...documents.keys(), ...bases.keys()])) {
      if (conflicts.has(path) || unsure.has(path) || this.#blocked.has(path)) continue;
      expect([path, documents.has(path), bases.has(path)]).toEqual([path, true, true]);
      const here = documents.get(path)?.tree as Tree;
      expect([path, sameTree(here, bases.get(path)?.tree ?? new Map())]).toEqual([path, true]);
      const root = kind.rootOf(path, here.keys());
      for (const [name, { digest, mode }] of here) {
        const there = this.remote.files.get(root + name);
        expect([root + name, there && digestOf(there.bytes), there?.mode]).toEqual([root + name, digest, mode]);
      }
    }
    // Of a conflict whose document cannot be read now nothing is said: it stays open as it was.
    expect([...conflicts.keys()].filter((path) => !unsure.has(path)).sort()).toEqual(
      settlement.conflicts.map(({ path }) => path),
    );
    expect(look.localCount).toBe(documents.size);
  }
}

const equal = (a: unknown, b: Tree | null): boolean =>
  b === null ? a === null : a instanceof Map && sameTree(a as Tree, b);
