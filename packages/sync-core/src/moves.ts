import { type Bases, type Snapshot, sameTree, type Tree, unreadable } from './tree.ts';

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
  const vanished = [...bases.keys()].filter((path) => !side.has(path)).sort();
  const appeared = [...side.keys()].filter((path) => !bases.has(path) && side.get(path) !== unreadable).sort();
  const moves: Move[] = [];
  const taken = new Set<string>();
  for (const from of vanished) {
    const identity = baseIdentities.get(from);
    const alike = (a: string, b: string) => {
      const tree = side.get(b);
      return identity !== undefined
        ? sideIdentities.get(b) === identity
        : sideIdentities.get(b) === undefined && tree !== unreadable && sameTree(bases.get(a) as Tree, tree as Tree);
    };
    const targets = appeared.filter((to) => !taken.has(to) && alike(from, to));
    const rivals = vanished.filter((other) =>
      identity !== undefined
        ? baseIdentities.get(other) === identity
        : sameTree(bases.get(other) as Tree, bases.get(from) as Tree),
    );
    const [to] = targets;
    if (to === undefined || targets.length > 1 || rivals.length > 1) continue;
    taken.add(to);
    moves.push({ from, to });
  }
  return moves;
}
