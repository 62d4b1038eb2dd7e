import { describe, expect, it } from 'vitest';
import { reconcile } from '../src/reconcile.ts';
import type { FileMergeOutcome } from '../src/reconciliation.ts';
import { settle } from '../src/settle.ts';
import type { Entry, Tree } from '../src/tree.ts';

const entry = (digest: string): Entry => ({ digest, mode: '100644' });
const tree = (files: Record<string, string>): Tree =>
  new Map(Object.entries(files).map(([path, digest]) => [path, entry(digest)]));
const at = (document: Tree) => new Map([['doc', document]]);

function settled(base: Tree, local: Tree, remote: Tree, outcomes: Record<string, FileMergeOutcome> = {}) {
  const reconciliation = reconcile(at(base), at(local), at(remote), 'merge');
  const given = new Map([['doc', new Map(Object.entries(outcomes))]]);
  return (['manual', 'merge'] as const).map((policy) => settle(reconciliation, given, policy));
}

describe('what settle keeps open', () => {
  it.each([
    ['local', tree({ 'a/b': '1', k: '0' }), tree({ a: '2', k: '0' }), ['a', 'k']],
    ['remote', tree({ a: '2', k: '0' }), tree({ 'a/b': '1', k: '0' }), ['a/b', 'k']],
  ])('a file edited on one side and made a folder on the %s one never gives both', (_side, local, remote, expected) => {
    const [manual, merge] = settled(tree({ a: '0', k: '0' }), local, remote);
    expect(manual?.conflicts.map((c) => c.type)).toEqual(['both_modified']);
    expect([...(merge?.merged[0]?.result?.keys() ?? [])].sort()).toEqual(expected);
  });

  it('a merge that leaves no file', () => {
    const [manual, merge] = settled(tree({ a: '0', b: '0' }), tree({ a: '0' }), tree({ b: '0' }));
    expect(manual?.conflicts).toHaveLength(1);
    expect(merge?.merged).toEqual([
      { path: 'doc', remote: tree({ b: '0' }), result: tree({ b: '0' }), decidedBy: 'policy' },
    ]);
  });

  it('an unclean outcome of a file that needed no merge', () => {
    const refused = { a: { clean: false, entry: entry('1') } };
    const [manual] = settled(tree({ a: '0', b: '0' }), tree({ a: '1', b: '0' }), tree({ a: '0', b: '1' }), refused);
    expect(manual?.conflicts).toHaveLength(1);
  });
});
