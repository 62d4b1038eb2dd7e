import { addTask } from '@ratchet/testing/add-task';
import { sql } from 'drizzle-orm';
import { describe, expect, it } from 'vitest';
import { ownStations } from './workshop.ts';

const own = ownStations();
const lost = '00000000-0000-4000-8000-00000000105f';
const dead = '00000000-0000-4000-8000-00000000dead';
/** A node that was, and was not heard of for a minute. */
const addDeadNode = () =>
  own.database.db.execute(sql`
    insert into ratchet.nodes (id, hostname, pid, role, status, version, worker_ids, heartbeat_at)
    values (${dead}, 'gone', 1, 'all', 'active', '0', '{worker-dead}', now() - interval '1 minute')`);

describe('several nodes over one database', () => {
  it('share the work, and do each part of it once', async () => {
    if (own.database.mode === 'embedded') return expect(own.database.url).toBeNull();
    const [one, two] = [await own.open(), await own.open()];
    const task = await addTask(
      own.database,
      'export default async (input) => { await new Promise((done) => setTimeout(done, 5)); return input.n; }',
    );
    const ids = await Promise.all(
      Array.from({ length: 200 }, async (_, n) => {
        const { executor } = n % 2 === 0 ? one : two;
        return (await executor.submit({ taskId: task, input: { n }, triggeredBy: 'Una' })).id;
      }),
    );
    const outputs = await Promise.all(ids.map(async (id) => (await one.executor.waitFor(id)).output));
    expect(outputs).toEqual(Array.from({ length: 200 }, (_, n) => n));
    const { rows } = await own.database.db.execute(
      sql`select count(distinct node_id)::int as nodes, max(attempt)::int as attempts from ratchet.executions`,
    );
    expect(rows).toEqual([{ nodes: 2, attempts: 1 }]);
  });

  it('take over what a dead one had claimed, had only locked, and had not begun', async () => {
    const task = await addTask(own.database, '(input) => input.n');
    const api = await own.open({ concurrency: 0 });
    const submit = async (n: number) =>
      (await api.executor.submit({ taskId: task, input: { n }, triggeredBy: 'Una' })).id;
    const [claimed, locked, waiting] = [await submit(1), await submit(2), await submit(3)];
    await addDeadNode();
    await own.database.db.execute(sql`
      update graphile_worker._private_jobs
      set locked_by = 'worker-dead', locked_at = now() - interval '1 minute', attempts = 1
      where key in (${`execution:${claimed}`}, ${`execution:${locked}`})`);
    await own.database.db.execute(
      sql`update ratchet.executions set status = 'running', node_id = ${dead}, started_at = now() where id = ${claimed}`,
    );
    const living = await own.open();
    const all = await Promise.all([claimed, locked, waiting].map((id) => living.executor.waitFor(id)));
    expect(all.map(({ status, output, attempt }) => [status, output, attempt])).toEqual([
      ['completed', 1, 2],
      ['completed', 2, 1],
      ['completed', 3, 1],
    ]);
    const { rows } = await own.database.db.execute(sql`select status from ratchet.nodes where id = ${dead}`);
    expect(rows).toEqual([{ status: 'dead' }]);
  });

  it('store a result once: what a node that was given up brings later counts for nothing', async () => {
    if (own.database.mode === 'embedded') return expect(own.database.url).toBeNull();
    const one = await own.open();
    const task = await addTask(
      own.database,
      'export default async (input, { attempt }) => { await new Promise((done) => setTimeout(done, attempt === 1 ? 1500 : 0)); return attempt; }',
    );
    const { id } = await one.executor.submit({ taskId: task, input: {}, triggeredBy: 'Una' });
    await expect
      .poll(async () => (await one.executor.get(id)).status, { interval: 10, timeout: 20_000 })
      .toBe('running');
    await own.database.db.execute(
      sql`update ratchet.nodes set heartbeat_at = now() - interval '1 minute' where id = ${one.nodeId}`,
    );
    const two = await own.open();
    expect(await two.executor.waitFor(id)).toMatchObject({ status: 'completed', output: 2, attempt: 2 });
    // The first one ends its run when it is stopped, and is heard by nobody.
    await one.close();
    expect(await two.executor.get(id)).toMatchObject({ status: 'completed', output: 2, attempt: 2 });
  });
});

it('an execution that kills its server again and again is given up', async () => {
  const one = await own.open({ concurrency: 0 });
  const task = await addTask(own.database, '() => 1');
  const { id } = await one.executor.submit({ taskId: task, input: {}, triggeredBy: 'Una' });
  await addDeadNode();
  await own.database.db.execute(
    sql`update ratchet.executions set status = 'running', node_id = ${dead}, crashes = 3 where id = ${id}`,
  );
  const two = await own.open();
  expect(await two.executor.waitFor(id)).toMatchObject({ status: 'failed', error: { class: 'NodeLost' } });
});

it('work that is on record as this server’s, and of which it knows nothing, goes back to the queue', async () => {
  const one = await own.open();
  const task = await addTask(own.database, '(input, { attempt }) => attempt');
  // As if the answer to its claim had been lost.
  await own.database.db.execute(sql`
    insert into ratchet.executions (id, task_id, task_name, task_version, task_revision, status, input, triggered_by, node_id, started_at)
    values (${lost}, ${task}, 't', '1', 1, 'running', '{}', 'Una', ${one.nodeId}, now() - interval '1 minute')`);
  expect(await one.executor.waitFor(lost)).toMatchObject({ status: 'completed', output: 2, attempt: 2 });
});
