import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openTestDatabase, type TestDatabase } from '@ratchet/testing/database';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type ServerProcess, serve } from './server-process.ts';

const megabyte = 1024 * 1024;
let folder: string;
let database: TestDatabase;
let server: ServerProcess;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'ratchet-abuse-'));
  database = await openTestDatabase();
  server = await serve(folder, database.url ? { DATABASE_URL: database.url } : {});
});
afterAll(async () => {
  await server?.kill('SIGKILL');
  await database?.close();
  rmSync(folder, { recursive: true, force: true });
});
// Whatever was done to it, it goes on.
afterEach(async () => {
  expect((await fetch(`${server.address}/ready`)).status).toBe(200);
});

/** Bytes of memory that the server's process holds. */
const resident = (): number =>
  Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${server.pid}/status`, 'utf8'))?.[1] ?? 0) * 1024;

interface Answer {
  status: number;
  // biome-ignore lint/suspicious/noExplicitAny: answers are looked into by the tests
  body: any;
}
const send = async (method: string, path: string, body?: string | Uint8Array): Promise<Answer> => {
  const response = await fetch(`${server.address}${path}`, {
    method,
    headers: { 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: body as string }),
  });
  const text = await response.text();
  return { status: response.status, body: text.startsWith('{') || text.startsWith('[') ? JSON.parse(text) : text };
};
/** The error of an answer of REST or of tRPC. */
const codeOf = ({ body }: Answer): string => body.error?.data?.ratchet?.code ?? body.code;

/** What is written to a connection as it is, and what comes back until it is closed, or `enough` has come. */
function talk(bytes: string | Uint8Array, enough: RegExp = /\r\n\r\n[\s\S]*\}$/): Promise<string> {
  const { hostname, port } = new URL(server.address);
  return new Promise((resolve) => {
    let heard = '';
    const socket: Socket = connect(Number(port), hostname, () => socket.write(bytes));
    socket.on('data', (chunk) => {
      heard += chunk.toString('latin1');
      if (enough.test(heard)) socket.destroy();
    });
    socket.on('error', () => undefined);
    socket.on('close', () => resolve(heard));
  });
}
const host = () => `Host: ${new URL(server.address).host}\r\n`;

describe.each([
  ['REST', '/api/v1/tasks'],
  ['tRPC', '/trpc/tasks.create'],
])('bodies over %s', (_, path) => {
  const nested = (levels: number) =>
    `{"name":"x","sourceCode":"() => 1","metadata":{"a":${'['.repeat(levels)}${']'.repeat(levels)}}}`;
  it.each<[string, string | Uint8Array, number, string]>([
    ['cut off', '{"name":', 400, 'VALIDATION_FAILED'],
    ['not JSON', '<xml/>', 400, 'VALIDATION_FAILED'],
    ['a number', '7', 400, 'VALIDATION_FAILED'],
    ['null', 'null', 400, 'VALIDATION_FAILED'],
    ['of wrong types', '{"name":{"a":1},"sourceCode":[1]}', 400, 'VALIDATION_FAILED'],
    ['with an unknown member', '{"name":"x","sourceCode":"() => 1","nmae":1}', 400, 'VALIDATION_FAILED'],
    ['with __proto__', '{"name":"x","sourceCode":"() => 1","__proto__":{"a":1}}', 400, 'VALIDATION_FAILED'],
    [
      'with __proto__ deep in metadata',
      '{"name":"x","sourceCode":"() => 1","metadata":{"a":[{"__proto__":1}]}}',
      400,
      'VALIDATION_FAILED',
    ],
    [
      'with constructor',
      '{"name":"x","sourceCode":"() => 1","constructor":{"prototype":{}}}',
      400,
      'VALIDATION_FAILED',
    ],
    ['of 1,000 levels', nested(1_000), 400, 'VALIDATION_FAILED'],
    ['of 100,000 levels', nested(100_000), 400, 'VALIDATION_FAILED'],
    ['of open brackets', '['.repeat(5 * megabyte), 400, 'VALIDATION_FAILED'],
    [
      'of a megabyte of keys',
      JSON.stringify(Object.fromEntries(Array.from({ length: 80_000 }, (_x, i) => [`key${i}`, 1]))),
      400,
      'VALIDATION_FAILED',
    ],
    ['with NUL in a name', '{"name":"a\\u0000b","sourceCode":"() => 1"}', 400, 'VALIDATION_FAILED'],
    [
      'with NUL in metadata',
      '{"name":"x","sourceCode":"() => 1","metadata":{"a":"\\u0000"}}',
      400,
      'VALIDATION_FAILED',
    ],
    ['with NUL in code', '{"name":"x","sourceCode":"() => \\u0000"}', 400, 'VALIDATION_FAILED'],
    ['with half a character', '{"name":"x\\ud800","sourceCode":"() => 1"}', 400, 'VALIDATION_FAILED'],
    ['with a name that runs backwards', '{"name":"x\\u202egnp.exe","sourceCode":"() => 1"}', 400, 'VALIDATION_FAILED'],
    ['with a name of nothing to see', '{"name":"a\\u200bb","sourceCode":"() => 1"}', 400, 'VALIDATION_FAILED'],
    ['in bytes that are no UTF-8', new Uint8Array([0x7b, 0x22, 0xc3, 0x28, 0x22, 0x7d]), 400, 'VALIDATION_FAILED'],
  ])('%s', async (_name, body, status, code) => {
    const answer = await send('POST', path, body);
    expect([answer.status, codeOf(answer)]).toEqual([status, code]);
    expect(JSON.stringify(answer.body).length).toBeLessThan(100_000);
  });
  it('of one member twice mean the last one', async () => {
    const answer = await send('POST', path, `{"name":"first","name":7,"sourceCode":"() => 1"}`);
    expect([answer.status, codeOf(answer)]).toEqual([400, 'VALIDATION_FAILED']);
  });
});

describe('much at once', () => {
  /** A request whose body is never meant to arrive; answers the status, or the code of the broken connection. */
  const flood = (agent: Agent, headers: Record<string, string | number>, chunks: number): Promise<string> =>
    new Promise((resolve) => {
      const asked = request(`${server.address}/api/v1/tasks`, {
        method: 'POST',
        agent,
        headers: { 'content-type': 'application/json', ...headers },
      });
      const chunk = Buffer.alloc(megabyte, 0x20);
      let left = chunks;
      const more = () => {
        while (left-- > 0) if (!asked.write(chunk)) return void asked.once('drain', more);
        asked.end();
      };
      asked.on('response', (response) => {
        response.resume();
        resolve(String(response.statusCode));
        asked.destroy();
      });
      asked.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? 'ended'));
      more();
    });
  it('bodies of 100 MB are refused by their length, and not read', async () => {
    const before = resident();
    const agent = new Agent({ maxSockets: 50 });
    const answers = await Promise.all(
      Array.from({ length: 50 }, () => flood(agent, { 'content-length': 100 * megabyte }, 100)),
    );
    agent.destroy();
    expect(answers.filter((answer) => !['413', 'ECONNRESET', 'EPIPE'].includes(answer))).toEqual([]);
    expect(answers).toContain('413');
    expect(resident() - before).toBeLessThan(300 * megabyte);
  });
  it('bodies without end are cut off at the limit', async () => {
    const before = resident();
    const agent = new Agent({ maxSockets: 20 });
    const answers = await Promise.all(Array.from({ length: 20 }, () => flood(agent, {}, 1000)));
    agent.destroy();
    expect(answers.filter((answer) => !['413', '503', 'ECONNRESET', 'EPIPE'].includes(answer))).toEqual([]);
    expect(resident() - before).toBeLessThan(700 * megabyte);
  });
  it('a thousand bad requests leave no memory behind', async () => {
    const body = `{"name":${'['.repeat(1500)}`;
    for (let i = 0; i < 3; i++)
      await Promise.all(Array.from({ length: 100 }, () => send('POST', '/api/v1/tasks', body)));
    const before = resident();
    for (let i = 0; i < 10; i++)
      await Promise.all(Array.from({ length: 100 }, () => send('POST', '/api/v1/tasks', body)));
    expect(resident() - before).toBeLessThan(150 * megabyte);
  });
});

describe('what is hardly HTTP', () => {
  it.each<[string, () => string | Uint8Array, RegExp]>([
    ['a greeting', () => 'hello\r\n\r\n', /^HTTP\/1\.1 400 .*VALIDATION_FAILED/s],
    ['an unknown method', () => `FROBNICATE / HTTP/1.1\r\n${host()}\r\n`, /^HTTP\/1\.1 400/],
    ['TLS', () => new Uint8Array([0x16, 0x03, 0x01, 0x02, 0x00, 0x01, 0x00, 0x0d, 0x0a]), /^HTTP\/1\.1 400/],
    ['a flood of headers', () => `GET / HTTP/1.1\r\n${host()}${'X-A: b\r\n'.repeat(20_000)}\r\n`, /^HTTP\/1\.1 431/],
    ['one long header', () => `GET / HTTP/1.1\r\n${host()}X: ${'a'.repeat(100_000)}\r\n\r\n`, /^HTTP\/1\.1 431/],
    ['a long address', () => `GET /${'a'.repeat(100_000)} HTTP/1.1\r\n${host()}\r\n`, /^HTTP\/1\.1 431/],
    [
      'two lengths',
      () => `POST /api/v1/tasks HTTP/1.1\r\n${host()}Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}`,
      /^HTTP\/1\.1 400/,
    ],
    [
      'a length and chunks',
      () =>
        `POST /api/v1/tasks HTTP/1.1\r\n${host()}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /metrics HTTP/1.1\r\n${host()}\r\n`,
      /^HTTP\/1\.1 400(?![\s\S]*HTTP\/1\.1 200)/,
    ],
    [
      'chunks of another kind',
      () => `POST /api/v1/tasks HTTP/1.1\r\n${host()}Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n`,
      /^HTTP\/1\.1 400/,
    ],
    [
      'a bad chunk',
      () => `POST /api/v1/tasks HTTP/1.1\r\n${host()}Transfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n`,
      /^HTTP\/1\.1 400/,
    ],
    ['a folded header', () => `GET / HTTP/1.1\r\n${host()}X: a\r\n b\r\n\r\n`, /^HTTP\/1\.1 (400|404)/],
    ['no host', () => 'GET / HTTP/1.1\r\n\r\n', /^HTTP\/1\.1 400/],
  ])('%s', async (_, bytes, answer) => {
    expect(await talk(bytes())).toMatch(answer);
  });
  it('requests sent ahead are each answered, in turn', async () => {
    const one = `GET /live HTTP/1.1\r\n${host()}\r\n`;
    const heard = await talk(`${one.repeat(99)}GET /live HTTP/1.1\r\n${host()}Connection: close\r\n\r\n`, /(?!)/);
    expect(heard.match(/HTTP\/1\.1 200/g)).toHaveLength(100);
  });
  it.each<[string, number]>([
    ['/api/v1/tasks/%00', 400],
    ['/api/v1/tasks/%2e%2e', 404],
    ['/api/v1/tasks/x/files/%2e%2e%2f%2e%2e%2fetc%2fpasswd', 404],
    ['/api/v1/tasks/%ff', 400],
    ['/api/v1/tasks/%', 400],
    [`/api/v1/tasks/${'a'.repeat(5000)}`, 400],
    ['/docs/static/%2e%2e/%2e%2e/package.json', 400],
    ['//api/v1/tasks', 404],
  ])('GET %s', async (path, status) => {
    const heard = await talk(`GET ${path} HTTP/1.1\r\n${host()}Connection: close\r\n\r\n`, /(?!)/);
    expect(heard).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
  });
});
