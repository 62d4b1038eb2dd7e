import { RatchetError } from '@ratchet/contract/errors';
import type { Database } from '@ratchet/store/database';
import type { ClaimedExecution, ExecutionEnd } from '@ratchet/store/queries/execution-runs';
import type { ExecutionRow } from '@ratchet/store/queries/executions';
import { eventLog } from './event-log.ts';
import { newRecording, type replayDesk } from './replay.ts';
import { answerFromCache, cacheKeyOf } from './result-cache.ts';
import { type RunDependencies, type RunSurroundings, runInSandbox } from './run-in-sandbox.ts';
import { observeRun } from './run-observer.ts';
import { type RunnableTask, refuseUnfit, type TaskLoader } from './runnable-task.ts';
import type { Ended, Finished } from './store-ends.ts';
import { whenReachable } from './when-reachable.ts';
import type { Log } from './worker-logger.ts';

export interface AttemptsOptions extends RunDependencies {
  readonly database: Database;
  readonly nodeId: string;
  readonly log: Log;
  readonly load: TaskLoader;
  readonly replays: ReturnType<typeof replayDesk>;
  /** Ends when the server waits for its database no longer. */
  readonly leaving: AbortSignal;
  readonly store: (finished: Finished) => Promise<Ended | null>;
  /** Puts back in the queue what this node was told to give up. */
  readonly handBack: (execution: ExecutionRow) => Promise<void>;
  readonly ended: (ended: Ended) => void;
  /** It was another's by the time it ended here. */
  readonly lost: (id: string) => void;
}

/** Why a run is broken off that nobody cancelled. */
const handedBack = Symbol('The server stops.');
const givenUp = Symbol('It is another server’s by now.');

const failure = (name: string, message: string, durationMs: number | null): ExecutionEnd => ({
  status: 'failed',
  output: null,
  error: { class: name, message, stack: null, line: null, file: null },
  durationMs,
});

/** The executions that run on this node: what was claimed is run and its end stored, whatever happens to it. */
export function createAttempts(options: AttemptsOptions) {
  const { database, nodeId, log, load, replays, leaving, store, handBack, ended, lost } = options;
  const { db } = database;
  /** By execution. More than one: it was taken from this node, which was thought dead, and came to it again. */
  const running = new Map<string, Set<AbortController>>();

  /** What is played again runs as it was, whatever became of its task: it harms nobody. */
  async function runnable({ execution, task }: ClaimedExecution): Promise<RunnableTask | RatchetError> {
    try {
      if (execution.replayOf !== null) return await load.at(execution.taskId ?? '', execution.taskRevision);
      const loaded = await load.standing(execution.taskId ?? '', task);
      refuseUnfit(loaded.row);
      return loaded;
    } catch (error) {
      if (error instanceof RatchetError) return error;
      log('error', 'A task could not be loaded.', { err: error, taskId: execution.taskId });
      return new RatchetError('UNAVAILABLE', 'The task could not be loaded; the server’s log says why. Run it again.');
    }
  }

  /** The sandbox throws only where it is at fault itself: the execution still comes to its end. */
  function sandboxFailed(error: unknown): ExecutionEnd {
    log('error', 'The sandbox could not run a task.', { err: error });
    return failure('SandboxError', 'The sandbox could not run it; the server’s log says why. Run it again.', null);
  }

  async function runTask(
    task: RunnableTask,
    execution: ExecutionRow,
    surroundings: Omit<RunSurroundings, 'replay'>,
  ): Promise<ExecutionEnd> {
    try {
      const replay = await replays.worldOf(execution);
      return await runInSandbox(options, task, execution, { ...surroundings, replay });
    } catch (error) {
      return sandboxFailed(error);
    }
  }

  async function carryOut(claimed: ClaimedExecution, signal: AbortSignal): Promise<number | null> {
    const { execution } = claimed;
    const events = eventLog(db, execution.id, leaving, (error) =>
      log('error', 'Events of an execution were lost.', { err: error }),
    );
    const recorded = execution.record ? newRecording() : null;
    const observer = observeRun(recorded);
    const task = await runnable(claimed);
    const cache = task instanceof RatchetError ? null : cacheKeyOf(task, execution);
    const known = cache && (await answerFromCache(db, cache.key));
    const end =
      task instanceof RatchetError
        ? failure(task.code, task.message, 0)
        : (known ?? (await runTask(task, execution, { events, observer, determinism: recorded, signal })));
    const last = await events.end();
    if (end.status === 'cancelled' && signal.reason === handedBack) {
      await whenReachable(() => handBack(execution), leaving);
      return null;
    }
    await observer
      .keep(db, execution.id, { nodeId, attempt: execution.attempt })
      .catch((error) => log('error', 'The trace of an execution was lost.', { err: error }));
    const result = await store({
      execution,
      end,
      task: task instanceof RatchetError ? null : { taskRevision: task.row.revision, taskVersion: task.row.version },
      last,
      cache: known || end.status !== 'completed' ? null : cache,
    });
    if (result) ended(result);
    else lost(execution.id);
    return end.durationMs;
  }

  return {
    /**
     * Claims and runs an execution; answers how long it ran, or null when it did not. Nothing can ask it to stop without
     * being heard: it is on the list before it is claimed.
     */
    async run(id: string, claim: () => Promise<ClaimedExecution | undefined>): Promise<number | null> {
      const stop = new AbortController();
      const stops = running.get(id) ?? new Set();
      running.set(id, stops.add(stop));
      try {
        const claimed = await claim();
        return claimed ? await carryOut(claimed, stop.signal) : null;
      } finally {
        stops.delete(stop);
        if (stops.size === 0) running.delete(id);
      }
    },
    has: (id: string): boolean => running.has(id),
    /** Ids of what is claimed, or about to be. */
    ids: (): string[] => [...running.keys()],
    cancel(id: string): void {
      for (const stop of running.get(id) ?? []) stop.abort();
    },
    /** Breaks off what is another's by now. */
    giveUp(ids: readonly string[]): void {
      for (const id of ids) for (const stop of running.get(id) ?? []) stop.abort(givenUp);
    },
    /** Breaks off what runs, to be run elsewhere. */
    handBackAll(): void {
      for (const stops of running.values()) for (const stop of stops) stop.abort(handedBack);
    },
  };
}
