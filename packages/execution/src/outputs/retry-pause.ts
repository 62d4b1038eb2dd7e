const longestMs = 300_000;

/**
 * The pause before the next attempt: doubles with each one, up to five minutes, and is up to a quarter longer so that many
 * do not come at once. What the other side asked for is waited for in any case.
 */
export function retryPauseMs(
  attempts: number,
  backoffMs: number,
  askedMs: number | null,
  random: () => number = Math.random,
): number {
  const doubled = Math.min(longestMs, backoffMs * 2 ** Math.min(30, attempts - 1));
  return Math.max(Math.min(longestMs, doubled * (1 + random() / 4)), askedMs ?? 0);
}
