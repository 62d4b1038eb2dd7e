import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
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
    case '/bombs':
      return void response
        .writeHead(200, { 'content-encoding': 'gzip, gzip' })
        .end(gzipSync(gzipSync(Buffer.alloc(50_000_000))));
    case '/odd':
      return void request.socket.end(
        'HTTP/1.1 200 OK\r\n__proto__: polluted\r\nconstructor: x\r\ntoString: y\r\ncontent-length: 2\r\n\r\n{}',
      );
    case '/split':
      return void request.socket.end(
        'HTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\nxHTTP/1.1 201 Created\r\nx-second: yes\r\ncontent-length: 0\r\n\r\n',
      );
    case '/raw':
      return void request.socket.end(`HTTP/1.1 ${url.searchParams.get('status')} Odd\r\ncontent-length: 0\r\n\r\n`);
    case '/garbage':
      return void request.socket.end('\0\0SSH-2.0-OpenSSH\r\n');
    case '/headers':
      return void request.socket.end(`HTTP/1.1 200 OK\r\n${'x-a: b\r\n'.repeat(20_000)}\r\n`);
    case '/drip': {
      response.writeHead(200);
      const drip = setInterval(() => response.write('x'), 20);
      return void response.on('close', () => clearInterval(drip));
    }
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
    case '/slow':
      return void setTimeout(() => response.end('slow'), Number(url.searchParams.get('ms')));
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
  'both.test': ['127.0.0.1', '127.0.0.2'],
  'mixed.test': ['127.0.0.1', '93.184.216.34'],
  'meta.test': ['169.254.169.254'],
  'six.test': ['::1'],
  'mapped.test': ['::ffff:10.0.0.1'],
};

const open: NetworkPolicy = { allow: null, allowPrivate: ['127.0.0.0/8'] };

/** A sandbox and a server on this machine that it may reach. In code, BASE stands for the server's address. */
export const openNetwork = async () => {
  let requests = 0;
  const servers: Server[] = [];
  const listen = (host: string, at: number): Promise<number> =>
    new Promise((resolve, reject) => {
      const server = createServer((request, response) => {
        requests += 1;
        void answer(request, response);
      });
      server.once('error', reject).listen(at, host, () => {
        servers.push(server);
        resolve((server.address() as AddressInfo).port);
      });
    });
  const number = await listen('127.0.0.1', 0);
  // On other addresses of this machine too, so that a way around the checks would arrive.
  await listen('127.0.0.2', number);
  await listen('::1', number).catch(() => undefined);
  const port = String(number);
  const base = `http://127.0.0.1:${port}`;
  const lookups: string[] = [];
  let turns = 0;
  const { sandbox, run } = openSandbox({
    http: {
      async resolve(name) {
        lookups.push(name);
        // As a rebinding name server answers: first what is allowed, then what is not.
        if (name === 'turns.test') turns += 1;
        const found = name === 'turns.test' ? [turns % 2 === 1 ? '127.0.0.1' : '127.0.0.2'] : names[name];
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
    /** How many requests the server has heard. */
    requests: () => requests,
    sandbox,
    run,
    /** The output of code, or its error. */
    async result(code: string, changes: Changes = {}): Promise<unknown> {
      const ended = await run(code.replaceAll('BASE', base), {}, { network: open, ...changes });
      return ended.status === 'completed' ? ended.output : ended.error;
    },
    async close(): Promise<void> {
      await sandbox.close();
      for (const server of servers) {
        server.closeAllConnections();
        await new Promise((resolve) => server.close(resolve));
      }
    },
  };
};
