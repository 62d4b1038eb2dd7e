import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { text as readText } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import type { NetworkPolicy } from '../src/sandbox.ts';
import { type Changes, openSandbox } from './run-code.ts';

/** Answers by path; `/echo` answers what it was sent. */
const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
  const url = new URL(request.url ?? '/', 'http://x');
  const text = await readText(request);
  const json = (value: unknown, status = 200): void => {
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
  };
  switch (url.pathname) {
    case '/echo':
      return json({ method: request.method, headers: request.headers, body: text, path: request.url });
    case '/text':
      return void response
        .writeHead(200, { 'content-type': 'text/plain', 'set-cookie': ['a=1', 'b=2'] })
        .end('plain ü');
    case '/bytes':
      return void response.end(Buffer.from([0, 255, 128]));
    case '/gzip':
      return void response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync('{"packed":true}'));
    case '/bomb':
      return void response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(Buffer.alloc(50_000_000)));
    case '/status':
      return json({ why: 'asked' }, Number(url.searchParams.get('code')));
    case '/redirect':
      return void response
        .writeHead(Number(url.searchParams.get('code') ?? 302), { location: url.searchParams.get('to') ?? '/echo' })
        .end();
    case '/loop':
      return void response.writeHead(302, { location: '/loop' }).end();
    case '/hang':
      return;
    case '/endless':
      return void Readable.from(Array.from({ length: 1000 }, () => 'x'.repeat(10_000))).pipe(response);
    case '/cut':
      response.writeHead(200, { 'content-length': '100' }).write('x');
      return void setTimeout(() => request.socket.destroy(), 10);
    default:
      return json({}, 404);
  }
};

/** Made-up names, so that no test asks a real name server. */
const names: Readonly<Record<string, readonly string[]>> = {
  'inside.test': ['127.0.0.1'],
  'mixed.test': ['127.0.0.1', '93.184.216.34'],
  'meta.test': ['169.254.169.254'],
  'six.test': ['::1'],
  'mapped.test': ['::ffff:10.0.0.1'],
};

const open: NetworkPolicy = { allow: null, allowPrivate: ['127.0.0.0/8'] };

/** A sandbox and a server on this machine that it may reach. In code, BASE stands for the server's address. */
export const openNetwork = async () => {
  const server = createServer((request, response) => void answer(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const port = String((server.address() as AddressInfo).port);
  const base = `http://127.0.0.1:${port}`;
  const lookups: string[] = [];
  const { sandbox, run } = openSandbox({
    http: {
      async resolve(name) {
        lookups.push(name);
        const found = names[name];
        if (found === undefined) throw Object.assign(new Error('no such name'), { code: 'ENOTFOUND' });
        return found.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
      },
    },
  });
  return {
    base,
    port,
    /** Names that were resolved, in order. */
    lookups,
    run,
    /** The output of code, or its error. */
    async result(code: string, changes: Changes = {}): Promise<unknown> {
      const ended = await run(code.replaceAll('BASE', base), {}, { network: open, ...changes });
      return ended.status === 'completed' ? ended.output : ended.error;
    },
    async close(): Promise<void> {
      await sandbox.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
};
