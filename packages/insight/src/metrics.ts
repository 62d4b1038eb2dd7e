import type { Database } from '@ratchet/store/database';
import { repositoryFigures } from '@ratchet/store/queries/repository-figures';
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

/** A run of a repository that ended. */
export interface CountedRun {
  readonly repositoryName: string;
  readonly direction: string;
  readonly trigger: string;
  readonly status: string;
  readonly durationMs: number;
  readonly changes: Readonly<Record<string, number>>;
}

export interface Metrics {
  run(run: CountedRun): void;
  /** The text that Prometheus reads, and its content type. */
  expose(): Promise<{ text: string; contentType: string }>;
}

/**
 * Counters of this process, and gauges that are read from the database when someone asks: over several nodes every node
 * shows the same gauges, and Prometheus sums the counters.
 */
export function createMetrics({ db }: Pick<Database, 'db'>, version: string): Metrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry, prefix: 'ratchet_' });
  new Gauge({
    name: 'ratchet_build_info',
    help: 'The version that runs; always 1',
    labelNames: ['version'],
    registers,
  }).set({ version }, 1);

  const runs = new Counter({
    name: 'ratchet_sync_runs_total',
    help: 'Sync and push runs that ended',
    labelNames: ['repository', 'direction', 'trigger', 'status'],
    registers,
  });
  const durations = new Histogram({
    name: 'ratchet_sync_run_duration_seconds',
    help: 'How long sync and push runs took',
    labelNames: ['direction'],
    buckets: [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300],
    registers,
  });
  const changes = new Counter({
    name: 'ratchet_sync_task_changes_total',
    help: 'Tasks that runs added, updated, deleted or merged',
    labelNames: ['repository', 'direction', 'change'],
    registers,
  });

  const gauge = (name: string, help: string) => new Gauge({ name, help, labelNames: ['repository'], registers });
  const gauges = {
    tasks: gauge('ratchet_repository_tasks', 'Tasks of a repository'),
    lagSeconds: gauge('ratchet_repository_sync_lag_seconds', 'Time since a repository was last seen in step'),
    consecutiveFailures: gauge('ratchet_repository_consecutive_failures', 'Failed runs since the last good one'),
    openConflicts: gauge('ratchet_repository_open_conflicts', 'Conflicts that wait for a person'),
    pendingPushes: gauge('ratchet_repository_pending_pushes', 'Tasks with changes that the repository does not have'),
    reachable: gauge('ratchet_repository_reachable', '1 while the repository can be reached'),
  } as const;

  return {
    run(run) {
      const { repositoryName: repository, direction, trigger, status } = run;
      runs.inc({ repository, direction, trigger, status });
      durations.observe({ direction }, run.durationMs / 1000);
      for (const [change, count] of Object.entries(run.changes))
        if (count > 0) changes.inc({ repository, direction, change }, count);
    },
    async expose() {
      for (const each of Object.values(gauges)) each.reset();
      for (const figures of await repositoryFigures(db)) {
        const repository = figures.name;
        gauges.tasks.set({ repository }, figures.tasks);
        if (figures.lagSeconds !== null) gauges.lagSeconds.set({ repository }, figures.lagSeconds);
        gauges.consecutiveFailures.set({ repository }, figures.consecutiveFailures);
        gauges.openConflicts.set({ repository }, figures.openConflicts);
        gauges.pendingPushes.set({ repository }, figures.pendingPushes);
        gauges.reachable.set({ repository }, figures.reachable ? 1 : 0);
      }
      return { text: await registry.metrics(), contentType: registry.contentType };
    },
  };
}
