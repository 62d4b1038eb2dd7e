/** Letters that must be changed, put in, taken out or swapped with their neighbour to make one text of the other. */
function distance(a: string, b: string): number {
  const rows: number[][] = [[...Array(b.length + 1).keys()]];
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1;
      let cost = Math.min(at(rows, i - 1, j) + 1, (row[j - 1] as number) + 1, at(rows, i - 1, j - 1) + same);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        cost = Math.min(cost, at(rows, i - 2, j - 2) + 1);
      row.push(cost);
    }
    rows.push(row);
  }
  return at(rows, a.length, b.length);
}

const at = (rows: readonly number[][], i: number, j: number): number => rows[i]?.[j] ?? 0;

/** Spelling habits are no distance: `taskId`, `task-id` and `task_id` are one word. */
const plain = (name: string): string => name.toLowerCase().replace(/[^\p{L}\p{N}]/gu, '');

/**
 * Which of the known names was most likely meant; null where none is near. Case and everything but letters and digits do
 * not count. A third of the letters may be wrong, and one in a short name.
 */
export function nearestName(given: string, known: Iterable<string>): string | null {
  const wanted = plain(given.slice(0, 100));
  let best: string | null = null;
  let least = wanted === '' ? 0 : Math.max(1, Math.floor(wanted.length / 3)) + 1;
  for (const name of known) {
    const cost = distance(wanted, plain(name));
    if (cost < least) {
      least = cost;
      best = name;
    }
  }
  return best;
}
