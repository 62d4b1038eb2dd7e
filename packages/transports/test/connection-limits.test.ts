import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';
import { afterEach, expect, it } from 'vitest';
import { type ConnectionLimits, createApp } from '../src/rest/create-app.ts';
import { sendEvents } from '../src/rest/send-events.ts';

let app: FastifyInstance;
let port: number;
afterEach(() => app.close());

async function start(limits: ConnectionLimits): Promise<void> {
  app = createApp({ log: () => undefined, limits });
  app.post('/take', async ({ body }) => ({ took: body }));
  app.get('/events', async (_request, reply) =>
    sendEvents(
      (async function* () {
        for (let sequence = 1; sequence <= 4; sequence++) {
          yield { sequence };
          await new Promise((resolve) => setTimeout(resolve, 400));
        }
      })(),
      reply,
      new AbortController().signal,
      Promise.resolve(),
    ),
  );
  port = Number(new URL(await app.listen({ port: 0, host: '127.0.0.1' })).port);
}

/** What comes back over a connection until it is closed; `dribble` goes on sending, a byte at a time. */
async function heard(first: string, dribble = ''): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  let text = '';
  socket.on('data', (chunk) => {
    text += String(chunk);
  });
  socket.on('error', () => undefined);
  socket.write(first);
  const slowly = dribble ? setInterval(() => socket.write(dribble), 50) : undefined;
  await once(socket, 'close');
  clearInterval(slowly);
  return text;
}

it('headers that dribble are cut off', async () => {
  await start({ headersMs: 300, requestMs: 600 });
  expect(await heard('POST /take HTTP/1.1\r\nHost: x\r\n', 'X')).toMatch(/^HTTP\/1\.1 408 [\s\S]*"code":"CANCELLED"/);
});
it('a body that dribbles is cut off', async () => {
  await start({ headersMs: 300, requestMs: 600 });
  const head = 'POST /take HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100000\r\n\r\n';
  expect(await heard(head, ' ')).toMatch(/^HTTP\/1\.1 408/);
});
it('an answer takes as long as it needs', async () => {
  await start({ headersMs: 200, requestMs: 300 });
  const text = await heard('GET /events HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
  expect(text.match(/^data: /gm)).toHaveLength(4);
});
it('more connections than allowed are closed at once, and those there are go on', async () => {
  await start({ connections: 20 });
  const sockets: Socket[] = [];
  let refused = 0;
  for (let i = 0; i < 100; i++) {
    const socket = connect(port, '127.0.0.1');
    socket.on('error', () => undefined);
    socket.on('close', () => {
      refused++;
    });
    await once(socket, 'connect');
    sockets.push(socket);
  }
  await expect.poll(() => refused).toBe(80);
  const [first] = sockets.filter((socket) => !socket.destroyed);
  first?.write('POST /take HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}');
  const [answer] = await once(first as Socket, 'data');
  expect(String(answer)).toMatch(/^HTTP\/1\.1 200/);
  for (const socket of sockets) socket.destroy();
});
it('bodies that are too much together are refused for now, and room comes back', async () => {
  await start({ bodyBytes: 1024 * 1024 });
  const send = (bytes: number) =>
    fetch(`http://127.0.0.1:${port}/take`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify('x'.repeat(bytes)),
    });
  const refused = await send(2 * 1024 * 1024);
  expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '1']);
  await refused.body?.cancel();
  for (let i = 0; i < 5; i++) expect((await send(900_000)).status).toBe(200);
});
