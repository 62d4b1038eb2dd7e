import type { Worker } from '@ratchet/contract/entities/worker';
import type { NodeRow } from '@ratchet/store/queries/nodes';

export function workerView({ workerIds: _, load, desiredConcurrency, ...row }: NodeRow): Worker {
  return {
    ...row,
    desiredConcurrency: desiredConcurrency === row.concurrency ? null : desiredConcurrency,
    running: load?.running ?? null,
    runners: load?.runners ?? null,
    completed: load?.completed ?? null,
    failed: load?.failed ?? null,
    rssBytes: load?.rssBytes ?? null,
    cpu: load?.cpu ?? null,
    startedAt: row.startedAt.toISOString(),
    heartbeatAt: row.heartbeatAt.toISOString(),
  };
}
