import type { Execution } from '@ratchet/contract/entities/execution';
import type { Job } from '@ratchet/contract/entities/job';
import type { ExecutionRow } from '@ratchet/store/queries/executions';
import type { JobRow } from '@ratchet/store/queries/jobs';

export const time = (date: Date | null): string | null => date?.toISOString() ?? null;

export function executionView(row: ExecutionRow): Execution {
  const { cancelRequestedAt: _c, crashes: _k, timeoutMs: _t, idempotencyKey: _i, requestDigest: _d, ...shown } = row;
  return {
    ...shown,
    input: row.input as Execution['input'],
    output: (row.output ?? null) as Execution['output'],
    error: row.error as Execution['error'],
    queuedAt: row.queuedAt.toISOString(),
    startedAt: time(row.startedAt),
    finishedAt: time(row.finishedAt),
  };
}

export function jobView({ requestDigest: _, ...row }: JobRow): Job {
  return {
    ...row,
    input: row.input as Job['input'],
    scheduledFor: time(row.scheduledFor),
    createdAt: row.createdAt.toISOString(),
    updatedAt: row.updatedAt.toISOString(),
    finishedAt: time(row.finishedAt),
  };
}

export const hasEnded = (status: ExecutionRow['status']): boolean => status !== 'pending' && status !== 'running';
