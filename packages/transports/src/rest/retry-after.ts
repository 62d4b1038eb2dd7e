import type { RatchetError } from '@ratchet/contract/errors';

/** What the header Retry-After says of an error: whole seconds, as text; null where it says nothing. */
export function retryAfter(error: RatchetError | null): string | null {
  if (error?.code !== 'RATE_LIMITED' && error?.code !== 'UNAVAILABLE') return null;
  const ms = (error.details as { retryAfterMs?: unknown } | null | undefined)?.retryAfterMs;
  if (typeof ms !== 'number' || !Number.isFinite(ms)) return error.code === 'RATE_LIMITED' ? '1' : null;
  return String(Math.max(1, Math.ceil(ms / 1000)));
}
