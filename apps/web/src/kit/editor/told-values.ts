/** How much text is kept of values that were told to an owner and did not come back from it yet, and how many at least. */
const mostCharacters = 20_000_000;
const [fewest, most] = [20, 1000];

/** Remembers one more value that was told; the oldest are forgotten. */
export function remembered<T extends string | null>(told: readonly T[], value: T): T[] {
  const room = Math.max(fewest, Math.min(most, Math.floor(mostCharacters / ((value?.length ?? 0) + 1))));
  return [...told.slice(-(room - 1)), value];
}
