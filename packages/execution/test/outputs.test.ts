// Long because deliveries of every kind are tried here over one node and one set of servers.

import { createHash, randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { deliveryList } from '@ratchet/contract/operations/deliveries';
import { createHttpClient } from '@ratchet/sandbox/http-client';
import { newId } from '@ratchet/store/id';
import { queueDeliveries, requeueDelivery } from '@ratchet/store/queries/deliveries';
import { addTask } from '@ratchet/testing/add-task';
import { openTestDatabase, type TestDatabase } from '@ratchet/testing/database';
import { freePort } from '@ratchet/testing/server-process';
import { sql } from 'drizzle-orm';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type CircuitOptions, circuits as makeCircuits } from '../src/outputs/circuits.ts';
import { type DelivererOptions, deliverer } from '../src/outputs/deliverer.ts';
import { deliveryDesk } from '../src/outputs/delivery-desk.ts';
import { destinationDesk, type NewDestination } from '../src/outputs/destination-desk.ts';
import type { Sealing } from '../src/outputs/destination-secrets.ts';
import { destinationTypes } from '../src/outputs/destination-types.ts';
import type { HeldWork } from '../src/standing-worker.ts';
import { type Station, station } from './workshop.ts';

const secret = 'tok-very-secret';
/** What the node under test is told takes work beside it. */
const otherWorkers: HeldWork[] = [];
const patient = { timeout: 30_000, interval: 30 };

/** Seals with a pad of its own for each key: enough to see that what is stored is not the secret. */
function sealingWith(...keys: string[]): Sealing {
  const pad = (key: string, bytes: Uint8Array) => {
    const long = Buffer.alloc(bytes.length, createHash('sha512').update(key).digest());
    return Buffer.from(bytes.map((byte, i) => byte ^ (long[i] as number)));
  };
  const [sealingKey = ''] = keys;
  return {
    sealingKey,
    seal: (bytes, context) => ({ keyId: sealingKey, sealed: pad(sealingKey + context, bytes) }),
    open(keyId, sealed, context) {
      if (!keys.includes(keyId)) throw new Error('The key is not of this ring.');
      return pad(keyId + context, sealed);
    },
  };
}

interface Hook {
  readonly url: string;
  readonly received: { delivery: string; output: unknown }[];
  answer(request: IncomingMessage, response: ServerResponse): void;
  /** Most requests that were under way at once. */
  most(): number;
  close(): void;
}

