import type { SyncPlan } from '@ratchet/contract/entities/sync';
import { RatchetError } from '@ratchet/contract/errors';
import { queryOptions } from '@tanstack/react-query';
import { client } from '../../../api/client.ts';

/** A plan holds for what was seen then: it is made anew when a person asks, not behind their back. */
export const planQuery = (id: string) =>
  queryOptions({
    queryKey: ['plan', id] as const,
    queryFn: ({ signal }): Promise<SyncPlan> => client.repositories.plan({ id }, { signal }),
    staleTime: Number.POSITIVE_INFINITY,
    refetchOnWindowFocus: false,
    retry: false,
  });

/** The plan that came with a refusal: a guard held it back, or it is what the one asked for has become. */
export function planIn(error: unknown): SyncPlan | null {
  if (!(error instanceof RatchetError)) return null;
  if (error.code !== 'GUARD_TRIPPED' && error.code !== 'PLAN_STALE') return null;
  const { plan } = (error.details ?? {}) as { plan?: SyncPlan };
  return plan ?? null;
}
