import { mkdtempSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openTestDatabase, type TestDatabase } from '@ratchet/testing/database';
import { type GitHttpServer, startGitHttpServer } from '@ratchet/testing/git-http-server';
import { createGitRepository, type GitRepository } from '@ratchet/testing/git-repository';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RunningServer, startServer } from '../src/start-server.ts';

const metadata = (name: string) => `${JSON.stringify({ name, version: '1.0.0', description: 'as it was' }, null, 2)}\n`;
const token = 'glpat-very-secret';
const classic = '(input) => {\n  const factor = 2;\n  return { product: input.n * factor };\n}\n';
const schema = '{"type": "object", "properties": {"n": {"type": "number"}}, "required": ["n"]}\n';

let folder: string;
let database: TestDatabase;
let upstream: GitRepository;
let git: GitHttpServer;
let server: RunningServer;
let repositoryId: string;

interface Answer {
  status: number;
  headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: answers are looked into by the tests
  body: any;
}
async function call(
  method: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<Answer> {
  const response = await fetch(`${server.address}${path}`, {
    method,
    headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  return {
    status: response.status,
    headers: response.headers,
    body: text.startsWith('{') || text.startsWith('[') ? JSON.parse(text) : text,
  };
}
const api = (method: string, path: string, body?: unknown, headers?: Record<string, string>) =>
  call(method, `/api/v1${path}`, body, headers);
const taskNamed = async (name: string) => (await api('GET', `/tasks?name=${encodeURIComponent(name)}`)).body.items[0];
const run = async (name: string, input: unknown, more: object = {}) =>
  (await api('POST', `/tasks/${(await taskNamed(name)).id}/run`, { input, wait: true, ...more })).body;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'ratchet-server-'));
  upstream = await createGitRepository(join(folder, 'git', 'tasks.git'));
  const hostile: Record<string, string> = {
    'endless loop': '() => { for (;;); }',
    'endless promise': 'export default async () => { await Promise.resolve().then(() => { while (true); }); };',
    'memory bomb': '() => { const all = []; for (;;) all.push(new Array(1e6).fill(1.5)); }',
    'process exit': '() => process.exit(1)',
    'prototype game':
      "() => { const f = globalThis.constructor.constructor; return { leaked: String(f('return typeof process')()) }; }",
  };
  await upstream.commit({
    'classic/metadata.json': metadata('classic'),
    'classic/main.js': classic,
    'classic/input.schema.json': schema,
    'async/metadata.json': metadata('async'),
    'async/main.js':
      'export default async function main(input, context) {\n  context.log.info("hello");\n  await new Promise((done) => setTimeout(done, 5));\n  return { id: context.executionId, n: input.n };\n}\n',
    'typescript/metadata.json': metadata('typescript'),
    'typescript/main.ts':
      "import { twice } from './twice.ts';\nexport default async ({ n }: { n: number }): Promise<{ n: number }> => ({ n: twice(n) });\n",
    'typescript/twice.ts': 'export const twice = (n: number): number => n * 2;\n',
    'fails/metadata.json': metadata('fails'),
    'fails/main.js': '() => {\n  throw new TypeError("on line two");\n}\n',
    ...Object.fromEntries(
      Object.entries(hostile).flatMap(([name, code]) => [
        [`${name}/metadata.json`, metadata(name)],
        [`${name}/main.js`, `${code}\n`],
      ]),
    ),
  });
  git = await startGitHttpServer({ root: join(folder, 'git'), token });
  database = await openTestDatabase();
  server = await startServer({
    port: 0,
    auth: 'none',
    dataDir: join(folder, 'data'),
    ...(database.url ? { databaseUrl: database.url } : {}),
    logLevel: 'error',
    environment: {},
  });
});
afterAll(async () => {
  await server?.close();
  await git?.close();
  await database?.close();
  rmSync(folder, { recursive: true, force: true });
});

