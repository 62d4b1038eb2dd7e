import type { ExecutionStats } from '@ratchet/contract/entities/execution';
import { RatchetError } from '@ratchet/contract/errors';
import type { Queryable } from '@ratchet/store/database';
import {
  countsByStatus,
  type DurationFigures,
  figuresByTask,
  type StatsFilter,
  statsFigures,
} from '@ratchet/store/queries/execution-stats';

export interface StatsRequest extends Omit<StatsFilter, 'from' | 'to'> {
  /** Up to now. */
  readonly window?: '1h' | '24h' | '7d' | '30d' | undefined;
  /** ISO 8601. */
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}

const hours = { '1h': 1, '24h': 24, '7d': 168, '30d': 720 } as const;
const mostTasks = 50;

const durations = ({ average, p50, p95, p99 }: DurationFigures) => ({
  averageDurationMs: average,
  p50DurationMs: p50,
  p95DurationMs: p95,
  p99DurationMs: p99,
});
const rate = (completed: number, ended: number): number | null => (ended === 0 ? null : completed / ended);

function windowOf({ window, from, to }: StatsRequest, now: Date): { from: Date | null; to: Date | null } {
  if (window !== undefined) {
    if (from === undefined && to === undefined)
      return { from: new Date(now.getTime() - hours[window] * 3_600_000), to: null };
    throw new RatchetError('VALIDATION_FAILED', 'window: give either a window, or from and to.', [
      { path: 'window', message: 'cannot be given together with from or to' },
    ]);
  }
  const range = { from: from === undefined ? null : new Date(from), to: to === undefined ? null : new Date(to) };
  if (range.from && range.to && range.from >= range.to)
    throw new RatchetError('VALIDATION_FAILED', 'to: must be later than from.', [
      { path: 'to', message: 'must be later than from' },
    ]);
  return range;
}

/** Counts, durations and percentiles over executions, as a whole and per task. Throws VALIDATION_FAILED. */
export async function executionStats(db: Queryable, request: StatsRequest): Promise<ExecutionStats> {
  const { window: _w, from: _f, to: _t, ...fields } = request;
  const { from, to } = windowOf(request, new Date());
  const filter: StatsFilter = { ...fields, from, to };
  const byStatus = await countsByStatus(db, filter);
  const figures = await statsFigures(db, filter);
  const tasks = await figuresByTask(db, filter, mostTasks);
  const total = Object.values(byStatus).reduce((sum, n) => sum + n, 0);
  return {
    from: from?.toISOString() ?? null,
    to: to?.toISOString() ?? null,
    total,
    byStatus,
    ...durations(figures),
    p50QueueMs: figures.queueP50,
    p95QueueMs: figures.queueP95,
    successRate: rate(byStatus.completed ?? 0, total - (byStatus.pending ?? 0) - (byStatus.running ?? 0)),
    lastHour: figures.lastHour,
    perTask: tasks.map((task) => ({
      taskId: task.taskId,
      taskName: task.taskName,
      total: task.total,
      completed: task.completed,
      failed: task.failed,
      successRate: rate(task.completed, task.ended),
      ...durations(task),
      lastQueuedAt: task.lastQueuedAt.toISOString(),
    })),
  };
}
