import type { ServerResponse } from 'node:http';
import type { FastifyReply } from 'fastify';

const heartbeatMs = 15_000;

/**
 * Answers a stream as server-sent events: `id` from `sequence`, `event` from `type`. The first event, or that the stream
 * stands (`opened`), is waited for, so that an error before it is an ordinary error answer.
 */
export async function sendEvents(
  events: AsyncIterable<unknown>,
  reply: FastifyReply,
  gone: AbortSignal,
  opened: Promise<void>,
): Promise<void> {
  const iterator = events[Symbol.asyncIterator]();
  const first = iterator.next();
  await Promise.race([first, opened]);
  reply.hijack();
  const { raw } = reply;
  const headers = Object.fromEntries(
    Object.entries(reply.getHeaders()).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
  raw.writeHead(200, {
    ...headers,
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-cache, no-transform',
    'x-accel-buffering': 'no',
  });
  // A reader that does not take what is there needs no sign of life.
  const heartbeat = setInterval(() => {
    if (!raw.writableNeedDrain) raw.write(': still here\n\n');
  }, heartbeatMs);
  raw.write(': open\n\n');
  try {
    let next = await first;
    while (!next.done && !gone.aborted) {
      if (!raw.write(frame(next.value))) await drained(raw);
      next = await iterator.next();
    }
  } catch (error) {
    // The answer is under way: the client sees it end early and resumes from the last event it has.
    if (!gone.aborted) raw.destroy(error as Error);
  } finally {
    clearInterval(heartbeat);
    await iterator.return?.();
    raw.end();
  }
}

/** Waits until a slow reader has taken what is there, or has gone. */
function drained(raw: ServerResponse): Promise<void> {
  if (raw.destroyed || !raw.writableNeedDrain) return Promise.resolve();
  return new Promise((resolve) => {
    const go = () => {
      raw.off('drain', go);
      raw.off('close', go);
      resolve();
    };
    raw.on('drain', go);
    raw.on('close', go);
  });
}

function frame(event: unknown): string {
  const { sequence, type } = event as { sequence?: number; type?: string };
  const head = `${sequence === undefined ? '' : `id: ${sequence}\n`}${type === undefined ? '' : `event: ${type}\n`}`;
  return `${head}data: ${JSON.stringify(event)}\n\n`;
}
