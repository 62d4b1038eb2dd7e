import { EventEmitter } from 'node:events';
import type { Job, Runner } from 'graphile-worker';
import type { Log } from './worker-logger.ts';

export interface StandingWorkerOptions {
  readonly log: Log;
  /** Told whenever `names` changes. */
  readonly renamed: () => void;
  /** Begins a run of graphile-worker that tells `events`, with so many workers. */
  readonly run: (events: EventEmitter, workers: number) => Promise<Runner>;
}

export type StandingWorker = ReturnType<typeof standingWorker>;
/** What a node's keeper needs of a worker. */
export type HeldWork = Pick<StandingWorker, 'names' | 'working' | 'renew'>;

/** One run of graphile-worker. */
interface Line {
  readonly workers: number;
  /** What it is called in the queue: jobs are locked by that. */
  name: string | null;
  runner: Runner | null;
  /** Ends when it has taken its last job and that has ended. */
  ended: Promise<void>;
}

const shortestPauseMs = 200;
const longestPauseMs = 5000;

/**
 * graphile-worker, kept going. It stops for good when it cannot tell the queue how a job ended, does not know of a job whose
 * answer was lost on the way, and cannot change how many it runs at once: then another run of it is begun at once, and the
 * one before ends what it has. What the lost one held is unlocked, since no living node has its name.
 *
 * `run` batches completions and failures: without, it does not wait for its own statement, and one that fails ends this
 * process.
 */
export function standingWorker({ log, renamed, run }: StandingWorkerOptions) {
  const lines = new Set<Line>();
  /** Ids of the queue's own jobs that somebody here works on. */
  const working = new Set<string>();
  let current: Line | null = null;
  let workers = 0;
  let taking = false;
  let opening: Promise<void> | null = null;
  const closed = new AbortController();

  async function begin(): Promise<void> {
    const events = new EventEmitter();
    const line: Line = { workers, name: null, runner: null, ended: Promise.resolve() };
    const broken = () => {
      if (current === line) void replace();
    };
    events.on('pool:create', ({ workerPool }: { workerPool: { id: string } }) => {
      line.name = workerPool.id;
      lines.add(line);
      renamed();
    });
    events.on('worker:getJob:error', broken);
    // It would listen again only after a pause that doubles with each failure.
    events.on('pool:listen:error', broken);
    events.on('pool:fatalError', broken);
    events.on('pool:gracefulShutdown', broken);
    events.on('job:start', ({ job: { id } }: { job: Job }) => working.add(id));
    events.on('job:complete', ({ job: { id } }: { job: Job }) => working.delete(id));
    const runner = await run(events, line.workers).catch((error) => {
      lines.delete(line);
      throw error;
    });
    line.runner = runner;
    const gone = () => {
      lines.delete(line);
      renamed();
      broken();
    };
    line.ended = runner.promise.then(gone, gone);
    current = line;
    // Something else was asked for meanwhile.
    if (!taking || line.workers !== workers) retire();
  }

  /** Begins a run of it, again and again while the database is away. */
  async function open(): Promise<void> {
    for (let pauseMs = shortestPauseMs; taking && !current; pauseMs = Math.min(2 * pauseMs, longestPauseMs)) {
      try {
        await begin();
      } catch (error) {
        log('warn', 'No work can be taken from the queue now.', { err: error });
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, pauseMs);
          closed.signal.addEventListener('abort', () => {
            clearTimeout(timer);
            resolve();
          });
        });
      }
    }
  }

  function keepOpen(): Promise<void> {
    opening ??= open().finally(() => {
      opening = null;
    });
    return opening;
  }

  /** It takes nothing more; what it runs goes on. */
  function retire(): void {
    const line = current;
    current = null;
    // One that stops by itself says so a second time.
    line?.runner?.stop().catch(() => {});
  }

  /**
   * Its name is given up at once: a broken one may never come to its end, and what it holds is unlocked for others. What it
   * still runs is fenced by its rows.
   */
  async function replace(): Promise<void> {
    if (current) lines.delete(current);
    renamed();
    retire();
    // A breath: the database may be about to answer again.
    await new Promise((resolve) => setTimeout(resolve, shortestPauseMs));
    await keepOpen();
  }

  return {
    /** What it is called in the queue, for what it holds there. */
    names: (): string[] => [...lines].flatMap(({ name }) => name ?? []),
    /** Ids of the queue's jobs that it knows of. */
    working: (): string[] => [...working],
    isTaking: () => taking,
    /** Begins anew under another name: something is locked by the present one of which nobody here knows. */
    renew: (): Promise<void> => (taking ? replace() : Promise.resolve()),
    /** Throws when the queue cannot be reached. */
    async start(count: number): Promise<void> {
      workers = count;
      taking = true;
      await begin();
    },
    /** Fetches with another number of workers from now on; what runs ends. */
    async scale(count: number): Promise<void> {
      if (count === workers || closed.signal.aborted) return;
      workers = count;
      if (!taking) return;
      retire();
      await keepOpen();
    },
    /** Takes no more. */
    pause(): void {
      taking = false;
      retire();
    },
    async resume(): Promise<void> {
      if (taking || closed.signal.aborted) return;
      taking = true;
      await keepOpen();
    },
    /** Takes no more, and waits for what it runs. */
    async stop(): Promise<void> {
      taking = false;
      closed.abort();
      retire();
      await opening;
      retire();
      // A broken one, which is not among them, may never say that it has ended.
      await Promise.all([...lines].map((line) => line.ended));
    },
  };
}
