import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { reconcile } from '../src/reconcile.ts';
import type { FileMergeOutcome, Reconciliation, Settlement } from '../src/reconciliation.ts';
import { settle } from '../src/settle.ts';
import { type Bases, type Entry, type Snapshot, sameTree, type Tree, unreadable } from '../src/tree.ts';

const file = (digest: string): Entry => ({ digest, mode: '100644' });
const tree = (files: Record<string, string>): Tree =>
  new Map(Object.entries(files).map(([path, digest]) => [path, file(digest)]));
const B = tree({ 'main.js': 'b', 'keep.txt': 'k' });
const X = tree({ 'main.js': 'x', 'keep.txt': 'k' });
const Y = tree({ 'main.js': 'y', 'keep.txt': 'k' });
const one = (value: Tree | typeof unreadable | null) => (value === null ? new Map() : new Map([['doc', value]]));

type Outcome =
  | 'nothing'
  | 'base'
  | 'clear base'
  | 'push'
  | 'pull'
  | 'delete remote'
  | 'delete local'
  | 'merge'
  | 'no_base'
  | 'local_deleted'
  | 'remote_deleted';

function outcomeOf(plan: Reconciliation): Outcome {
  const [base] = plan.baseChanges;
  const [local] = plan.localChanges;
  const [remote] = plan.remoteChanges;
  const [conflict] = plan.conflicts;
  if (base) return base.tree ? 'base' : 'clear base';
  if (local) return local.tree ? 'pull' : 'delete local';
  if (remote) return remote.tree ? 'push' : 'delete remote';
  if (plan.merges.length > 0) return 'merge';
  return conflict ? (conflict.type as Outcome) : 'nothing';
}

describe('reconcile, document by document', () => {
  it.each<[string, Tree | null, Tree | typeof unreadable | null, Tree | typeof unreadable | null, Outcome]>([
    ['only local', null, X, null, 'push'],
    ['only remote', null, null, X, 'pull'],
    ['both alike without a base', null, X, X, 'base'],
    ['both differ without a base', null, X, Y, 'no_base'],
    ['nothing changed', B, B, B, 'nothing'],
    ['edited locally', B, X, B, 'push'],
    ['edited remotely', B, B, X, 'pull'],
    ['edited alike', B, X, X, 'base'],
    ['edited on both sides', B, X, Y, 'merge'],
    ['deleted locally', B, null, B, 'delete remote'],
    ['deleted remotely', B, B, null, 'delete local'],
    ['deleted on both sides', B, null, null, 'clear base'],
    ['deleted locally, edited remotely', B, null, X, 'local_deleted'],
    ['edited locally, deleted remotely', B, X, null, 'remote_deleted'],
    ['unreadable remotely', B, X, unreadable, 'nothing'],
    ['unreadable locally', B, unreadable, X, 'nothing'],
    ['unreadable and never seen', null, null, unreadable, 'nothing'],
    ['unreadable and deleted here', B, null, unreadable, 'nothing'],
  ])('%s', (_, base, local, remote, expected) => {
    expect(outcomeOf(reconcile(one(base) as Bases, one(local), one(remote), 'manual'))).toBe(expected);
  });
});

describe('reconcile, file by file', () => {
  const files = (base: Record<string, string>, local: Record<string, string>, remote: Record<string, string>) =>
    reconcile(new Map([['d', tree(base)]]), new Map([['d', tree(local)]]), new Map([['d', tree(remote)]]), 'manual')
      .merges[0];
  const base = { a: '1', b: '1', c: '1' };

  it('takes the side that changed', () => {
    const merge = files(base, { ...base, a: '2' }, { ...base, b: '2' });
    expect(Object.fromEntries([...(merge?.decided ?? [])].map(([p, e]) => [p, e.digest]))).toEqual({
      a: '2',
      b: '2',
      c: '1',
    });
    expect(merge?.merges).toEqual([]);
    expect(merge?.clashes).toEqual([]);
  });
  it('leaves contents that both changed to a merge', () => {
    const merge = files(base, { ...base, a: '2' }, { ...base, a: '3' });
    expect(merge?.merges.map((m) => m.path)).toEqual(['a']);
  });
  it('unites files that one side added', () => {
    const merge = files(base, { ...base, l: '1' }, { ...base, r: '1' });
    expect([...(merge?.decided.keys() ?? [])].sort()).toEqual(['a', 'b', 'c', 'l', 'r']);
  });
  it.each([
    ['edited against deleted', { a: '2', b: '1', c: '1' }, { b: '1', c: '1' }, ['a']],
    ['added twice differently', { ...base, n: '1' }, { ...base, n: '2' }, ['n']],
    ['a file where the other has a folder', { ...base, f: '1' }, { ...base, 'f/x': '1' }, ['f', 'f/x']],
  ])('cannot decide: %s', (_, local, remote, clashes) => {
    expect(files(base, local, remote)?.clashes.map((c) => c.path)).toEqual(clashes);
  });
  it('merges a content and a mode that changed on different sides', () => {
    const b: Tree = new Map([['a', { digest: '1', mode: '100644' }]]);
    const l: Tree = new Map([['a', { digest: '1', mode: '100755' }]]);
    const r: Tree = new Map([['a', { digest: '2', mode: '100644' }]]);
    const [merge] = reconcile(new Map([['d', b]]), new Map([['d', l]]), new Map([['d', r]]), 'manual').merges;
    expect(merge?.decided.get('a')).toEqual({ digest: '2', mode: '100755' });
  });
});

