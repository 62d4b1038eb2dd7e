import type { SyncEvent } from '@ratchet/contract/entities/event';
import type { Execution, ExecutionStats } from '@ratchet/contract/entities/execution';
import type { Worker } from '@ratchet/contract/entities/worker';
import type { Following } from './follow.ts';
import type { Sample } from './read-metrics.ts';

export interface LoggedLine {
  readonly key: string;
  /** ISO 8601. */
  readonly time: string;
  readonly level: string;
  readonly message: string;
  readonly taskName: string;
}

/** What the screens show, as it is now. Never changed: a new one is made. */
export interface Monitored {
  readonly server: string;
  readonly following: Following;
  /** Newest first. */
  readonly executions: readonly Execution[];
  readonly stats: ExecutionStats | null;
  readonly jobs: { readonly total: number; readonly byStatus: Readonly<Record<string, number>> } | null;
  readonly queue: { readonly running: number; readonly concurrency: number; readonly waiting: number } | null;
  readonly workers: readonly Worker[];
  /** Oldest first. */
  readonly logs: readonly LoggedLine[];
  /** Newest first. */
  readonly syncs: readonly SyncEvent[];
  /** Executions that ended in each of the last seconds, the newest last. */
  readonly ended: readonly number[];
  readonly metrics: readonly Sample[];
  /** The samples before, and how long ago they were taken. */
  readonly before: { readonly samples: readonly Sample[]; readonly msAgo: number } | null;
}

export const nothingYet = (server: string): Monitored => ({
  server,
  following: { state: 'connecting' },
  executions: [],
  stats: null,
  jobs: null,
  queue: null,
  workers: [],
  logs: [],
  syncs: [],
  ended: [],
  metrics: [],
  before: null,
});

export const mostExecutions = 500;
export const mostLogs = 2000;
export const mostSyncs = 50;
export const throughputSeconds = 60;

const ended = new Set(['completed', 'failed', 'cancelled', 'timed_out']);
export const hasEnded = ({ status }: Pick<Execution, 'status'>): boolean => ended.has(status);

/** With executions as they are now; of one that is there already, the later state counts. */
export function withExecutions(before: readonly Execution[], news: readonly Execution[]): Execution[] {
  const byId = new Map(before.map((one) => [one.id, one]));
  for (const one of news) {
    const known = byId.get(one.id);
    if (!known || known.revision <= one.revision) byId.set(one.id, one);
  }
  return [...byId.values()]
    .sort((a, b) => (a.queuedAt < b.queuedAt ? 1 : a.queuedAt > b.queuedAt ? -1 : a.id < b.id ? 1 : -1))
    .slice(0, mostExecutions);
}

/** Events per second of the last minute, out of the times of events, in ms. */
export function perSecond(times: readonly number[], now: number): number[] {
  const counts = new Array<number>(throughputSeconds).fill(0);
  for (const time of times) {
    const at = throughputSeconds - 1 - Math.floor((now - time) / 1000);
    if (at >= 0 && at < throughputSeconds) counts[at] = (counts[at] as number) + 1;
  }
  return counts;
}