async function hook(): Promise<Hook> {
  const received: Hook['received'] = [];
  let [open, most] = [0, 0];
  const self: Partial<Hook> & { answer: Hook['answer'] } = {
    answer: (_, response) => void response.writeHead(204).end(),
  };
  const server = createServer((request, response) => {
    most = Math.max(most, ++open);
    response.once('close', () => open--);
    let text = '';
    request.on('data', (chunk) => {
      text += String(chunk);
    });
    request.on('end', () => {
      received.push({ delivery: String(request.headers['x-ratchet-delivery']), output: JSON.parse(text).output });
      self.answer(request, response);
    });
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  return Object.assign(self, {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    received,
    most: () => most,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  });
}

let database: TestDatabase;
let node: Station;
const cleanups: (() => unknown)[] = [];
const sealing = sealingWith('k1');

/** The part that delivers, over the shared database. */
function outputsOver(
  { failures = 1000, pauseMs, ...more }: Partial<DelivererOptions> & CircuitOptions = {},
  ring = sealing,
) {
  const http = createHttpClient();
  const types = destinationTypes({
    http,
    allowPrivate: ['127.0.0.0/8'],
    places: { allowedRoots: null, forbiddenRoots: [] },
    write: async () => {},
  });
  const circuits = makeCircuits(database, { failures, ...(pauseMs === undefined ? {} : { pauseMs }) });
  const parts = { database, types, sealing: ring, circuits };
  const worker = deliverer({ ...parts, log: () => {}, renamed: node.executor.renamed, ...more });
  otherWorkers.push(worker.held);
  let stopped = false;
  const stop = async () => {
    if (stopped) return;
    stopped = true;
    await worker.stop();
    await http.close();
  };
  cleanups.push(stop);
  return {
    destinations: destinationDesk(parts),
    deliveries: deliveryDesk(database),
    start: () => worker.start(),
    stop,
  };
}

const webhook = (name: string, url: string, more: Partial<NewDestination> = {}): NewDestination => ({
  name,
  type: 'webhook',
  config: { url },
  enabled: true,
  isGlobal: true,
  on: 'success',
  maxAttempts: 3,
  retryBackoffMs: 20,
  timeoutMs: 20_000,
  ...more,
});
const newHook = async () => {
  const made = await hook();
  cleanups.push(made.close);
  return made;
};
const run = async (taskId: string, input: unknown = {}) =>
  node.executor.waitFor((await node.executor.submit({ taskId, input, triggeredBy: 'test' })).id);
const listed = (outputs: ReturnType<typeof outputsOver>, field: string, value: string) =>
  outputs.deliveries
    .list(deliveryList, { page: 1, limit: 1000, filters: [{ field, op: 'eq', value }] })
    .then(({ items }) => items);

/** Deliveries in the queue that no worker holds. */
const waitingJobs = async () => {
  const { rows } = await database.db.execute(sql`
    select 1 from graphile_worker.jobs where task_identifier = 'deliver_output' and locked_at is null`);
  return rows.length;
};

let echo: string;
let fails: string;
beforeAll(async () => {
  database = await openTestDatabase();
  node = await station(database, { ended: queueDeliveries, otherWorkers });
  echo = await addTask(database, '(input) => input');
  fails = await addTask(database, '() => { throw new Error("it fails"); }');
});
afterAll(async () => {
  await node?.close();
  await database?.close();
});
beforeEach(async () => {
  await database.db.execute(sql`select graphile_worker.remove_job('delivery:' || id) from ratchet.delivery_results`);
  await database.db.execute(sql`delete from ratchet.delivery_results`);
  await database.db.execute(sql`delete from ratchet.output_destinations`);
});
afterEach(async () => {
  for (const step of cleanups.splice(0).reverse()) await step();
});

describe('destinations', () => {
  it('are kept without their secrets, which stay, change and are forgotten', async () => {
    const { destinations } = outputsOver();
    const config = {
      url: 'https://example.org/{{secret.path}}',
      auth: 'bearer',
      token: secret,
      secrets: { path: 'path-value', b: 'b-value' },
    };
    const made = await destinations.create(webhook('first', '', { config }), 'someone');
    expect(made).toMatchObject({
      secretFields: ['secrets.b', 'secrets.path', 'token'],
      circuit: 'closed',
      revision: 1,
    });
    expect(JSON.stringify(made)).not.toMatch(/tok-very|path-value|b-value/);
    const { rows } = await database.db.execute(sql`select config::text, sealed from ratchet.output_destinations`);
    expect(JSON.stringify(rows)).not.toContain(secret);
    const url = 'https://example.org/changed/{{secret.path}}';
    const kept = await destinations.update(made.id, {
      config: { url, auth: 'bearer', secrets: { b: null, c: 'c-1' } },
    });
    expect(kept).toMatchObject({ secretFields: ['secrets.c', 'secrets.path', 'token'], config: { url }, revision: 2 });
    const forgotten = await destinations.update(
      made.id,
      { config: { url: 'https://example.org/', token: null, secrets: null } },
      2,
    );
    expect(forgotten).toMatchObject({ secretFields: [], revision: 3 });
    await expect(destinations.update(made.id, { name: 'x' }, 2)).rejects.toMatchObject({ code: 'REVISION_MISMATCH' });
    await expect(destinations.update(made.id, { config: { url, secrets: null } })).rejects.toMatchObject({
      code: 'VALIDATION_FAILED',
      details: [{ path: 'config.url' }],
    });
    await expect(destinations.create(webhook('first', 'https://a/'), 'x')).rejects.toMatchObject({
      code: 'ALREADY_EXISTS',
    });
    await expect(destinations.get(newId())).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await destinations.delete(made.id);
    await expect(destinations.delete(made.id)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });
  it('are sealed anew with the first key of the ring', async () => {
    const config = { url: 'https://example.org/', auth: 'bearer', token: secret };
    const made = await outputsOver({}, sealingWith('old')).destinations.create(webhook('sealed', '', { config }), 'x');
    const { destinations } = outputsOver({}, sealingWith('new', 'old'));
    expect([await destinations.reseal(), await destinations.reseal()]).toEqual([1, 0]);
    expect((await outputsOver({}, sealingWith('new')).destinations.get(made.id)).secretFields).toEqual(['token']);
  });
  it('are tried, and say what happened', async () => {
    const there = await newHook();
    const { destinations } = outputsOver();
    const config = {
      url: `${there.url}{{output.deep.er}}/{{secret.s}}`,
      auth: 'bearer',
      token: secret,
      secrets: { s: 'path-secret' },
    };
    const { id } = await destinations.create(webhook('trial', '', { config }), 'x');
    const good = await destinations.test(id);
    expect(good).toMatchObject({ success: true, response: '204 No Content', target: `${there.url}trial/[redacted]` });
    expect(there.received[0]?.output).toMatchObject({ test: true });
    there.answer = (request, response) => void response.writeHead(401).end(`not ${request.headers.authorization}`);
    const bad = await destinations.test(id);
    expect(bad).toMatchObject({
      success: false,
      message: expect.stringMatching(/401 .*Check auth.*not Bearer \[redacted\]/),
    });
    await destinations.update(id, { timeoutMs: 100 });
    there.answer = () => {};
    expect((await destinations.test(id)).message).toBe('It did not answer within 100 ms.');
  });
});

describe('deliveries', () => {
  it('go to who wants this end: global ones, and those a job names', async () => {
    const outputs = outputsOver();
    const { destinations } = outputs;
    const at = (await newHook()).url;
    const make = async (name: string, more: Partial<NewDestination>) =>
      (await destinations.create(webhook(name, at, more), 'x')).id;
    const named = await make('named', { isGlobal: false });
    await make('unnamed', { isGlobal: false });
    for (const on of ['success', 'failure', 'always'] as const) await make(on, { on });
    await make('disabled', { enabled: false });
    const ended = async (job: Awaited<ReturnType<typeof node.executor.jobs.create>>) => {
      await expect.poll(async () => (await node.executor.jobs.get(job.id)).status, patient).toMatch(/completed|failed/);
      const id = (await node.executor.jobs.get(job.id)).lastExecutionId as string;
      return (await listed(outputs, 'executionId', id)).map((d) => d.destinationName).sort();
    };
    const request = { input: {}, priority: 'normal' as const, maxRetries: 0, retryBackoffMs: 0 };
    const jobs = node.executor.jobs;
    expect(await ended(await jobs.create({ ...request, taskId: echo, outputs: [named] }, 'x'))).toEqual([
      'always',
      'named',
      'success',
    ]);
    expect(await ended(await jobs.create({ ...request, taskId: fails, outputs: [named] }, 'x'))).toEqual([
      'always',
      'failure',
    ]);
    const gone = newId();
    await expect(jobs.create({ ...request, taskId: echo, outputs: [named, gone] }, 'x')).rejects.toMatchObject({
      code: 'VALIDATION_FAILED',
      details: [{ path: 'outputs.1', message: expect.stringContaining(gone) }],
    });
  });
  it('are made again until they arrive, with the same id, and every attempt is on record', async () => {
    const there = await newHook();
    let times = 0;
    there.answer = (request, response) =>
      void response.writeHead(++times < 3 ? 503 : 200).end(`no, ${request.headers.authorization}`);
    const outputs = outputsOver();
    const config = { url: there.url, auth: 'bearer', token: secret };
    const destination = await outputs.destinations.create(webhook('flaky', '', { config }), 'x');
    await outputs.start();
    const execution = await run(echo, { n: 1 });
    const [queued] = await listed(outputs, 'executionId', execution.id);
    const id = queued?.id as string;
    await expect.poll(async () => (await outputs.deliveries.get(id)).status, patient).toBe('delivered');
    const done = await outputs.deliveries.get(id);
    expect(done).toMatchObject({
      attempts: 3,
      target: there.url,
      lastError: null,
      nextAttemptAt: null,
      taskName: execution.taskName,
    });
    expect(done.history.map(({ attempt, error, response }) => [attempt, error, response])).toEqual([
      [1, expect.stringMatching(/answered 503.*no, Bearer \[redacted\]/), null],
      [2, expect.stringMatching(/answered 503/), null],
      [3, null, '200 OK'],
    ]);
    expect(new Set(there.received.map(({ delivery }) => delivery))).toEqual(new Set([id]));
    expect((await outputs.destinations.get(destination.id)).lastDeliveredAt).not.toBeNull();
    // Again, though it arrived.
    expect(await outputs.deliveries.retry(id)).toMatchObject({ id, status: 'pending', maxAttempts: 6 });
    await expect.poll(() => there.received.length, patient).toBe(4);
    await expect.poll(async () => (await outputs.deliveries.get(id)).status, patient).toBe('delivered');
    expect(there.received[3]?.delivery).toBe(id);
    expect((await outputs.deliveries.get(id)).history.map(({ attempt }) => attempt)).toEqual([1, 2, 3, 4]);
  });
  it('fail in the end, or at once where trying again is no use, and can be sent again', async () => {
    const there = await newHook();
    there.answer = (_, response) => void response.writeHead(500).end();
    const outputs = outputsOver();
    const { id: destination } = await outputs.destinations.create(webhook('dead', there.url), 'x');
    await outputs.start();
    const execution = await run(echo);
    const one = async () => (await listed(outputs, 'executionId', execution.id))[0];
    await expect.poll(async () => (await one())?.status, patient).toBe('failed');
    expect(await one()).toMatchObject({ attempts: 3, lastError: expect.stringMatching(/500/) });
    expect((await outputs.destinations.get(destination)).lastError).toMatch(/500/);
    there.answer = (_, response) => void response.writeHead(400).end();
    const id = (await one())?.id as string;
    await outputs.deliveries.retry(id);
    await expect.poll(async () => (await one())?.attempts, patient).toBe(4);
    await expect.poll(async () => (await one())?.status, patient).toBe('failed');
    there.answer = (_, response) => void response.writeHead(200).end();
    await outputs.deliveries.retry(id);
    await expect.poll(async () => (await one())?.status, patient).toBe('delivered');
    await outputs.destinations.update(destination, { enabled: false });
    await expect(outputs.deliveries.retry(id)).rejects.toMatchObject({ code: 'STATE_CONFLICT' });
    await outputs.destinations.delete(destination);
    await expect(outputs.deliveries.retry(id)).rejects.toMatchObject({ code: 'STATE_CONFLICT' });
    await expect(outputs.deliveries.retry(newId())).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });
  it('to dead and slow destinations hinder neither others nor executions', async () => {
    const [good, slow, slower] = [await newHook(), await newHook(), await newHook()];
    const held: ServerResponse[] = [];
    for (const each of [slow, slower]) each.answer = (_, response) => void held.push(response);
    const outputs = outputsOver({ concurrency: 4, perDestination: 3 });
    const dead = `http://127.0.0.1:${await freePort()}/`;
    await outputs.destinations.create(webhook('slow', slow.url, { timeoutMs: 60_000 }), 'x');
    await outputs.destinations.create(webhook('slower', slower.url, { timeoutMs: 60_000 }), 'x');
    await outputs.destinations.create(webhook('dead', dead, { retryBackoffMs: 200_000 }), 'x');
    const { id } = await outputs.destinations.create(webhook('good', good.url), 'x');
    await outputs.start();
    const ended = await Promise.all(Array.from({ length: 12 }, (_, n) => run(echo, { n })));
    expect(ended.every(({ status }) => status === 'completed')).toBe(true);
    // All of it arrives while every delivery to the slow ones still waits, and none is lost on the dead one.
    await expect.poll(() => good.received.length, patient).toBe(12);
    expect(held.length).toBeLessThanOrEqual(3);
    await expect
      .poll(
        async () => (await listed(outputs, 'destinationId', id)).every(({ status }) => status === 'delivered'),
        patient,
      )
      .toBe(true);
    await expect
      .poll(
        async () =>
          (await listed(outputs, 'destinationName', 'dead')).filter(
            (d) => d.status === 'pending' && d.history.length === 1 && /Nothing listens/.test(d.lastError ?? ''),
          ).length,
        patient,
      )
      .toBe(12);
    for (const each of [slow, slower]) each.answer = (_, response) => void response.writeHead(204).end();
    for (const response of held) response.writeHead(204).end();
    for (const each of [slow, slower]) {
      await expect.poll(() => each.received.length, patient).toBe(12);
      expect(each.most()).toBeLessThanOrEqual(2);
      expect(new Set(each.received.map(({ delivery }) => delivery)).size).toBe(12);
    }
  });
  it('leave a destination alone that fails again and again, and come back to it', async () => {
    const there = await newHook();
    there.answer = (_, response) => void response.writeHead(500).end();
    const outputs = outputsOver({ failures: 3, pauseMs: 400, perDestination: 1 });
    const { id } = await outputs.destinations.create(
      webhook('circuit', there.url, { maxAttempts: 50, retryBackoffMs: 0 }),
      'x',
    );
    await outputs.start();
    const execution = await run(echo);
    await expect.poll(async () => (await outputs.destinations.get(id)).circuit, patient).toBe('open');
    const [waiting] = await listed(outputs, 'executionId', execution.id);
    expect(waiting?.attempts).toBe(there.received.length);
    there.answer = (_, response) => void response.writeHead(204).end();
    await expect
      .poll(async () => (await outputs.deliveries.get(waiting?.id as string)).status, patient)
      .toBe('delivered');
    expect((await outputs.destinations.get(id)).circuit).toBe('closed');
    expect((await outputs.deliveries.get(waiting?.id as string)).attempts).toBe(there.received.length);
  });
  it('wait for a disabled destination, and fail with a removed one', async () => {
    const there = await newHook();
    const outputs = outputsOver();
    const { id } = await outputs.destinations.create(webhook('paused', there.url), 'x');
    const execution = await run(echo);
    const one = async () => (await listed(outputs, 'executionId', execution.id))[0];
    await outputs.destinations.update(id, { enabled: false });
    await outputs.start();
    await expect
      .poll(
        async () =>
          (await database.db.execute(sql`select 1 from graphile_worker.jobs where task_identifier = 'deliver_output'`))
            .rows.length,
        patient,
      )
      .toBe(0);
    expect(await one()).toMatchObject({ status: 'pending', attempts: 0 });
    await outputs.destinations.update(id, { enabled: true });
    await expect.poll(async () => (await one())?.status, patient).toBe('delivered');
    await outputs.stop();
    const later = await run(echo);
    await outputs.destinations.delete(id);
    expect((await listed(outputs, 'executionId', later.id))[0]).toMatchObject({
      status: 'failed',
      lastError: 'The output destination was removed before this was delivered.',
    });
  });
  it('are handed back by a server that stops, and go out from the next', async () => {
    const there = await newHook();
    there.answer = () => {};
    const first = outputsOver({ drainMs: 20 });
    await first.destinations.create(webhook('moved', there.url), 'x');
    await first.start();
    const execution = await run(echo);
    await expect.poll(() => there.received.length, patient).toBe(1);
    await first.stop();
    const one = async () => (await listed(first, 'executionId', execution.id))[0];
    expect(await one()).toMatchObject({ status: 'pending', attempts: 0, history: [] });
    there.answer = (_, response) => void response.writeHead(204).end();
    await outputsOver().start();
    await expect.poll(async () => (await one())?.status, patient).toBe('delivered');
    expect(there.received.map(({ delivery }) => delivery)).toEqual(Array(2).fill((await one())?.id));
  });
  it('of a node that died in the middle are made again', async () => {
    const there = await newHook();
    const outputs = outputsOver();
    await outputs.destinations.create(webhook('again', there.url), 'x');
    const execution = await run(echo);
    const [before] = await listed(outputs, 'executionId', execution.id);
    // As a killed node leaves them: the row under way, the job locked by a worker of nobody.
    const worker = `worker-${randomBytes(4).toString('hex')}`;
    await database.db.execute(
      sql`update ratchet.delivery_results set status = 'delivering', attempts = 1 where id = ${before?.id}`,
    );
    await database.db.execute(sql`
      update graphile_worker._private_jobs set locked_by = ${worker}, locked_at = now() where key = ${`delivery:${before?.id}`}`);
    await outputs.start();
    await expect(outputs.deliveries.retry(before?.id as string)).rejects.toMatchObject({ code: 'STATE_CONFLICT' });
    await database.db.execute(sql`select graphile_worker.force_unlock_workers(${sql.param([worker])}::text[])`);
    await expect
      .poll(async () => (await outputs.deliveries.get(before?.id as string)).status, patient)
      .toBe('delivered');
    expect(await outputs.deliveries.get(before?.id as string)).toMatchObject({
      attempts: 2,
      history: [
        { attempt: 1, error: 'The server stopped in the middle of this attempt.', response: null },
        { attempt: 2, error: null },
      ],
    });
  });
  it('are not made twice at once, however often they are queued', async () => {
    const there = await newHook();
    const held: ServerResponse[] = [];
    there.answer = (_, response) => void held.push(response);
    const outputs = outputsOver();
    await outputs.destinations.create(webhook('once', there.url), 'x');
    await outputs.start();
    const execution = await run(echo);
    await expect.poll(() => held.length, patient).toBe(1);
    const [one] = await listed(outputs, 'executionId', execution.id);
    // The deliverer's workers are the node's as well: what they hold is not taken for a dead one's.
    const ofNode = async () => {
      const { rows } = await database.db.execute(sql`
        select locked_by = any (worker_ids) as own from graphile_worker.jobs j, ratchet.nodes n
        where n.id = ${node.nodeId} and j.key = ${`delivery:${one?.id}`}`);
      return rows;
    };
    await expect.poll(ofNode, patient).toEqual([{ own: true }]);
    for (let times = 0; times < 3; times++) {
      await requeueDelivery(database.db, one?.id as string);
      await expect.poll(waitingJobs, patient).toBe(0);
    }
    held[0]?.end();
    await expect.poll(async () => (await outputs.deliveries.get(one?.id as string)).status, patient).toBe('delivered');
    expect([there.received.length, (await outputs.deliveries.get(one?.id as string)).attempts]).toEqual([1, 1]);
  });
  it('of an execution that was deleted end with a word about it', async () => {
    const outputs = outputsOver();
    await outputs.destinations.create(webhook('late', (await newHook()).url), 'x');
    const execution = await run(echo);
    const [before] = await listed(outputs, 'executionId', execution.id);
    await node.executor.delete(execution.id);
    await outputs.start();
    await expect.poll(async () => (await outputs.deliveries.get(before?.id as string)).status, patient).toBe('failed');
    expect((await outputs.deliveries.get(before?.id as string)).lastError).toMatch(/execution was deleted/);
    await expect(outputs.deliveries.retry(before?.id as string)).rejects.toMatchObject({ code: 'STATE_CONFLICT' });
  });
});