// Generated histories: one tree, perturbed twice.
const digest = fc.constantFrom('1', '2', '3', '4');
const names = fc.constantFrom('a', 'b', 'c/d');
const treeArbitrary = fc.dictionary(names, digest, { minKeys: 1 }).map(tree);
const side = fc
  .dictionary(fc.constantFrom('p', 'q', 'r', 's', 't'), treeArbitrary)
  .map((docs): Map<string, Tree> => new Map(Object.entries(docs)));
const perturb = (from: ReadonlyMap<string, Tree>) =>
  fc.tuple(fc.dictionary(fc.constantFrom('p', 'q', 'r', 's', 't', 'u'), fc.option(treeArbitrary))).map(([changes]) => {
    const next = new Map(from);
    for (const [path, value] of Object.entries(changes)) {
      if (value === null) next.delete(path);
      else next.set(path, value);
    }
    return next;
  });
const history = side.chain((base) => fc.tuple(fc.constant(base), perturb(base), perturb(base)));

interface World {
  base: Map<string, Tree>;
  local: Map<string, Tree>;
  remote: Map<string, Tree>;
}
const put = (map: Map<string, Tree>, path: string, value: Tree | null) =>
  value ? map.set(path, value) : map.delete(path);

/** Merging contents as a mark of both: enough to see that neither side is lost. */
const mergedWithBoth = (plan: Reconciliation): Map<string, Map<string, FileMergeOutcome>> =>
  new Map(
    plan.merges.map((m) => [
      m.path,
      new Map(m.merges.map((f) => [f.path, { clean: true, entry: file(`${f.local.digest}+${f.remote.digest}`) }])),
    ]),
  );

function apply(world: World, done: Settlement): World {
  const next = { base: new Map(world.base), local: new Map(world.local), remote: new Map(world.remote) };
  for (const { path, tree: to } of done.baseChanges) put(next.base, path, to);
  for (const { path, tree: to } of done.localChanges) {
    put(next.local, path, to);
    put(next.base, path, to);
  }
  for (const { path, tree: to } of done.remoteChanges) {
    put(next.remote, path, to);
    put(next.base, path, to);
  }
  for (const { path, result } of done.merged)
    for (const map of [next.base, next.local, next.remote]) put(map, path, result);
  return next;
}
const step = (world: World) => {
  const plan = reconcile(world.base, world.local, world.remote, 'manual');
  return { plan, done: settle(plan, mergedWithBoth(plan), 'manual') };
};
const isEmpty = (s: Settlement) =>
  s.baseChanges.length + s.localChanges.length + s.remoteChanges.length + s.merged.length === 0;

