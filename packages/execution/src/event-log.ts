import type { RunLog } from '@ratchet/sandbox/sandbox';
import type { Queryable } from '@ratchet/store/database';
import { insertEvents, type NewEvent, setProgress } from '@ratchet/store/queries/executions';
import { storableText } from '@ratchet/store/rows';
import { whenReachable } from './when-reachable.ts';

const flushMs = 50;
const flushCount = 200;

/** What is stored with the end of a run. */
export interface LastEvents {
  /** Those that were not stored yet. */
  readonly events: readonly NewEvent[];
  /** How far it last said it was. */
  readonly progress: { readonly value: number; readonly message: string | null } | null;
}

/** Gathers log lines and progress of one execution and stores them in batches, in order. */
export function eventLog(db: Queryable, executionId: string, leaving: AbortSignal, failed: (error: unknown) => void) {
  let waiting: NewEvent[] = [];
  let timer: NodeJS.Timeout | undefined;
  let work: Promise<void> = Promise.resolve();
  let progress: LastEvents['progress'] = null;

  const take = (): LastEvents => {
    clearTimeout(timer);
    timer = undefined;
    const last = { events: waiting, progress };
    waiting = [];
    return last;
  };
  const flush = (): void => {
    const { events, progress: reached } = take();
    if (events.length === 0) return;
    work = work
      .then(async () => {
        // Whoever hears of the events finds the progress stored.
        if (reached) await whenReachable(() => setProgress(db, executionId, reached.value, reached.message), leaving);
        await whenReachable(() => insertEvents(db, events), leaving);
      })
      .catch(failed);
  };
  const add = (event: Omit<NewEvent, 'executionId'>) => {
    waiting.push({ executionId, ...event });
    if (waiting.length >= flushCount) flush();
    else timer ??= setTimeout(flush, flushMs);
  };
  return {
    log: ({ level, message, data, time }: RunLog) => add({ type: 'log', level, message, data: data ?? null, time }),
    progress(value: number, said: string | null) {
      const message = said === null ? null : storableText(said);
      progress = { value, message };
      add({ type: 'progress', level: null, message, data: { progress: value, message }, time: new Date() });
    },
    /** When what came before is stored: the rest. */
    async end(): Promise<LastEvents> {
      const last = take();
      await work;
      return last;
    },
  };
}
