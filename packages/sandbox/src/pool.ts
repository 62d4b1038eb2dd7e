import { type LaunchOptions, launchRunner, type RunnerExit, type RunnerProcess } from './runner-process.ts';

export interface PoolOptions {
  /** Processes at most, to begin with. */
  readonly runners: number;
  readonly runsPerRunner: number;
  /** Resident megabytes above which a process is replaced after a run. */
  readonly memoryBoundMb: number;
  readonly nodePath: string;
  readonly runAs: LaunchOptions['runAs'];
  readonly onRunnerExit: (exit: RunnerExit) => void;
  readonly onWarning: (message: string) => void;
}

/** A runner that is one run's until it is given back. */
export interface Lease {
  readonly runner: RunnerProcess;
  /** `retire`: the process is to be replaced. `rss` in bytes. */
  release(rss: number, retire: boolean): void;
}

interface Slot {
  affinity: string;
  /** Null while the process starts. */
  runner: RunnerProcess | null;
  busy: boolean;
  runs: number;
}
interface Waiter {
  readonly affinity: string;
  readonly resolve: (lease: Lease) => void;
  readonly reject: (error: unknown) => void;
}

/** Thrown to a wait that its caller gave up. */
export class WaitAborted extends Error {}

/**
 * Hands out runner processes: started when first needed, each for one affinity at a time, replaced when worn or dead. Waiting
 * runs are served affinity by affinity in turn, first come first served within one, so that a flood from one repository does
 * not keep another waiting.
 */
export const createPool = (options: PoolOptions) => {
  const slots = new Set<Slot>();
  /** Waiters by affinity; the map's order is whose turn is next. */
  const queues = new Map<string, Waiter[]>();
  let { runners } = options;
  let runAs = options.runAs;
  let recycled = 0;
  let waiting = 0;
  let closed = false;
  /** Processes that are starting. */
  const launching = new Set<Promise<void>>();

  const launch = async (): Promise<RunnerProcess> => {
    if (runAs === null) return launchRunner({ nodePath: options.nodePath, runAs: null });
    try {
      return await launchRunner({ nodePath: options.nodePath, runAs });
    } catch (error) {
      const runner = await launchRunner({ nodePath: options.nodePath, runAs: null });
      const { message } = error as Error;
      options.onWarning(
        `Runners keep the server's own user, because they cannot start as user ${runAs.uid}: ${message}`,
      );
      runAs = null;
      return runner;
    }
  };

  const retire = (slot: Slot): void => {
    slots.delete(slot);
    slot.runner?.kill();
  };

  const lend = (slot: Slot, runner: RunnerProcess, waiter: Waiter): void => {
    slot.affinity = waiter.affinity;
    slot.runs += 1;
    let held = true;
    waiter.resolve({
      runner,
      release(rss, worn) {
        if (!held) return;
        held = false;
        slot.busy = false;
        if (slots.has(slot) && slots.size > runners) retire(slot);
        else if (
          slots.has(slot) &&
          (worn || slot.runs >= options.runsPerRunner || rss > options.memoryBoundMb * 1024 * 1024)
        ) {
          recycled += 1;
          retire(slot);
        }
        serve();
      },
    });
  };

  const open = async (slot: Slot, waiter: Waiter): Promise<void> => {
    try {
      const runner = await launch();
      slot.runner = runner;
      void runner.exited.then((exit) => {
        slots.delete(slot);
        options.onRunnerExit(exit);
        serve();
      });
      if (closed) {
        runner.kill();
        await runner.exited;
        throw new Error('The sandbox is closed.');
      }
      lend(slot, runner, waiter);
    } catch (error) {
      slots.delete(slot);
      waiter.reject(error);
      serve();
    }
  };

  const take = (affinity: string, queue: Waiter[]): Waiter | undefined => {
    const waiter = queue.shift();
    queues.delete(affinity);
    // The turn passes on: what is left of this queue goes to the end of the line.
    if (queue.length > 0) queues.set(affinity, queue);
    if (waiter !== undefined) waiting -= 1;
    return waiter;
  };

  const serve = (): void => {
    while (queues.size > 0) {
      const idle = [...slots].filter((slot) => !slot.busy && slot.runner !== null);
      if (idle.length === 0 && slots.size >= runners) return;
      const [affinity, queue] = queues.entries().next().value as [string, Waiter[]];
      const waiter = take(affinity, queue);
      if (waiter === undefined) continue;
      const slot =
        idle.find((candidate) => candidate.affinity === affinity) ?? (slots.size < runners ? undefined : idle[0]);
      if (slot?.runner != null) {
        slot.busy = true;
        lend(slot, slot.runner, waiter);
      } else {
        const fresh: Slot = { affinity, runner: null, busy: true, runs: 0 };
        slots.add(fresh);
        const opening = open(fresh, waiter).finally(() => launching.delete(opening));
        launching.add(opening);
      }
    }
  };

  return {
    /** Starts a process that is none of the pool's: whoever asks for it ends it. */
    launch,
    /** Waits for a runner. Rejects with WaitAborted, or when no runner can be started. */
    acquire(affinity: string, signal: AbortSignal | undefined): Promise<Lease> {
      if (closed) return Promise.reject(new Error('The sandbox is closed.'));
      if (signal?.aborted) return Promise.reject(new WaitAborted());
      return new Promise((resolve, reject) => {
        const abort = (): void => {
          const queue = queues.get(affinity) ?? [];
          const at = queue.indexOf(waiter);
          if (at < 0) return;
          queue.splice(at, 1);
          waiting -= 1;
          if (queue.length === 0) queues.delete(affinity);
          reject(new WaitAborted());
        };
        const waiter: Waiter = {
          affinity,
          resolve(lease) {
            signal?.removeEventListener('abort', abort);
            resolve(lease);
          },
          reject(error) {
            signal?.removeEventListener('abort', abort);
            reject(error);
          },
        };
        signal?.addEventListener('abort', abort, { once: true });
        const queue = queues.get(affinity);
        if (queue === undefined) queues.set(affinity, [waiter]);
        else queue.push(waiter);
        waiting += 1;
        serve();
      });
    },
    stats: () => ({
      runners: slots.size,
      busy: [...slots].filter((slot) => slot.busy).length,
      waiting,
      recycled,
    }),
    resize(most: number): void {
      runners = Math.max(1, most);
      for (const slot of slots) if (slots.size > runners && !slot.busy) retire(slot);
      serve();
    },
    /** Kills every runner; what waits is refused. */
    async close(): Promise<void> {
      closed = true;
      for (const queue of queues.values())
        for (const waiter of queue) waiter.reject(new Error('The sandbox is closed.'));
      queues.clear();
      waiting = 0;
      const gone = [...slots].map((slot) => slot.runner?.exited);
      for (const slot of slots) slot.runner?.kill();
      await Promise.all([...gone, ...launching]);
    },
  };
};
