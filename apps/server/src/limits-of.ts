import type { LimitSettings } from '@ratchet/access/limits';
import type { Settings } from './settings.ts';

/** How calls are counted; null: not at all, as where nobody signs in and the server listens on loopback alone. */
export function limitsOf({ auth, security }: Pick<Settings, 'auth' | 'security'>): LimitSettings | null {
  const { enabled, perMinute, burst, daily, operations, redisUrl } = security.rateLimits;
  if (!enabled || auth.mode === 'none') return null;
  return {
    perMinute,
    burst,
    daily: { user: daily.user ?? 0, key: daily.key ?? 0 },
    operations,
    ...(redisUrl === null ? {} : { redisUrl }),
  };
}
