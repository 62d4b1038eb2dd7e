import { type RedisServer, startRedisServer } from '@ratchet/testing/redis-server';
import { freePort } from '@ratchet/testing/server-process';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { bench, sampleOf } from './output-fixture.ts';
import { selfSigned } from './self-signed.ts';

const { deliver, fault, close } = bench();
const tls = selfSigned();
let server: RedisServer;
let client: Redis;
let config: Record<string, unknown>;
beforeAll(async () => {
  server = await startRedisServer(tls);
  const { host, port, password } = server;
  client = new Redis({ host, port, password });
  config = { host, port, password, content: 'output' };
});
beforeEach(() => client.flushall());
afterAll(async () => {
  client?.disconnect();
  await close();
  await server?.close();
});

it('pushes to a list, from either end, and keeps the newest', async () => {
  const list = { ...config, key: 'runs:{{task.version}}', maxLength: 3 };
  for (const n of [1, 2, 3, 4]) await deliver('redis', list, sampleOf(n));
  expect(await client.lrange('runs:1.2.0', 0, -1)).toEqual(['2', '3', '4']);
  const delivered = await deliver('redis', { ...list, push: 'left' }, sampleOf(5));
  expect(delivered).toEqual({ target: 'runs:1.2.0', response: 'length 3', bytes: 1 });
  expect(await client.lrange('runs:1.2.0', 0, -1)).toEqual(['5', '2', '3']);
});
it('adds to a stream, with the delivery it is of', async () => {
  const message = sampleOf({ a: 1 });
  const { response } = await deliver('redis', { ...config, mode: 'stream', key: 's' }, message);
  const [[id, fields] = []] = await client.xrange('s', '-', '+');
  expect(response).toBe(`id ${id}`);
  expect(fields).toEqual(['delivery', message.deliveryId, 'execution', message.execution.id, 'body', '{"a":1}']);
});
it('publishes to who listens', async () => {
  const listener = client.duplicate();
  const heard = new Promise((resolve) => listener.on('message', (channel, text) => resolve([channel, text])));
  await listener.subscribe('news');
  const { response } = await deliver('redis', { ...config, mode: 'publish', key: 'news' }, sampleOf('hi'));
  expect([await heard, response]).toEqual([['news', '"hi"'], '1 listeners']);
  listener.disconnect();
});
it('sets a value, for a time and in its database', async () => {
  const set = { ...config, mode: 'set', key: 'last:{{output.id}}', ttlSeconds: 100, database: 3 };
  await deliver('redis', set, sampleOf({ id: 'x\n' }));
  await client.select(3);
  expect(await client.get('last:x_')).toBe('{"id":"x\\n"}');
  expect(await client.ttl('last:x_')).toBeGreaterThan(90);
  await client.select(0);
});
it.each<[string, Record<string, unknown>, RegExp, boolean]>([
  ['a wrong password', { password: 'wrong' }, /user name or the password is wrong/, true],
  ['no password', { password: undefined }, /asks for a password/, true],
  ['another kind of value', { key: 'taken' }, /another kind of value at taken/, false],
  ['no such database', { database: 99 }, /There is no database 99/, true],
  ['no such host', { host: 'nowhere.invalid' }, /nowhere\.invalid:\d+ (is not known|cannot be looked up)/, true],
])('says what to do about %s', async (_, more, said, outage) => {
  await client.set('taken', 'a value');
  const error = await fault('redis', { ...config, key: 'k', ...more });
  expect(error).toMatchObject({ message: expect.stringMatching(said), outage });
  expect(error.message).not.toContain(server.password);
});
it('speaks TLS, with who it trusts only', async () => {
  const secure = { ...config, host: 'localhost', port: server.tlsPort, key: 'tls', tls: true };
  await deliver('redis', { ...secure, ca: tls.cert }, sampleOf(1));
  expect(await client.lrange('tls', 0, -1)).toEqual(['1']);
  expect((await fault('redis', secure)).message).toMatch(/certificate of localhost:\d+ is not trusted/);
});
it('says where nothing listens', async () => {
  const port = await freePort();
  expect((await fault('redis', { ...config, key: 'k', port })).message).toMatch(`Nothing listens at 127.0.0.1:${port}`);
});
it.each([
  [{ key: '{{nope}}' }, 'config.key'],
  [{ key: 'k', ttlSeconds: 5 }, 'config.ttlSeconds'],
  [{ key: 'k', mode: 'publish', maxLength: 5 }, 'config.maxLength'],
  [{ key: 'k', host: 'redis://x' }, 'config.host'],
  [{ key: 'k', ca: 'x' }, 'config.ca'],
])('refuses %j when it is saved', async (more, path) => {
  expect(await fault('redis', { ...config, ...more })).toMatchObject({ details: [{ path }] });
});
