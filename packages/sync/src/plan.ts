import { createHash } from 'node:crypto';
import { type Guard, guard } from '@ratchet/sync-core/guards';
import { reconcile } from '@ratchet/sync-core/reconcile';
import type {
  ConflictPolicy,
  DocumentMerge,
  FileMergeOutcome,
  MergedDocument,
  Settlement,
} from '@ratchet/sync-core/reconciliation';
import { settle } from '@ratchet/sync-core/settle';
import { type Bases, type Entry, type Side, type Snapshot, type Tree, unreadable } from '@ratchet/sync-core/tree';
import type { ByteStash } from './byte-stash.ts';
import { checksumOf, digestOf } from './digest.ts';
import type { Kind } from './kind.ts';
import type { Candidate, Look } from './look.ts';
import { mergeFile } from './merge/merge-file.ts';
import { type Move, renamed } from './moves.ts';
import type { SyncProblem } from './problem.ts';

export interface Plan<P> {
  /** Digest of what was seen and of what would be done: equal ids, equal plans. */
  readonly id: string;
  readonly look: Look<P>;
  readonly kind: Kind<P>;
  /** Candidates by the path they have after moves. */
  readonly candidates: ReadonlyMap<string, Candidate<P>>;
  readonly moves: readonly Move[];
  readonly settlement: Settlement;
  /** Conflicts that policy decided, as they were. */
  readonly decided: ReadonlySet<string>;
  /** The side that was told to hold; left out: neither. */
  readonly wins?: 'local' | 'remote';
  /** Documents that left the scope: kept locally, their repository forgotten. */
  readonly detached: readonly string[];
  readonly localGuard: Guard | null;
  readonly remoteGuard: Guard | null;
  readonly problems: readonly SyncProblem[];
  /** Whether the plan looked at a document and found nothing for a person to decide. */
  settled(path: string): boolean;
  /** Typed fields of a document that a side holds already or a merge made, by path. */
  fieldsOf(path: string, tree: Tree): Promise<P>;
}

export interface PlanOptions {
  readonly policy: ConflictPolicy;
  /** The scope is not the one of the last run: what is absent left it, and was not deleted. */
  readonly scopeChanged: boolean;
  /** Only these documents; the others are left as they are. */
  readonly only?: ReadonlySet<string>;
  /** The side that holds wherever the two differ: as if both had agreed on what the other one is. */
  readonly wins?: 'local' | 'remote';
}

/** Decides everything and writes nothing. */
export async function makePlan<P>(look: Look<P>, kind: Kind<P>, options: PlanOptions): Promise<Plan<P>> {
  const { candidates, moves } = renamed(look.candidates, (fields) => kind.identityOf(fields));
  const bases = new Map<string, Tree>();
  const local = new Map<string, Tree | typeof unreadable>();
  const remote = new Map<string, Tree | typeof unreadable>();
  const detached: string[] = [];
  const considered = new Set<string>();
  for (const [path, candidate] of candidates) {
    if (options.only && !options.only.has(path)) continue;
    considered.add(path);
    if (options.scopeChanged && candidate.base && candidate.remote === null) {
      detached.push(path);
      continue;
    }
    const base = agreedOn(candidate, options.wins);
    if (base) bases.set(path, base);
    put(local, path, candidate.local);
    put(remote, path, candidate.remote);
  }

  const reconciliation = reconcile(bases as Bases, local as Snapshot, remote as Snapshot, options.policy);
  const outcomes = new Map<string, Map<string, FileMergeOutcome>>();
  for (const merge of reconciliation.merges) outcomes.set(merge.path, await mergeContents(merge, look.stash, kind));
  const settled = settle(reconciliation, outcomes, options.policy);
  const settlement = options.policy === 'merge' ? await withReadableResults(settled, look.stash, kind) : settled;
  const open = new Set(settlement.conflicts.map((c) => c.path));
  const decided = new Set(
    options.policy === 'manual'
      ? []
      : [
          ...reconciliation.conflicts.map((c) => c.path),
          ...reconciliation.merges
            .filter((m) => m.clashes.length > 0 || [...(outcomes.get(m.path)?.values() ?? [])].some((o) => !o.clean))
            .map((m) => m.path),
        ].filter((path) => !open.has(path)),
  );

  const deletes = (changes: Settlement['localChanges']) => changes.filter((c) => c.tree === null).length;
  const plan = {
    look,
    kind,
    candidates,
    moves,
    settlement,
    decided,
    ...(options.wins ? { wins: options.wins } : {}),
    detached,
    localGuard: guard({
      documents: look.baseCount,
      deletions: deletes(settlement.localChanges),
      left: look.remoteCount,
    }),
    remoteGuard: guard({
      documents: look.baseCount,
      deletions: deletes(settlement.remoteChanges),
      left: look.localCount,
    }),
    problems: look.problems,
    settled: (path: string) => considered.has(path) && !open.has(path) && candidates.get(path)?.remote !== unreadable,
    fieldsOf: async (path: string, tree: Tree): Promise<P> => {
      const projected = await project(kind, look.stash, path, tree);
      if ('unreadable' in projected) throw new Error(`${path} was planned although it cannot be read.`);
      return projected.fields;
    },
  };
  return { ...plan, id: planId(plan) };
}

