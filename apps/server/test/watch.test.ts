import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { newId } from '@ratchet/store/id';
import { openTestDatabase, type TestDatabase } from '@ratchet/testing/database';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RunningServer, startServer } from '../src/start-server.ts';

let folder: string;
let database: TestDatabase;
const servers: RunningServer[] = [];
const first = () => (servers[0] as RunningServer).address;
/** Another server of the deployment; embedded there is one only. */
const other = () => (servers.at(-1) as RunningServer).address;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'ratchet-watch-'));
  database = await openTestDatabase();
  const start = (name: string) =>
    startServer({
      port: 0,
      dataDir: join(folder, name),
      ...(database.url ? { databaseUrl: database.url } : {}),
      auth: 'none',
      logLevel: 'error',
      environment: {},
    });
  servers.push(await start('one'));
  if (database.url) servers.push(await start('two'));
});
afterAll(async () => {
  for (const server of servers) await server.close();
  await database.close();
  rmSync(folder, { recursive: true, force: true });
});

const api = async (method: string, path: string, body?: unknown, address = first()) => {
  const response = await fetch(`${address}/api/v1${path}`, {
    method,
    ...(body === undefined ? {} : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
  });
  // biome-ignore lint/suspicious/noExplicitAny: answers are looked into by the tests
  return { status: response.status, body: (await response.json().catch(() => null)) as any };
};

/** Server-sent events; resolves when the stream stands. */
async function watch(path: string) {
  const gone = new AbortController();
  const response = await fetch(`${other()}/api/v1${path}`, { signal: gone.signal });
  expect(response.headers.get('content-type')).toContain('text/event-stream');
  const reader = (response.body as ReadableStream<Uint8Array>).getReader();
  const decoder = new TextDecoder();
  let text = '';
  return {
    // biome-ignore lint/suspicious/noExplicitAny: events are looked into by the tests
    async next(): Promise<any> {
      for (;;) {
        const end = text.indexOf('\n\n');
        if (end >= 0) {
          const frame = text.slice(0, end);
          text = text.slice(end + 2);
          const data = /^data: (.*)$/m.exec(frame)?.[1];
          if (data) return JSON.parse(data);
          continue;
        }
        const { value, done } = await reader.read();
        if (done) throw new Error('The stream ended.');
        text += decoder.decode(value, { stream: true });
      }
    },
    end: () => gone.abort(),
  };
}
const newTask = async (name: string, sourceCode = '(input) => input.n') =>
  (await api('POST', '/tasks', { name, sourceCode, inputSchema: true, outputSchema: true })).body.id as string;

describe('what changes on one server is seen on another', () => {
  it('executions, with filters', async () => {
    const [task, another] = [await newTask('seen'), await newTask('not seen')];
    const all = await watch(`/executions/watch?taskId=${task}`);
    const ends = await watch(`/executions/watch?status=completed&status=failed`);
    await api('POST', `/tasks/${another}/run`, { input: { n: 1 } });
    const { body } = await api('POST', `/tasks/${task}/run`, { input: { n: 2 }, wait: true });
    for (;;) {
      const { type, execution } = await all.next();
      expect({ type, id: execution.id, taskId: execution.taskId }).toEqual({
        type: 'execution',
        id: body.id,
        taskId: task,
      });
      if (execution.status === 'completed') break;
    }
    const ended = [(await ends.next()).execution, (await ends.next()).execution];
    expect(ended.map(({ status }) => status)).toEqual(['completed', 'completed']);
    expect(new Set(ended.map(({ taskId }) => taskId))).toEqual(new Set([task, another]));
    all.end();
    ends.end();
  });

  it('jobs', async () => {
    const task = await newTask('worked');
    const changes = await watch(`/jobs/watch?taskId=${task}`);
    const { body } = await api('POST', '/jobs', { taskId: task, input: { n: 3 } });
    for (;;) {
      const { type, job } = await changes.next();
      expect({ type, id: job.id }).toEqual({ type: 'job', id: body.id });
      if (job.status === 'completed') break;
    }
    changes.end();
  });

  it('workers, all of them first', async () => {
    const ids = (await api('GET', '/workers')).body.items.map(({ id }: { id: string }) => id);
    expect(ids).toHaveLength(servers.length);
    const changes = await watch('/workers/watch');
    const seen = new Set<string>();
    while (seen.size < ids.length) seen.add((await changes.next()).worker.id);
    expect(seen).toEqual(new Set(ids));
    await api('POST', '/workers/scale', { workerId: ids[0], concurrency: 5 });
    for (;;) {
      const { worker } = await changes.next();
      if (worker.id === ids[0] && worker.concurrency === 5) break;
    }
    changes.end();
  });

  it('syncs of a repository', async () => {
    const [repository] = (await api('GET', '/repositories')).body.items;
    const changes = await watch(`/repositories/watch?repositoryId=${repository.id}`);
    await api('POST', `/repositories/${repository.id}/sync`, {});
    expect(await changes.next()).toMatchObject({ type: 'sync_started', repositoryId: repository.id });
    expect(await changes.next()).toMatchObject({ type: 'sync_completed', message: null });
    changes.end();
  });
});

describe('a stream', () => {
  it.each([
    ['/executions/watch?taskId=nowhere', 404],
    ['/executions/watch?status=finished', 400],
    [`/jobs/watch?jobId=${newId()}`, 404],
    [`/workers/watch?workerId=${newId()}`, 404],
    [`/repositories/watch?repositoryId=${newId()}`, 404],
  ])('of %s is an ordinary error', async (path, status) => {
    expect((await api('GET', path)).status).toBe(status);
  });
});

describe('an execution', () => {
  it('is noted and kept, under a precondition', async () => {
    const task = await newTask('kept');
    const { body } = await api('POST', `/tasks/${task}/run`, { input: { n: 1 }, wait: true });
    const at = `/executions/${body.id}`;
    const noted = await api('PATCH', at, {
      note: 'as it was before the move',
      keep: true,
      expectedRevision: body.revision,
    });
    expect(noted.body).toMatchObject({ note: 'as it was before the move', keep: true, revision: body.revision + 1 });
    expect((await api('PATCH', at, { note: null, expectedRevision: body.revision })).status).toBe(412);
    expect((await api('PATCH', at, { note: null })).body).toMatchObject({ note: null, keep: true });
    expect((await api('GET', at)).body.revision).toBe(body.revision + 2);
    expect((await api('PATCH', `/executions/${newId()}`, { keep: true })).status).toBe(404);
  });
});
