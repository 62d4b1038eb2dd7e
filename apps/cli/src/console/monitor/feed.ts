import { setTimeout as pause } from 'node:timers/promises';
import type { Client } from '@ratchet/client/create-client';
import type { Execution } from '@ratchet/contract/entities/execution';
import { type Following, follow } from './follow.ts';
import {
  hasEnded,
  type LoggedLine,
  type Monitored,
  mostLogs,
  mostSyncs,
  nothingYet,
  perSecond,
  throughputSeconds,
  withExecutions,
} from './monitored.ts';
import { readMetrics } from './read-metrics.ts';

export const views = ['dashboard', 'executions', 'logs', 'metrics', 'workers'] as const;
export type View = (typeof views)[number];

interface Server {
  readonly client: Client;
  readonly address: string;
  /** The text that Prometheus reads. */
  readonly metrics: (signal: AbortSignal) => Promise<string>;
}

const statsMs = 1000;
const metricsMs = 2000;
const mostLogStreams = 20;

/** What a server does, for a screen: heard from its events, and told whenever it changes. */
export class Feed {
  readonly #server: Server;
  readonly #stop = new AbortController();
  readonly #listeners = new Set<() => void>();
  readonly #following = new Map<string, Following>();
  readonly #logged = new Set<string>();
  #now: Monitored;
  #ends: number[] = [];
  #wantsLogs = false;
  /** The last minute moves on, whether something happens or not. */
  readonly #clock = setInterval(() => this.#set({ ended: perSecond(this.#ends, Date.now()) }), 1000);
  #statsDue: NodeJS.Timeout | undefined;
  #ready: () => void = () => undefined;
  /** Fulfilled when there is something to show, or nobody answers. */
  readonly ready = new Promise<void>((resolve) => {
    this.#ready = resolve;
  });

  constructor(server: Server) {
    this.#server = server;
    this.#now = nothingYet(server.address);
  }

