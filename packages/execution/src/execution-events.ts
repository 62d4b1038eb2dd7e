import { notFound } from '@ratchet/contract/errors';
import type { Json } from '@ratchet/contract/json';
import type { Database } from '@ratchet/store/database';
import { eventChannel, eventsAfter, executionStatus, idsHeard } from '@ratchet/store/queries/executions';
import { hasEnded } from './execution-view.ts';

const batch = 500;

/** Events of an execution after a sequence, as they come, until it has ended and all were given. */
export async function* executionEvents(database: Database, id: string, after: number, signal: AbortSignal | undefined) {
  const { db } = database;
  let wake: () => void = () => {};
  let news = false;
  const stop = await database.listen(eventChannel, (heard) => {
    if (idsHeard(heard)?.includes(id) === false) return;
    news = true;
    wake();
  });
  const gone = () => wake();
  signal?.addEventListener('abort', gone, { once: true });
  try {
    for (let last = after; !signal?.aborted; ) {
      news = false;
      const status = await executionStatus(db, id);
      if (!status) throw notFound('execution', id);
      const events = await eventsAfter(db, id, last, batch);
      for (const event of events) {
        last = event.sequence;
        yield {
          sequence: event.sequence,
          type: event.type,
          executionId: id,
          data: dataOf(event) as Json,
          time: event.time.toISOString(),
        };
      }
      if (events.length === batch) continue;
      if (hasEnded(status)) return;
      if (!news && !signal?.aborted)
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
    }
  } finally {
    signal?.removeEventListener('abort', gone);
    await stop();
  }
}

function dataOf({ type, level, message, data }: Awaited<ReturnType<typeof eventsAfter>>[number]): unknown {
  if (type === 'log') return { level, message, ...(data === null ? {} : { data }) };
  return type === 'state' ? { status: message } : data;
}
