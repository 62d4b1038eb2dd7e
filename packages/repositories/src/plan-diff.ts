import type { PlannedDocument } from '@ratchet/contract/entities/sync';
import { notFound } from '@ratchet/contract/errors';
import type { Plan } from '@ratchet/sync/plan';
import { type Entry, type Side, sameEntry, type Tree, unreadable } from '@ratchet/sync-core/tree';
import { textOf } from './conflict-files.ts';
import { planView } from './plan-view.ts';

type FileView = PlannedDocument['files'][number];

/** Bytes of one side of a file that is shown, and of all of them together. */
const mostOfFile = 1_000_000;
const mostOfAll = 8_000_000;

/** One document of a plan, file by file, with the texts of both sides, of what both had before, and of what would become of it. */
export async function planDocument<P>(plan: Plan<P>, repositoryId: string, path: string): Promise<PlannedDocument> {
  const action = planView(plan as Plan<unknown>, repositoryId).actions.find((one) => one.path === path);
  const candidate = plan.candidates.get(path);
  if (!action || !candidate) throw notFound('document of the plan', path);
  const sides: Sides = {
    base: candidate.base,
    local: candidate.local,
    remote: treeOf(candidate.remote),
    result: resultOf(plan, path, candidate.local),
  };
  const names = new Set(Object.values(sides).flatMap((tree: Tree | null) => [...(tree?.keys() ?? [])]));
  const files: FileView[] = [];
  let shown = 0;
  for (const name of [...names].sort()) {
    const entries = entriesOf(sides, name);
    if (sameEntry(entries.local, entries.remote) && sameEntry(entries.local, entries.result)) continue;
    const known = Object.values(entries).flatMap((entry) => (entry ? [entry.digest] : []));
    const contents = await plan.look.stash.get(known);
    const size = [...contents.values()].reduce((sum, bytes) => sum + bytes.length, 0);
    const large = [...contents.values()].some((bytes) => bytes.length > mostOfFile) || shown + size > mostOfAll;
    if (!large) shown += size;
    files.push(viewOf(name, entries, large ? 'too_large' : contents));
  }
  return { planId: plan.id, repositoryId, path, action: action.action, change: action.change, files };
}

type Name = 'base' | 'local' | 'remote' | 'result';
type Sides = Readonly<Record<Name, Tree | null>>;
type Entries = Readonly<Record<Name, Entry | undefined>>;

const entriesOf = ({ base, local, remote, result }: Sides, name: string): Entries => ({
  base: base?.get(name),
  local: local?.get(name),
  remote: remote?.get(name),
  result: result?.get(name),
});

/** What would stand here afterwards; what a person has to decide stays as it is here. */
function resultOf<P>({ settlement }: Plan<P>, path: string, local: Tree | null): Tree | null {
  const pulled = settlement.localChanges.find((one) => one.path === path);
  const merged = settlement.merged.find((one) => one.path === path);
  return pulled ? pulled.tree : merged ? merged.result : local;
}

const treeOf = (side: Side): Tree | null => (side === unreadable ? null : side);

function viewOf(path: string, entries: Entries, contents: ReadonlyMap<string, Uint8Array> | 'too_large'): FileView {
  const there = (['base', 'local', 'remote', 'result'] as const).filter((name) => entries[name] !== undefined);
  const nothing = { base: null, local: null, remote: null, result: null };
  if (contents === 'too_large') return { path, content: 'too_large', in: there, ...nothing };
  const texts = there.map((name) => [name, textOf(contents.get(entries[name]?.digest ?? '') ?? null)] as const);
  if (texts.some(([, text]) => text === null)) return { path, content: 'binary', in: there, ...nothing };
  return { path, content: 'text', in: there, ...nothing, ...Object.fromEntries(texts) };
}
