import type { RunLog } from '@ratchet/sandbox/sandbox';
import type { Queryable } from '@ratchet/store/database';
import { insertEvents, type NewEvent, setProgress } from '@ratchet/store/queries/executions';

const flushMs = 50;
const flushCount = 200;

/** Gathers log lines and progress of one execution and stores them in batches, in order. `end` stores the rest. */
export function eventLog(db: Queryable, executionId: string, failed: (error: unknown) => void) {
  let waiting: NewEvent[] = [];
  let timer: NodeJS.Timeout | undefined;
  let work: Promise<void> = Promise.resolve();
  let progress: { value: number; message: string | null } | null = null;

  const flush = (): Promise<void> => {
    clearTimeout(timer);
    timer = undefined;
    const [events, reached] = [waiting, progress];
    waiting = [];
    progress = null;
    if (events.length === 0) return work;
    work = work
      .then(async () => {
        await insertEvents(db, events);
        if (reached) await setProgress(db, executionId, reached.value, reached.message);
      })
      .catch(failed);
    return work;
  };
  const add = (event: Omit<NewEvent, 'executionId'>) => {
    waiting.push({ executionId, ...event });
    if (waiting.length >= flushCount) void flush();
    else timer ??= setTimeout(() => void flush(), flushMs);
  };
  return {
    log: ({ level, message, data, time }: RunLog) => add({ type: 'log', level, message, data: data ?? null, time }),
    progress(value: number, message: string | null) {
      progress = { value, message };
      add({ type: 'progress', level: null, message, data: { progress: value, message }, time: new Date() });
    },
    end: flush,
  };
}