  now = (): Monitored => this.#now;
  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  };
  end(): void {
    clearInterval(this.#clock);
    clearTimeout(this.#statsDue);
    this.#stop.abort();
  }

  /** Begins to listen for what a view needs; what it listens to already goes on. */
  want(view: View): void {
    if (view === 'metrics') this.#once('metrics', () => this.#followMetrics());
    if (view === 'workers' || view === 'dashboard') this.#once('workers', () => this.#followWorkers());
    if (view === 'dashboard') this.#once('syncs', () => this.#followSyncs());
    if (view !== 'workers' && view !== 'metrics') this.#once('executions', () => this.#followExecutions());
    if (view !== 'logs') return;
    this.#wantsLogs = true;
    for (const one of this.#now.executions) this.#followLog(one);
  }

  #once(name: string, start: () => Promise<void>): void {
    if (this.#following.has(name)) return;
    this.#following.set(name, { state: 'connecting' });
    void start();
  }
  #set(change: Partial<Monitored>): void {
    if (this.#stop.signal.aborted) return;
    this.#now = { ...this.#now, ...change };
    for (const listener of this.#listeners) listener();
  }
  #stands =
    (name: string) =>
    (following: Following): void => {
      this.#following.set(name, following);
      const all = [...this.#following.values()];
      const worst =
        all.find(({ state }) => state === 'offline') ??
        all.find(({ state }) => state === 'refused') ??
        all.find(({ state }) => state === 'connecting') ??
        following;
      this.#set({ following: worst });
      if (all.every(({ state }) => state !== 'connecting')) this.#ready();
    };

  #followExecutions(): Promise<void> {
    const { executions } = this.#server.client;
    return follow(
      {
        open: (signal) => executions.watch({}, { signal }),
        catchUp: async (signal) => {
          const [page] = await Promise.all([executions.list({ limit: 100 }, { signal }), this.#stats(signal)]);
          this.#set({ executions: withExecutions(this.#now.executions, page.items) });
          if (this.#wantsLogs) for (const one of page.items) this.#followLog(one);
        },
        event: ({ execution }) => this.#changed(execution),
        stands: this.#stands('executions'),
      },
      this.#stop.signal,
    );
  }
  #changed(execution: Execution): void {
    const known = this.#now.executions.find(({ id }) => id === execution.id);
    if (hasEnded(execution) && !(known && hasEnded(known))) {
      const now = Date.now();
      this.#ends = [...this.#ends.filter((time) => now - time < throughputSeconds * 1000), now];
    }
    this.#set({
      executions: withExecutions(this.#now.executions, [execution]),
      ended: perSecond(this.#ends, Date.now()),
    });
    if (this.#wantsLogs) this.#followLog(execution);
    this.#statsDue ??= setTimeout(() => {
      this.#statsDue = undefined;
      this.#stats(this.#stop.signal).catch(() => undefined);
    }, statsMs);
  }
  /** Sums that only the server knows: asked for when something has changed, once a second at most. */
  async #stats(signal: AbortSignal): Promise<void> {
    const { executions, jobs, workers } = this.#server.client;
    const [stats, jobStats, queue] = await Promise.all([
      executions.stats({ window: '1h' }, { signal }),
      jobs.stats({}, { signal }),
      // Not everybody may see workers.
      workers.stats({}, { signal }).catch(() => null),
    ]);
    this.#set({ stats, jobs: jobStats, queue, ended: perSecond(this.#ends, Date.now()) });
  }

  #followLog(execution: Execution): void {
    if (this.#logged.has(execution.id) || this.#logged.size >= mostLogStreams || hasEnded(execution)) return;
    this.#logged.add(execution.id);
    const { signal } = this.#stop;
    void (async () => {
      try {
        for await (const event of this.#server.client.executions.events({ id: execution.id }, { signal })) {
          if (event.type !== 'log') continue;
          const { level = 'info', message = '' } = (event.data ?? {}) as { level?: string; message?: string };
          this.#log({
            key: `${execution.id} ${event.sequence}`,
            time: event.time,
            level,
            message,
            taskName: execution.taskName,
          });
        }
      } catch {
        // The stream of executions says that the server is gone, and comes back to this one.
      } finally {
        this.#logged.delete(execution.id);
      }
    })();
  }
  #log(line: LoggedLine): void {
    if (this.#now.logs.some(({ key }) => key === line.key)) return;
    this.#set({ logs: [...this.#now.logs, line].slice(-mostLogs) });
  }

  #followWorkers(): Promise<void> {
    const { workers } = this.#server.client;
    return follow(
      {
        open: (signal) => workers.watch({}, { signal }),
        catchUp: async (signal) => {
          const living = { field: 'status', value: ['active', 'draining'] };
          this.#set({ workers: (await workers.list({ limit: 1000, filters: [living] }, { signal })).items });
        },
        event: ({ worker }) =>
          this.#set({
            workers: [...this.#now.workers.filter(({ id }) => id !== worker.id), worker]
              .filter(({ status }) => status === 'active' || status === 'draining')
              .sort((a, b) => (a.startedAt < b.startedAt ? -1 : 1)),
          }),
        stands: this.#stands('workers'),
      },
      this.#stop.signal,
    );
  }

  #followSyncs(): Promise<void> {
    return follow(
      {
        open: (signal) => this.#server.client.repositories.watch({}, { signal }),
        catchUp: (signal) => this.#server.client.health.get({}, { signal }),
        event: (event) => this.#set({ syncs: [event, ...this.#now.syncs].slice(0, mostSyncs) }),
        stands: this.#stands('syncs'),
      },
      this.#stop.signal,
    );
  }

  /** Figures have no events: they are read again and again. */
  #followMetrics(): Promise<void> {
    let last: number | null = null;
    const take = async (signal: AbortSignal) => {
      const samples = readMetrics(await this.#server.metrics(signal));
      const at = performance.now();
      this.#set({ metrics: samples, before: last === null ? null : { samples: this.#now.metrics, msAgo: at - last } });
      last = at;
    };
    return follow(
      {
        async *open(signal) {
          for (;;) {
            await pause(metricsMs, undefined, { signal });
            yield await take(signal);
          }
        },
        catchUp: take,
        event: () => undefined,
        stands: this.#stands('metrics'),
      },
      this.#stop.signal,
    );
  }
}