function agreedOn<P>({ base, local, remote }: Candidate<P>, wins: PlanOptions['wins']): Tree | null {
  if (!wins || remote === unreadable) return base;
  return wins === 'remote' ? local : (remote as Tree | null);
}

function put(side: Map<string, Tree | typeof unreadable>, path: string, value: Side): void {
  if (value !== null) side.set(path, value);
}

async function project<P>(kind: Kind<P>, stash: ByteStash, path: string, tree: Tree) {
  const contents = await stash.get([...tree.values()].map((entry) => entry.digest));
  const files = new Map([...tree].map(([name, entry]) => [name, contents.get(entry.digest) as Uint8Array]));
  return kind.project(path, files);
}

/**
 * Merges the files of one document. A merge whose result no longer reads as a document, though both sides did, is not
 * clean: then every file that was merged, or that one side changed, stays open, for a person to see.
 */
async function mergeContents<P>(
  merge: DocumentMerge,
  stash: ByteStash,
  kind: Kind<P>,
): Promise<Map<string, FileMergeOutcome>> {
  const outcomes = new Map<string, FileMergeOutcome>();
  const keep = async (bytes: Uint8Array, mode: Entry['mode']): Promise<Entry> => {
    const digest = digestOf(bytes);
    await stash.put(digest, bytes);
    return { digest, mode };
  };
  for (const file of merge.merges) {
    const bytes = await stash.get([file.base.digest, file.local.digest, file.remote.digest]);
    const outcome = await mergeFile({
      path: file.path,
      base: bytes.get(file.base.digest) as Uint8Array,
      local: bytes.get(file.local.digest) as Uint8Array,
      remote: bytes.get(file.remote.digest) as Uint8Array,
    });
    const mode = file.local.mode === file.base.mode ? file.remote.mode : file.local.mode;
    outcomes.set(file.path, {
      clean: outcome.clean,
      entry: await keep(outcome.bytes, mode),
      ...(outcome.clean ? {} : { fallback: await keep(outcome.fallback, mode) }),
    });
  }
  if (merge.clashes.length > 0 || [...outcomes.values()].some((o) => !o.clean)) return outcomes;
  const result = new Map(merge.decided);
  for (const [path, outcome] of outcomes) result.set(path, outcome.entry);
  const projected = await project(kind, stash, merge.path, result);
  if (!('unreadable' in projected) && !kind.broken(projected.fields)) return outcomes;
  if (!('unreadable' in projected)) {
    const was = await Promise.all([merge.local, merge.remote].map((tree) => project(kind, stash, merge.path, tree)));
    if (was.some((side) => 'unreadable' in side || kind.broken(side.fields))) return outcomes;
  }
  const open = new Map<string, FileMergeOutcome>();
  for (const [path, entry] of merge.decided) open.set(path, { clean: false, entry });
  for (const { path, local, remote } of merge.merges)
    open.set(path, { clean: false, entry: outcomes.get(path)?.entry ?? local, fallback: remote });
  return open;
}

/**
 * What policy `merge` puts together hunk by hunk may not read as a document, though both sides do. Then the remote side
 * holds as a whole: one document that nobody can load must not keep the others from being synced.
 */
async function withReadableResults<P>(settlement: Settlement, stash: ByteStash, kind: Kind<P>): Promise<Settlement> {
  const merged: MergedDocument[] = [];
  for (const one of settlement.merged) {
    const { path, remote, result, decidedBy } = one;
    const putTogether = decidedBy === 'policy' && remote !== null && result !== null && result !== remote;
    const isFit = !putTogether || (await fits(kind, stash, path, result, remote));
    merged.push(isFit ? one : { ...one, result: remote });
  }
  return { ...settlement, merged };
}

/** Whether a tree reads as a document, and as no worse a one than another. */
async function fits<P>(kind: Kind<P>, stash: ByteStash, path: string, tree: Tree, other: Tree): Promise<boolean> {
  const [made, was] = [await project(kind, stash, path, tree), await project(kind, stash, path, other)];
  if ('unreadable' in made) return false;
  return !kind.broken(made.fields) || 'unreadable' in was || kind.broken(was.fields);
}

function planId(plan: Omit<Plan<unknown>, 'id' | 'kind' | 'fieldsOf' | 'settled'>): string {
  const mark = (tree: Tree | null) => (tree ? checksumOf(tree) : null);
  const side = (s: Side) => (s === unreadable ? 'unreadable' : mark(s));
  const { settlement } = plan;
  const content = {
    candidates: [...plan.candidates.values()].map((c) => [c.path, mark(c.base), mark(c.local), side(c.remote)]).sort(),
    local: settlement.localChanges.map((c) => [c.path, mark(c.tree)]),
    remote: settlement.remoteChanges.map((c) => [c.path, mark(c.tree)]),
    base: settlement.baseChanges.map((c) => [c.path, mark(c.tree)]),
    merged: settlement.merged.map((m) => [m.path, mark(m.result), mark(m.remote)]),
    conflicts: settlement.conflicts.map((c) => [c.path, c.type]),
    moves: plan.moves,
    detached: plan.detached,
  };
  return createHash('sha256').update(JSON.stringify(content)).digest('hex').slice(0, 32);
}
