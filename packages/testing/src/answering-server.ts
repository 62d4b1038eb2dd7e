import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text as readText } from 'node:stream/consumers';

/** A server on this machine whose answers differ from one to the next, and what it was asked. */
export async function answeringServer() {
  const asked: string[] = [];
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = await readText(request);
    const url = new URL(request.url ?? '/', 'http://x');
    asked.push(`${request.method} ${request.url}`);
    const json = (value: unknown, status = 200) =>
      void response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
    switch (url.pathname) {
      case '/count':
        return json({ count: asked.length, body });
      case '/bytes':
        return void response.end(Buffer.from([0, 255, asked.length]));
      case '/moved':
        return void response.writeHead(302, { location: '/count' }).end();
      case '/slow':
        return void setTimeout(() => json({ count: asked.length }), Number(url.searchParams.get('ms')));
      case '/status':
        return json({ why: 'asked' }, Number(url.searchParams.get('code')));
      case '/html':
        return void response.writeHead(200, { 'content-type': 'text/html' }).end('<!DOCTYPE html><p>Sign in</p>');
      case '/cut':
        response.writeHead(200, { 'content-length': '100' }).write('x');
        return void setTimeout(() => request.socket.destroy(), 5);
      case '/hang':
        return;
      default:
        return json({}, 404);
    }
  };
  const server = createServer((request, response) => void answer(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  // A port that was free a moment ago: nothing takes connections there.
  const spare = createServer();
  await new Promise<void>((resolve) => spare.listen(0, '127.0.0.1', resolve));
  const closed = `127.0.0.1:${(spare.address() as AddressInfo).port}`;
  await new Promise((resolve) => spare.close(resolve));
  return {
    closed,
    base: `http://127.0.0.1:${port}`,
    host: `127.0.0.1:${port}`,
    asked,
    async close(): Promise<void> {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
