import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openTestDatabase, type TestDatabase } from '@ratchet/testing/database';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type RunningServer, startServer } from '../src/start-server.ts';

const patient = { timeout: 60_000, interval: 100 };
const [first, second] = [randomBytes(32).toString('base64'), randomBytes(32).toString('base64')];
const received: (string | undefined)[] = [];
const hook = createServer((request, response) => {
  received.push(request.headers.authorization);
  response.end();
});
interface Answer {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: answers are looked into by the tests
  readonly body: any;
}

let folder: string;
let database: TestDatabase;
let server: RunningServer;

const start = async (...keys: string[]) => {
  server = await startServer({
    port: 0,
    auth: 'none',
    dataDir: join(folder, 'data'),
    ...(database.url ? { databaseUrl: database.url } : {}),
    logLevel: 'silent',
    environment: { RATCHET_OUTPUT_ALLOW_PRIVATE: '127.0.0.1', RATCHET_SECRET_KEYS: keys.join(',') },
  });
};
const api = async (method: string, path: string, body?: unknown, headers = {}): Promise<Answer> => {
  const response = await fetch(`${server.address}/api/v1${path}`, {
    method,
    headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, body: text ? JSON.parse(text) : null };
};

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'ratchet-outputs-'));
  database = await openTestDatabase();
  await new Promise<void>((resolve) => void hook.listen(0, '127.0.0.1', resolve));
  await start(first);
});
afterAll(async () => {
  await server?.close();
  hook.closeAllConnections();
  hook.close();
  await database?.close();
  rmSync(folder, { recursive: true, force: true });
});

it('keeps secrets through a change of keys, and delivers what a job names', { timeout: 180_000 }, async () => {
  const config = {
    url: `http://127.0.0.1:${(hook.address() as AddressInfo).port}/`,
    auth: 'bearer',
    token: 'kept-token',
  };
  const made = await api('POST', '/output-destinations', { name: 'hook', type: 'webhook', config });
  expect([made.status, made.body.secretFields, JSON.stringify(made.body).includes('kept-token')]).toEqual([
    201,
    ['token'],
    false,
  ]);
  const { id } = made.body;
  const stale = await api('PATCH', `/output-destinations/${id}`, { enabled: false }, { 'if-match': '"7"' });
  expect([stale.status, stale.body.code]).toEqual([412, 'REVISION_MISMATCH']);

  await server.close();
  await start(second, first);
  await server.close();
  await start(second);

  expect((await api('POST', `/output-destinations/${id}/test`)).body).toMatchObject({ success: true });
  const code = '(input) => input\n';
  const task = await api('POST', '/tasks', { name: 'echo', sourceCode: code, inputSchema: {}, outputSchema: {} });
  const unknown = '01930f3e-0000-7000-8000-000000000000';
  const refused = await api('POST', '/jobs', { taskId: task.body.id, outputs: [id, unknown] });
  expect([refused.status, refused.body.details]).toEqual([
    400,
    [{ path: 'outputs.1', message: expect.stringContaining(unknown) }],
  ]);
  await api('POST', `/tasks/${task.body.id}/run`, { input: {}, wait: true });
  const job = await api('POST', '/jobs', { taskId: task.body.id, outputs: [id] });
  expect(job.status).toBe(201);
  const deliveries = async () => (await api('GET', '/deliveries')).body.items;
  await expect
    .poll(async () => (await deliveries()).map((d: { status: string }) => d.status), patient)
    .toEqual(['delivered']);
  expect(received).toEqual(Array(2).fill('Bearer kept-token'));
  const again = await api('POST', `/deliveries/${(await deliveries())[0].id}/retry`);
  expect([again.status, again.body.status]).toEqual([202, 'pending']);
  await expect.poll(() => received.length, patient).toBe(3);
  expect((await api('DELETE', `/output-destinations/${id}`)).status).toBe(204);
});

it('lets nobody write into its own data folder', async () => {
  const config = { root: join(folder, 'data'), path: 'keys.json' };
  const refused = await api('POST', '/output-destinations', { name: 'evil', type: 'filesystem', config });
  expect([refused.status, refused.body.details[0].path]).toEqual([400, 'config.root']);
});
