/** The known name that a wrong one is most like; null where none is like it. */
export function nearestName(given: string, known: Iterable<string>): string | null {
  const most = given.length < 4 ? 1 : Math.max(2, Math.floor(given.length / 3));
  let [best, fewest] = [null as string | null, most + 1];
  for (const name of known) {
    const changes = editsBetween(given.toLowerCase(), name.toLowerCase());
    if (changes < fewest) [best, fewest] = [name, changes];
  }
  return best;
}

/** Letters to add, take away or change to get from one to the other. */
function editsBetween(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, i) => i);
  for (let i = 1; i <= from.length; i++) {
    const next = [i];
    for (let j = 1; j <= to.length; j++) {
      const [above, left, across] = [row[j] as number, next[j - 1] as number, row[j - 1] as number];
      next.push(Math.min(above + 1, left + 1, across + (from[i - 1] === to[j - 1] ? 0 : 1)));
    }
    row = next;
  }
  return row[to.length] as number;
}
