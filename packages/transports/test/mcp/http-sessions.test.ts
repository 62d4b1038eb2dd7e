import { Server } from '@modelcontextprotocol/server';
import { afterEach, expect, it } from 'vitest';
import { httpSessions } from '../../src/mcp/http-sessions.ts';

const minute = 60_000;
let time = 0;
const all: ReturnType<typeof httpSessions>[] = [];
afterEach(async () => {
  for (const sessions of all.splice(0)) await sessions.close();
});

function made(most = 10) {
  const ended: string[] = [];
  const sessions = httpSessions(
    () => ({
      server: new Server({ name: 'x', version: '1' }, { capabilities: {} }),
      subscriptions: { add: async () => {}, remove: () => {}, close: () => void ended.push('one') },
    }),
    { most },
    () => time,
  );
  all.push(sessions);
  return { sessions, ended };
}

const params = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'x', version: '1' } };
const initialize = { jsonrpc: '2.0', id: 1, method: 'initialize', params };
const ping = { jsonrpc: '2.0', id: 2, method: 'ping' };

const ask = (sessions: ReturnType<typeof httpSessions>, body: unknown, id?: string, closed = Promise.resolve()) =>
  sessions.handle(
    new Request('http://localhost/mcp', {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
        ...(id ? { 'mcp-session-id': id } : {}),
      },
    }),
    { parsedBody: body },
    'ada',
    closed,
  );
const begin = async (sessions: ReturnType<typeof httpSessions>, closed?: Promise<void>) =>
  (await ask(sessions, initialize, undefined, closed)).headers.get('mcp-session-id') as string;

it('forgets a session that nobody has used for half an hour', async () => {
  const { sessions, ended } = made();
  const id = await begin(sessions);
  time += 20 * minute;
  expect((await ask(sessions, ping, id)).status).toBe(200);
  await Promise.resolve();
  time += 29 * minute;
  sessions.sweep();
  expect(sessions.size()).toBe(1);
  time += 2 * minute;
  sessions.sweep();
  expect([sessions.size(), ended.length]).toEqual([0, 1]);
  expect((await ask(sessions, ping, id)).status).toBe(404);
});

it('keeps one with an open stream, but for a day at most', async () => {
  const { sessions } = made();
  await begin(sessions, new Promise(() => {}));
  time += 23 * 60 * minute;
  sessions.sweep();
  expect(sessions.size()).toBe(1);
  time += 2 * 60 * minute;
  sessions.sweep();
  expect(sessions.size()).toBe(0);
});

it('takes no more than it can hold while all are in use', async () => {
  const { sessions } = made(2);
  await begin(sessions, new Promise(() => {}));
  await begin(sessions, new Promise(() => {}));
  expect((await ask(sessions, initialize)).status).toBe(503);
  expect(sessions.size()).toBe(2);
});

it('keeps nothing for what is no beginning', async () => {
  const { sessions } = made();
  expect((await ask(sessions, ping)).status).toBe(400);
  expect((await ask(sessions, { ...initialize, params: {} })).status).toBe(400);
  expect(sessions.size()).toBe(0);
});
