import { type Bases, type Snapshot, type Tree, unreadable } from './tree.ts';

export interface Move {
  readonly from: string;
  readonly to: string;
}

/** The identity a document's own metadata gives, by path. */
export type Identities = ReadonlyMap<string, string>;

/**
 * Documents that moved on one side: a base path vanished there while its identity, else an identical tree, appeared at
 * exactly one path that had no base. What is ambiguous is no move: two vanished or two appeared alike.
 */
export function detectMoves(
  bases: Bases,
  baseIdentities: Identities,
  side: Snapshot,
  sideIdentities: Identities,
): Move[] {
  const vanished = [...bases].filter(([path]) => !side.has(path));
  const marks = new Map(vanished.map(([path, tree]) => [path, markOf(baseIdentities.get(path), tree)]));
  const rivals = counted(marks.values());
  const targets = new Map<string, string[]>();
  for (const [path, tree] of side) {
    if (bases.has(path) || tree === unreadable) continue;
    const mark = markOf(sideIdentities.get(path), tree);
    targets.set(mark, [...(targets.get(mark) ?? []), path]);
  }
  const moves: Move[] = [];
  for (const [from, mark] of marks) {
    const [to, other] = targets.get(mark) ?? [];
    if (to !== undefined && other === undefined && rivals.get(mark) === 1) moves.push({ from, to });
  }
  return moves.sort((a, b) => (a.from < b.from ? -1 : 1));
}

/** What a document is known by: its identity where it gives one, else all that it holds. */
function markOf(identity: string | undefined, tree: Tree): string {
  if (identity !== undefined) return JSON.stringify([identity]);
  return JSON.stringify([...tree].map(([path, { digest, mode }]) => [path, digest, mode]).sort());
}

function counted(marks: Iterable<string>): Map<string, number> {
  const counts = new Map<string, number>();
  for (const mark of marks) counts.set(mark, (counts.get(mark) ?? 0) + 1);
  return counts;
}
