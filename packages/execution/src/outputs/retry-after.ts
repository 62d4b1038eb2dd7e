const most = 24 * 3_600_000;

/** What a Retry-After header asks for: seconds, or a time. Nothing where it says neither. */
export function retryAfterMs(header: string | undefined, now: Date = new Date()): { retryAfterMs?: number } {
  if (header === undefined) return {};
  const text = header.trim();
  const ms = /^\d{1,9}$/.test(text) ? Number(text) * 1000 : Date.parse(text) - now.getTime();
  return Number.isNaN(ms) ? {} : { retryAfterMs: Math.min(most, Math.max(0, ms)) };
}
