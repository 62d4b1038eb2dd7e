/** The known name that a mistyped one most likely means; null when none is near. */
export function nearest(given: string, known: readonly string[]): string | null {
  const wanted = given.slice(0, 100);
  const limit = Math.ceil(wanted.length / 3);
  const ranked = known
    .map((name) => ({ name, distance: distance(plain(wanted), plain(name)) }))
    .filter((one) => one.distance <= limit)
    .sort((a, b) => a.distance - b.distance);
  return ranked[0]?.name ?? null;
}

/** Spelling habits are no distance: `taskId`, `task-id` and `task_id` are one word. */
const plain = (name: string): string => name.toLowerCase().replace(/[^a-z0-9]/g, '');

/** Levenshtein's distance. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++)
      next.push(
        Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1)),
      );
    row = next;
  }
  return row[b.length] ?? 0;
}
