import { addTask } from '@ratchet/testing/add-task';
import { openTestDatabase, type TestDatabase } from '@ratchet/testing/database';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Station, station } from './workshop.ts';

let database: TestDatabase;
let worker: Station;
let api: Station;
beforeAll(async () => {
  database = await openTestDatabase();
  worker = await station(database);
  api = await station(database, { concurrency: 0 });
});
afterAll(async () => {
  await api.close();
  await worker.close();
  await database.close();
});

const chatty = (lines: number) =>
  `export default async (input, context) => {
    for (let n = 0; n < ${lines}; n++) {
      context.log.info('line ' + n);
      if (n % 500 === 0) { context.progress(n / ${lines}); await new Promise((go) => setTimeout(go, 1)); }
    }
  }`;
type Event = Awaited<ReturnType<typeof watch>>[number];

/** Everything that a watcher is given after a sequence; `pace` waits before it takes the next. */
async function watch(
  at: Station,
  id: string,
  after = 0,
  pace?: (n: number) => Promise<void> | undefined,
  signal?: AbortSignal,
) {
  const seen = [];
  for await (const event of at.executor.events(id, after, signal)) {
    seen.push(event);
    await pace?.(seen.length);
  }
  return seen;
}
const linesOf = (events: readonly Event[]) =>
  events.filter(({ type }) => type === 'log').map(({ data }) => (data as { message: string }).message);
const numbered = (from: number, to: number) => Array.from({ length: to - from }, (_, n) => `line ${from + n}`);

describe('watching an execution that runs on another node', () => {
  it('gives every watcher 9,999 lines in order, however slow, and those that come back only what they have not seen', async () => {
    const task = await addTask(database, chatty(9999));
    const { id } = await api.executor.submit({ taskId: task, input: {}, triggeredBy: 'Una' });
    const early = watch(api, id);
    const gone = new AbortController();
    const leaving = watch(
      api,
      id,
      0,
      (n) => {
        if (n === 1500) gone.abort();
        return undefined;
      },
      gone.signal,
    );
    const slow = watch(api, id, 0, (n) => (n % 1000 === 0 ? new Promise((go) => setTimeout(go, 20)) : undefined));
    const own = watch(worker, id);
    const all = await early;
    expect(linesOf(all)).toEqual(numbered(0, 9999));
    expect(all.at(-1)).toMatchObject({ type: 'state', data: { status: 'completed' } });
    expect(all.some(({ type }) => type === 'progress')).toBe(true);
    const sequences = all.map(({ sequence }) => sequence);
    expect(sequences).toEqual([...new Set(sequences)].sort((a, b) => a - b));
    expect(await slow).toEqual(all);
    expect(await own).toEqual(all);
    const left = await leaving;
    expect(left.length).toBeLessThan(all.length);
    expect(left).toEqual(all.slice(0, left.length));
    expect(await watch(api, id, left.at(-1)?.sequence)).toEqual(all.slice(left.length));
    expect(await watch(api, id, all.at(-1)?.sequence)).toEqual([]);
  });

  it('sees lines while the execution goes on', async () => {
    const task = await addTask(
      database,
      `export default async (input, context) => { context.log.info('first'); await new Promise((go) => setTimeout(go, 60_000)); }`,
    );
    const { id } = await api.executor.submit({ taskId: task, input: {}, triggeredBy: 'Una' });
    const events = api.executor.events(id, 0, undefined);
    await events.next();
    const first = await events.next();
    expect(first.value).toMatchObject({ type: 'log', data: { level: 'info', message: 'first' } });
    expect((await api.executor.get(id)).status).toBe('running');
    await api.executor.cancel(id);
    expect((await events.next()).value).toMatchObject({ type: 'state', data: { status: 'cancelled' } });
    expect((await events.next()).done).toBe(true);
  });

  it('of one that is not there is an error', async () => {
    await expect(watch(api, '01930f3e-0000-7000-8000-000000000000')).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });
});
