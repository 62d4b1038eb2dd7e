import { createVerify, generateKeyPairSync } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { gitHubApp } from '../src/forges/github-app.ts';

const keys = generateKeyPairSync('rsa', { modulusLength: 2048 });
const pkcs8 = keys.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
const pkcs1 = keys.privateKey.export({ type: 'pkcs1', format: 'pem' }).toString();

let server: Server;
let apiUrl: string;
let asked: string[];
let lastsMs: number;
beforeAll(async () => {
  server = createServer((request, response) => {
    const [head = '', body = '', signature = ''] = (request.headers.authorization ?? '')
      .replace(/^bearer /i, '')
      .split('.');
    const signed = createVerify('RSA-SHA256').update(`${head}.${body}`);
    const good = signed.verify(keys.publicKey, signature, 'base64url');
    const claims = good ? JSON.parse(Buffer.from(body, 'base64url').toString()) : {};
    asked.push(`${request.method} ${request.url} ${claims.iss ?? 'nobody'}`);
    const answer = (status: number, value: object) => {
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(JSON.stringify(value));
    };
    if (String(claims.iss) !== '42') return answer(401, { message: 'Bad credentials' });
    if (request.url === '/repos/una/tasks/installation') return answer(200, { id: 7 });
    if (request.url === '/app/installations/7/access_tokens')
      return answer(201, {
        token: `token-${asked.length}`,
        expires_at: new Date(Date.now() + lastsMs).toISOString(),
        permissions: { contents: 'write' },
        repository_selection: 'all',
      });
    answer(404, { message: 'Not Found' });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  apiUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => new Promise((resolve) => server.close(resolve)));
beforeEach(() => {
  asked = [];
  lastsMs = 3_600_000;
});

const app = (more: Partial<Parameters<typeof gitHubApp>[0]> = {}) =>
  gitHubApp({ appId: '42', privateKey: pkcs8, installationId: '7', apiUrl, userAgent: 'test', ...more });

it.each([
  ['PKCS#8', pkcs8],
  ['PKCS#1', pkcs1],
])('a GitHub App signs in with a key in %s, once for many requests', async (_, privateKey) => {
  const one = app({ privateKey });
  const token = await one.token();
  expect(token).toMatch(/^token-/);
  expect(await one.token()).toBe(token);
  expect(asked).toEqual(['POST /app/installations/7/access_tokens 42']);
});

it('finds the installation of a repository', async () => {
  const { installationId: _, ...options } = {
    appId: '42',
    privateKey: pkcs8,
    installationId: '',
    apiUrl,
    userAgent: 'test',
  };
  expect(await gitHubApp({ ...options, project: 'una/tasks' }).token()).toMatch(/^token-/);
  await expect(gitHubApp({ ...options, project: 'una/other' }).token()).rejects.toMatchObject({ code: 'not_found' });
});

it('says what is wrong', async () => {
  expect(() => app({ privateKey: 'no key' })).toThrow(/key in PEM/);
  await expect(app({ appId: '43' }).token()).rejects.toMatchObject({ code: 'unauthenticated' });
  await expect(app({ apiUrl: 'http://127.0.0.1:9' }).token()).rejects.toMatchObject({ code: 'unreachable' });
});