describe('the main job over HTTP', () => {
  it('registers a repository over smart HTTP with a token, which nobody sees again', async () => {
    const wrong = await api('POST', '/repositories', {
      name: 'wrong',
      repositoryType: 'git',
      uri: git.url('tasks.git'),
      authConfig: { type: 'token', token: 'no' },
    });
    const refused = await api('POST', `/repositories/${wrong.body.id}/sync`);
    expect([refused.status, refused.body.code]).toEqual([502, 'REPOSITORY_UNREACHABLE']);
    expect((await api('DELETE', `/repositories/${wrong.body.id}`)).status).toBe(204);

    const made = await api('POST', '/repositories', {
      name: 'tasks',
      repositoryType: 'git',
      uri: git.url('tasks.git'),
      branch: 'main',
      authConfig: { type: 'token', token },
    });
    expect(made.status).toBe(201);
    expect(made.headers.get('location')).toBe(`/api/v1/repositories/${made.body.id}`);
    expect(JSON.stringify(made.body)).not.toContain(token);
    repositoryId = made.body.id;
    const test = await api('POST', `/repositories/${repositoryId}/test`);
    expect(test.body).toMatchObject({
      success: true,
      details: { reachable: true, authenticated: true, readable: true, writable: true, branch: 'main' },
    });
    const synced = await api('POST', `/repositories/${repositoryId}/sync`);
    expect([synced.status, synced.body.tasksAdded, synced.body.problems]).toEqual([200, 9, []]);
  });
  it('runs a classic, an async and a TypeScript task', async () => {
    expect(await run('classic', { n: 21 })).toMatchObject({ status: 'completed', output: { product: 42 } });
    const ran = await run('async', { n: 1 });
    expect(ran).toMatchObject({ status: 'completed', output: { id: ran.id, n: 1 }, attempt: 1 });
    expect((await api('GET', `/executions/${ran.id}/logs`)).body.items).toMatchObject([
      { level: 'info', message: 'hello' },
    ]);
    expect(await run('typescript', { n: 21 })).toMatchObject({ status: 'completed', output: { n: 42 } });
  });
  it('answers 202 without wait, and the execution ends', async () => {
    const queued = await api('POST', `/tasks/${(await taskNamed('classic')).id}/run`, { input: { n: 1 } });
    expect(queued.status).toBe(202);
    await expect.poll(async () => (await api('GET', `/executions/${queued.body.id}`)).body.status).toBe('completed');
    const events = await (await fetch(`${server.address}/api/v1/executions/${queued.body.id}/events`)).text();
    expect(events).toContain('event: state');
    expect(events).toContain('"status":"completed"');
  });
  it('refuses an input that breaks the schema, naming the path', async () => {
    const answer = await api('POST', `/tasks/${(await taskNamed('classic')).id}/run`, {
      input: { n: 'x' },
      wait: true,
    });
    expect([answer.status, answer.body.code, answer.body.details[0].path]).toEqual([
      400,
      'VALIDATION_FAILED',
      'input.n',
    ]);
  });
  it('a task that throws is a completed request with the author’s line', async () => {
    const answer = await api('POST', `/tasks/${(await taskNamed('fails')).id}/run`, { input: {}, wait: true });
    expect(answer.status).toBe(200);
    expect(answer.body).toMatchObject({
      status: 'failed',
      error: { class: 'TypeError', message: 'on line two', line: 2 },
    });
  });
  it.each([
    ['endless loop', { timeoutMs: 500 }, 'timed_out'],
    ['endless promise', { timeoutMs: 500 }, 'timed_out'],
    ['memory bomb', {}, 'failed'],
    ['process exit', {}, 'failed'],
  ])('survives: %s', async (name, more, status) => {
    const ended = await run(name, {}, more);
    expect(ended.status).toBe(status);
    expect(ended.error.message.length).toBeGreaterThan(5);
    expect(await run('classic', { n: 2 })).toMatchObject({ status: 'completed', output: { product: 4 } });
  });
  it('gives a prototype game nothing of the host', async () => {
    const ended = await run('prototype game', {});
    expect(ended.output ?? { leaked: 'undefined' }).toEqual({ leaked: 'undefined' });
  });
  it('pushes one changed line as one commit of that line', async () => {
    const task = await taskNamed('classic');
    const edited = await api(
      'PUT',
      `/tasks/${task.id}/source`,
      { sourceCode: classic.replace('factor = 2', 'factor = 3') },
      { 'if-match': `"${task.revision}"` },
    );
    expect([edited.status, edited.headers.get('etag'), edited.body.needsPush]).toEqual([200, '"2"', true]);
    for (const stale of [
      { headers: { 'if-match': '"1"' }, body: {} },
      { headers: {}, body: { expectedRevision: 1 } },
    ]) {
      const late = await api(
        'PUT',
        `/tasks/${task.id}/source`,
        { sourceCode: 'lost', ...stale.body },
        stale.headers as Record<string, string>,
      );
      expect([late.status, late.body.code]).toEqual([412, 'REVISION_MISMATCH']);
    }
    const pushed = await api('POST', `/tasks/${task.id}/push`);
    expect([pushed.status, pushed.body.success]).toEqual([200, true]);
    const [commit, parent] = await upstream.log();
    expect(commit?.id).toBe(pushed.body.commitHash);
    expect(await upstream.changes(parent?.id ?? '', commit?.id ?? '')).toEqual(['M classic/main.js']);
    expect((await api('POST', `/repositories/${repositoryId}/plan`)).body.actions).toEqual([]);
    expect(await run('classic', { n: 21 })).toMatchObject({ output: { product: 63 } });
  });
  it('answers 409 with both texts on a conflict, and resolves it', async () => {
    const task = await taskNamed('classic');
    await api('PUT', `/tasks/${task.id}/source`, { sourceCode: classic.replace('factor = 2', 'factor = 4') });
    await upstream.commit({ 'classic/main.js': classic.replace('factor = 2', 'factor = 5') });
    const synced = await api('POST', `/repositories/${repositoryId}/sync`);
    expect([synced.status, synced.body.conflicts.length]).toEqual([409, 1]);
    const [conflict] = synced.body.conflicts;
    expect(conflict.files[0].hunks[0]).toMatchObject({
      local: '  const factor = 4;\n',
      remote: '  const factor = 5;\n',
    });
    expect((await api('POST', `/repositories/${repositoryId}/push`)).status).toBe(409);
    const resolved = await api('POST', `/conflicts/${conflict.id}/resolve`, { resolution: 'take_local' });
    expect([resolved.status, resolved.body.status]).toEqual([200, 'resolved']);
    expect((await api('POST', `/repositories/${repositoryId}/push`)).status).toBe(200);
    expect((await upstream.files()).get('classic/main.js')?.bytes.toString()).toContain('factor = 4');
  });
  it('queues jobs, retries them, and answers the same job for the same key', async () => {
    const { id } = await taskNamed('fails');
    const job = await api('POST', '/jobs', { taskId: id, maxRetries: 2, retryBackoffMs: 1, idempotencyKey: 'once' });
    expect(job.status).toBe(201);
    expect((await api('POST', '/jobs', { taskId: id }, { 'idempotency-key': 'once' })).body.id).toBe(job.body.id);
    await expect
      .poll(async () => (await api('GET', `/jobs/${job.body.id}`)).body.status, { timeout: 20_000 })
      .toBe('failed');
    const ran = await api('GET', `/executions?jobId=${job.body.id}&sort=attempt`).then((a) =>
      a.status === 400 ? api('GET', `/executions?jobId=${job.body.id}`) : a,
    );
    expect(ran.body.items.map((e: { attempt: number }) => e.attempt).sort()).toEqual([1, 2, 3]);
  });
  it('cancels running code within a second', async () => {
    const queued = await api('POST', `/tasks/${(await taskNamed('endless loop')).id}/run`, { input: {} });
    await expect.poll(async () => (await api('GET', `/executions/${queued.body.id}`)).body.status).toBe('running');
    await api('POST', `/executions/${queued.body.id}/cancel`);
    await expect
      .poll(async () => (await api('GET', `/executions/${queued.body.id}`)).body.status, { timeout: 3000 })
      .toBe('cancelled');
  });
});

