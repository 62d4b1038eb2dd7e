import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { guardedFetch } from '../src/guarded-fetch.ts';
import { NetworkRefusal } from '../src/network.ts';

let asked = 0;
let port = 0;
const server = createServer((request, response) => {
  asked++;
  response.writeHead(request.url === '/away' ? 302 : 200, { location: 'http://127.0.0.1:1/' }).end('there');
});
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  port = (server.address() as AddressInfo).port;
});
afterAll(() => server.close());

const loopback = async () => [{ address: '127.0.0.1', family: 4 }];
const closed = { allow: null, allowPrivate: [] };
const open = { allow: null, allowPrivate: ['127.0.0.0/8'] };

it.each([
  ['an address that is written out', 'http://127.0.0.1'],
  ['an address in another form', 'http://2130706433'],
  ['a name that leads there', 'http://registry.example'],
])('refuses %s before it connects', async (_, host) => {
  const before = asked;
  await expect(guardedFetch(closed, loopback)(`${host}:${port}/`)).rejects.toBeInstanceOf(NetworkRefusal);
  expect(asked).toBe(before);
});

it('reaches what is allowed, and leaves redirects to the caller', async () => {
  const get = guardedFetch(open, loopback);
  expect(await (await get(`http://registry.example:${port}/`)).text()).toBe('there');
  expect((await get(`http://127.0.0.1:${port}/away`)).status).toBe(302);
});