describe('properties', () => {
  it('both sides agree after one round but for conflicts, and a second round plans nothing', () => {
    fc.assert(
      fc.property(history, ([base, local, remote]) => {
        const { done } = step({ base, local, remote });
        const after = apply({ base, local, remote }, done);
        const open = new Set(done.conflicts.map((c) => c.path));
        for (const path of new Set([...after.local.keys(), ...after.remote.keys()])) {
          if (open.has(path)) continue;
          const [l, r, b] = [after.local.get(path), after.remote.get(path), after.base.get(path)];
          expect(l && r && b && sameTree(l, r) && sameTree(l, b)).toBe(true);
        }
        expect(isEmpty(step(after).done)).toBe(true);
      }),
    );
  });
  it('no value that a side wrote is lost', () => {
    fc.assert(
      fc.property(history, ([base, local, remote]) => {
        const { done } = step({ base, local, remote });
        const after = apply({ base, local, remote }, done);
        const kept = new Set(
          [...after.local, ...after.remote].flatMap(([path, t]) =>
            [...t].flatMap(([name, e]) => e.digest.split('+').map((d) => `${path}/${name}=${d}`)),
          ),
        );
        for (const c of done.conflicts)
          for (const t of [c.local, c.remote])
            for (const [name, e] of t ?? []) kept.add(`${c.path}/${name}=${e.digest}`);
        for (const now of [local, remote])
          for (const [path, t] of now)
            for (const [name, e] of t) {
              const was = base.get(path)?.get(name);
              if (was?.digest !== e.digest) expect(kept.has(`${path}/${name}=${e.digest}`)).toBe(true);
            }
      }),
    );
  });
  it('deletes only what the other side left as it was agreed', () => {
    fc.assert(
      fc.property(history, ([base, local, remote]) => {
        const { plan } = step({ base, local, remote });
        for (const { path, tree: to } of plan.localChanges)
          if (!to) expect(sameTree(local.get(path) as Tree, base.get(path) as Tree)).toBe(true);
        for (const { path, tree: to } of plan.remoteChanges)
          if (!to) expect(sameTree(remote.get(path) as Tree, base.get(path) as Tree)).toBe(true);
      }),
    );
  });
  it('swapped sides give the mirrored plan', () => {
    fc.assert(
      fc.property(history, ([base, local, remote]) => {
        const plan = reconcile(base, local, remote, 'manual');
        const mirrored = reconcile(base, remote, local, 'manual');
        expect(mirrored.localChanges).toEqual(plan.remoteChanges);
        expect(mirrored.remoteChanges).toEqual(plan.localChanges);
        expect(mirrored.baseChanges).toEqual(plan.baseChanges);
        expect(
          mirrored.merges.map((m) => ({
            path: m.path,
            decided: m.decided,
            clashes: m.clashes.map((c) => c.path),
            merges: m.merges.map((f) => f.path),
          })),
        ).toEqual(
          plan.merges.map((m) => ({
            path: m.path,
            decided: m.decided,
            clashes: m.clashes.map((c) => c.path),
            merges: m.merges.map((f) => f.path),
          })),
        );
        expect(mirrored.conflicts.map((c) => c.path)).toEqual(plan.conflicts.map((c) => c.path));
      }),
    );
  });
  it('the order of documents does not matter', () => {
    const shuffled = (map: ReadonlyMap<string, Tree>) => new Map([...map].reverse());
    fc.assert(
      fc.property(history, ([base, local, remote]) => {
        expect(reconcile(shuffled(base), shuffled(local), shuffled(remote), 'manual')).toEqual(
          reconcile(base, local, remote, 'manual'),
        );
      }),
    );
  });
  it('a side that cannot be read changes nothing, and never deletes', () => {
    fc.assert(
      fc.property(history, ([base, local, remote]) => {
        const blind: Snapshot = new Map(
          [...new Set([...base.keys(), ...remote.keys()])].map((path) => [path, unreadable]),
        );
        const plan = reconcile(base, local, blind, 'manual');
        expect(plan.localChanges).toEqual([]);
        expect(plan.remoteChanges.filter((c) => base.has(c.path))).toEqual([]);
        expect(plan.merges).toEqual([]);
      }),
    );
  });
  it.each(['take_local', 'take_remote', 'merge'] as const)('policy %s leaves no conflict', (policy) => {
    fc.assert(
      fc.property(history, ([base, local, remote]) => {
        const plan = reconcile(base, local, remote, policy);
        const unclean = new Map(
          plan.merges.map((m) => [
            m.path,
            new Map(m.merges.map((f) => [f.path, { clean: false, entry: f.local, fallback: f.remote }])),
          ]),
        );
        const done = settle(plan, unclean, policy);
        expect(done.conflicts).toEqual([]);
        const after = apply({ base, local, remote }, done);
        expect(isEmpty(step(after).done)).toBe(true);
      }),
    );
  });
});