describe('requests', () => {
  it.each([
    ['GET', '/tasks?nope=1', undefined, 400, 'VALIDATION_FAILED'],
    ['GET', '/tasks?sort=nope', undefined, 400, 'VALIDATION_FAILED'],
    ['GET', '/tasks?limit=5000', undefined, 400, 'VALIDATION_FAILED'],
    ['GET', '/tasks/01930f3e-0000-7000-8000-000000000000', undefined, 404, 'NOT_FOUND'],
    ['GET', '/nothing/here', undefined, 404, 'NOT_FOUND'],
    ['DELETE', '/tasks', undefined, 405, 'METHOD_NOT_ALLOWED'],
    ['POST', '/tasks', '{"name": ', 400, 'VALIDATION_FAILED'],
    ['POST', '/tasks', '{"__proto__": {}}', 400, 'VALIDATION_FAILED'],
    ['POST', '/tasks', { name: 'x', sourceCode: '', extra: 1 }, 400, 'VALIDATION_FAILED'],
    ['POST', '/repositories', { name: 'x', repositoryType: 'git', uri: 'ext::sh -c id' }, 400, 'VALIDATION_FAILED'],
    [
      'POST',
      '/repositories',
      { name: 'x', repositoryType: 'git', uri: 'https://u:p@example.org/r' },
      400,
      'VALIDATION_FAILED',
    ],
  ])('%s %s is refused clearly', async (method, path, body, status, code) => {
    const answer = await api(method, path, body);
    expect([answer.status, answer.body.code]).toEqual([status, code]);
    expect(answer.body.message.length).toBeGreaterThan(5);
    expect(answer.body.requestId).toBe(answer.headers.get('x-request-id'));
  });
  it('lets no other server’s page, and no other name, use this one', async () => {
    const foreign = await api('POST', '/tasks/x/enable', undefined, { origin: 'https://evil.example.org' });
    expect([foreign.status, foreign.body.code]).toEqual([403, 'PERMISSION_DENIED']);
    const { host } = new URL(server.address);
    expect((await api('GET', '/tasks', undefined, { origin: `http://${host}` })).status).toBe(200);
    const rebound = await new Promise<number | undefined>((resolve, reject) => {
      request(`${server.address}/api/v1/tasks`, { headers: { host: 'evil.example.org' } }, (answer) => {
        answer.resume();
        resolve(answer.statusCode);
      })
        .once('error', reject)
        .end();
    });
    expect(rebound).toBe(403);
  });
  it('lists in pages, or as Refine and json-server expect', async () => {
    const page = await api('GET', '/tasks?limit=2&sort=-name&sourceType=javascript');
    expect(page.body.items).toHaveLength(2);
    expect(page.body.meta).toMatchObject({ page: 1, limit: 2, hasNext: true });
    const bare = await api('GET', '/tasks?_start=1&_end=4&_sort=name&_order=asc');
    const whole = await api('GET', '/tasks?limit=100');
    expect(bare.headers.get('x-total-count')).toBe(String(whole.body.meta.total));
    expect(bare.body.map((t: { name: string }) => t.name)).toEqual(
      whole.body.items.slice(1, 4).map((t: { name: string }) => t.name),
    );
  });
  it('describes itself', async () => {
    const document = await call('GET', '/api-docs/openapi.json');
    expect(document.body.openapi).toBe('3.1.0');
    const refs = [...JSON.stringify(document.body).matchAll(/"\$ref":"#\/components\/schemas\/([^"]+)"/g)].map(
      (m) => m[1] as string,
    );
    for (const name of new Set(refs)) expect(document.body.components.schemas, name).toHaveProperty(name);
    expect((await call('GET', '/docs')).status).toBe(200);
    expect((await call('GET', '/health')).body).toMatchObject({ status: 'ok' });
    expect((await call('GET', '/ready')).status).toBe(200);
  });
});
