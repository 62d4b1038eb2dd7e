import type { SyncPlan } from '@ratchet/contract/entities/sync';
import { RatchetError } from '@ratchet/contract/errors';
import { GuardTripped, PlanStale } from '@ratchet/sync/cycle';
import type { Plan } from '@ratchet/sync/plan';
import { EndpointError } from '@ratchet/sync/problem';

/** What went wrong in a cycle, as the codes that cross a surface. Anything unknown is answered as it came. */
export function translateError(error: unknown, view: (plan: Plan<unknown>) => SyncPlan): unknown {
  if (error instanceof EndpointError) {
    const details = { reason: error.code };
    if (error.code === 'busy') return new RatchetError('REPOSITORY_BUSY', error.message, details, { cause: error });
    if (error.code === 'misconfigured')
      return new RatchetError('VALIDATION_FAILED', error.message, [{ path: 'uri', message: error.message }], {
        cause: error,
      });
    return new RatchetError('REPOSITORY_UNREACHABLE', error.message, details, { cause: error });
  }
  if (error instanceof GuardTripped) {
    const plan = view(error.plan);
    const details = { guard: error.guard.name, planId: error.plan.id, plan };
    return new RatchetError(
      'GUARD_TRIPPED',
      `${error.message} Look at the plan; to let it through, send its planId with force.`,
      details,
    );
  }
  if (error instanceof PlanStale) {
    const plan = view(error.plan);
    return new RatchetError('PLAN_STALE', error.message, { planId: plan.planId, plan });
  }
  return error;
}
