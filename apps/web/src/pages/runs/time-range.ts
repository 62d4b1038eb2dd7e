import type { FilterClause } from '@ratchet/contract/paging';

/** Stretches of time up to now, as filters name them. */
export const timeRanges = [
  { value: '15m', label: 'Last 15 minutes', ms: 15 * 60_000 },
  { value: '1h', label: 'Last hour', ms: 3_600_000 },
  { value: '24h', label: 'Last 24 hours', ms: 86_400_000 },
  { value: '7d', label: 'Last 7 days', ms: 7 * 86_400_000 },
  { value: '30d', label: 'Last 30 days', ms: 30 * 86_400_000 },
] as const;

/** When a stretch began; to the minute, so that the question stays the same for as long. */
export function sinceOf(range: string | undefined, now = Date.now()): string | null {
  const found = timeRanges.find(({ value }) => value === range);
  return found ? new Date(Math.floor((now - found.ms) / 60_000) * 60_000).toISOString() : null;
}

/** The condition that a field is within a stretch; none for a stretch that is not known. */
export function within(field: string, range: string | undefined, now = Date.now()): FilterClause[] {
  const since = sinceOf(range, now);
  return since === null ? [] : [{ field, op: 'gte', value: since }];
}
