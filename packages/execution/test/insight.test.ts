import { createHash } from 'node:crypto';
import { createSchemaValidator } from '@ratchet/sandbox/json-schema';
import { putBlobs } from '@ratchet/store/queries/blobs';
import { addTask } from '@ratchet/testing/add-task';
import { answeringServer } from '@ratchet/testing/answering-server';
import { openTestDatabase, type TestDatabase } from '@ratchet/testing/database';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { RecordedHar } from '../src/har.ts';
import { harSchema } from './har-schema.ts';
import { type Station, station } from './workshop.ts';

let database: TestDatabase;
let at: Station;
let web: Awaited<ReturnType<typeof answeringServer>>;
beforeAll(async () => {
  web = await answeringServer();
  database = await openTestDatabase();
  at = await station(database, { allowPrivate: ['127.0.0.0/8'] });
});
afterAll(async () => {
  await at.close();
  await database.close();
  await web.close();
});
beforeEach(() => {
  web.asked.length = 0;
});

type Wishes = Omit<Parameters<Station['executor']['submit']>[0], 'taskId' | 'input' | 'triggeredBy'> & {
  input?: unknown;
};
const run = async (taskId: string, { input = {}, ...more }: Wishes = {}) =>
  at.executor.waitFor((await at.executor.submit({ taskId, input, triggeredBy: 'Una', ...more })).id);
const replay = async (id: string, current = false) =>
  at.executor.waitFor((await at.executor.replay(id, current, 'Una')).id);
const task = (source: string, more = {}) =>
  addTask(
    database,
    source.replaceAll('BASE', JSON.stringify(web.base)).replaceAll('CLOSED', JSON.stringify(`http://${web.closed}/`)),
    more,
  );
const harOf = async (id: string) => (await at.executor.recording(id)) as unknown as RecordedHar;

/** Gives a task other code, as an edit does. */
async function edit(id: string, source: string): Promise<void> {
  const text = source
    .replaceAll('BASE', JSON.stringify(web.base))
    .replaceAll('CLOSED', JSON.stringify(`http://${web.closed}/`));
  const bytes = Buffer.from(text);
  const digest = createHash('sha256').update(bytes).digest('hex');
  const tree = JSON.stringify({ 'main.js': [digest, '100644'] });
  await database.transaction(async (tx) => {
    await putBlobs(tx, [{ digest, bytes }]);
    await tx.execute(sql`
      insert into ratchet.task_versions (task_id, revision, version, entry, tree, checksum, changed_by, change_source)
      select id, revision, version, entry, tree, checksum, 'Una', 'api' from ratchet.tasks where id = ${id}
      on conflict do nothing`);
    await tx.execute(sql`
      update ratchet.tasks set tree = ${tree}::jsonb, checksum = ${digest}, revision = revision + 1, source_code = ${text} where id = ${id}`);
  });
}

describe('a trace', () => {
  it('of a trivial execution is told from its row alone', async () => {
    const id = await task('() => 1');
    await run(id);
    const ended = await run(id);
    const trace = await at.executor.trace(ended.id);
    expect(trace.spans.map((span) => span.kind).slice(0, 3)).toEqual(['execution', 'queue', 'run']);
    const kept = await database.pool.query('select 1 from ratchet.execution_traces where execution_id = $1', [
      ended.id,
    ]);
    expect(kept.rows).toEqual([]);
    const [root, ...others] = trace.spans;
    expect(root).toMatchObject({ parentId: null, startMs: 0, error: null });
    expect(trace.durationMs).toBe(root?.durationMs);
    for (const span of others) expect(span.parentId).toBe(root?.id);
  });

  it('has the steps, and each request without its credentials', async () => {
    const id = await task(
      `export default async () => {
        await fetch(BASE + '/count?page=1&api_key=hush', { method: 'POST', headers: { authorization: 'Bearer hush' }, body: 'abc' });
        await fetch(BASE + '/moved');
        await fetch(CLOSED).catch(() => {});
        throw new Error('at the end');
      }`,
    );
    const ended = await run(id);
    const { spans } = await at.executor.trace(ended.id);
    expect(spans.map((span) => span.kind)).toEqual(expect.arrayContaining(['queue', 'compile', 'run', 'http']));
    const runSpan = spans.find((span) => span.kind === 'run');
    expect(runSpan).toMatchObject({ error: 'Error: at the end', attributes: { status: 'failed' } });
    const http = spans.filter((span) => span.kind === 'http');
    expect(http).toMatchObject([
      {
        name: `POST ${web.host}`,
        attributes: { url: `${web.base}/count?page=1&api_key=[redacted]`, status: 200, requestBytes: 3 },
        error: null,
      },
      { attributes: { status: 200, redirects: 1, finalUrl: `${web.base}/count` } },
      { attributes: { status: null }, error: `The request to ${web.closed} failed: ECONNREFUSED.` },
    ]);
    for (const span of http) {
      expect(span.parentId).toBe(runSpan?.id);
      expect(span.startMs).toBeGreaterThanOrEqual(runSpan?.startMs ?? 0);
    }
    expect(JSON.stringify(spans)).not.toContain('hush');
    expect(spans.find((span) => span.kind === 'compile')?.attributes).toEqual({ cached: false });
  });

  it('has the flame graph of a profiled execution', async () => {
    const id = await task(
      'function work() { let s = 0; for (let i = 0; i < 5e7; i++) s += i % 3; return s; }\nfunction main() { return work(); }',
    );
    const ended = await run(id, { profile: true });
    expect(ended).toMatchObject({ status: 'completed', profile: true });
    const { flame } = await at.executor.trace(ended.id);
    const names = JSON.stringify(flame);
    expect(names).toContain('"name":"work","file":"main.js","line":1');
  });

  it('says what did not fit the schema when it ran', async () => {
    const schema = { type: 'object', properties: { n: { type: 'number' } }, required: ['n'] };
    const id = await task('() => ({ n: "seven" })', { outputSchema: schema });
    const ended = await run(id);
    expect(ended.error).toMatchObject({
      class: 'ValidationError',
      details: [{ path: 'n', given: 'a text of 5 characters' }],
    });
    const { spans } = await at.executor.trace(ended.id);
    expect(spans.filter((span) => span.kind === 'validate')).toMatchObject([
      { name: 'validate output', error: ended.error?.message },
    ]);
  });

  it('of an unknown execution is not found', async () => {
    await expect(at.executor.trace('01930f3e-0000-7000-8000-000000000000')).rejects.toMatchObject({
      code: 'NOT_FOUND',
    });
  });
});

const everything = `export default async (input, context) => {
  const json = (path, init) => fetch(BASE + path, init).then((r) => r.json());
  const post = { method: 'POST', body: JSON.stringify(input), headers: { authorization: 'Basic aHVzaDpodXNo' } };
  const first = await json('/count', post);
  const second = await json('/count', post);
  const moved = await fetch(BASE + '/moved');
  const bytes = [...new Uint8Array(await (await fetch(BASE + '/bytes')).arrayBuffer())];
  const error = await fetch(BASE + '/cut').then((r) => r.text()).catch((e) => e.name + ': ' + e.message);
  const refused = await fetch(CLOSED).catch((e) => e.message);
  const late = await fetch(BASE + '/slow?ms=3000', { signal: AbortSignal.timeout(50) }).catch((e) => e.name);
  const race = await Promise.race([json('/slow?ms=150').then(() => 'slow'), json('/slow?ms=20&n=2').then(() => 'quick')]);
  return { input, first, second, moved: [moved.url, moved.redirected, await moved.json()], bytes, error, refused, late, race,
    now: Date.now(), iso: new Date().toISOString(), took: performance.now(), random: Math.random(), uuid: crypto.randomUUID(),
    bits: [...crypto.getRandomValues(new Uint8Array(4))], me: [context.executionId, context.attempt, context.deadline] };
}`;

describe('a recording', () => {
  it('is a valid HTTP Archive 1.2, with redirects, errors and bytes, and without credentials', async () => {
    const ended = await run(await task(everything), { record: true, input: { n: 'ü' } });
    expect(ended).toMatchObject({ status: 'completed', record: true });
    const har = await harOf(ended.id);
    expect(createSchemaValidator().validate(harSchema, har)).toEqual([]);
    const { entries } = har.log;
    expect(
      entries.map(({ request, response }) => [request.method, URL.parse(request.url)?.pathname, response.status]),
    ).toEqual([
      ['POST', '/count', 200],
      ['POST', '/count', 200],
      ['GET', '/moved', 302],
      ['GET', '/count', 200],
      ['GET', '/bytes', 200],
      ['GET', '/cut', 0],
      ['GET', '/', 0],
      ['GET', '/slow', 0],
      ['GET', '/slow', 200],
      ['GET', '/slow', 0],
    ]);
    expect(entries[0]?.request.postData).toEqual({ mimeType: 'text/plain;charset=UTF-8', text: '{"n":"ü"}' });
    expect(entries[0]?.request.headers).toContainEqual({ name: 'authorization', value: '[redacted]' });
    expect(entries[2]?.response.redirectURL).toBe(`${web.base}/count`);
    expect(entries[4]?.response.content).toMatchObject({ encoding: 'base64', size: 3 });
    expect(entries[6]).toMatchObject({ _error: `The request to ${web.closed} failed: ECONNREFUSED.` });
    expect(JSON.stringify(har)).not.toContain('aHVzaDpodXNo');
  });

  it('is kept of jobs, too, and of executions that fail', async () => {
    const id = await task(`export default async () => { await fetch(BASE + '/count'); throw new RangeError('no'); }`);
    const job = await at.executor.jobs.create(
      { taskId: id, input: {}, priority: 'normal', maxRetries: 0, retryBackoffMs: 10, record: true },
      'Una',
    );
    await expect.poll(async () => (await at.executor.jobs.get(job.id)).status, { timeout: 30_000 }).toBe('failed');
    const { lastExecutionId } = await at.executor.jobs.get(job.id);
    expect((await harOf(lastExecutionId ?? '')).log.entries).toHaveLength(1);
    const replayed = await replay(lastExecutionId ?? '');
    expect(replayed).toMatchObject({ status: 'failed', error: { class: 'RangeError', message: 'no' } });
  });

  it('is not found where none was made, and says so', async () => {
    const ended = await run(await task('() => 1'));
    await expect(at.executor.recording(ended.id)).rejects.toMatchObject({
      code: 'NOT_FOUND',
      message: expect.stringContaining('run the task with record'),
    });
    await expect(at.executor.replay(ended.id, false, 'Una')).rejects.toMatchObject({ code: 'STATE_CONFLICT' });
  });
});

describe('a replay', () => {
  it('gives the same output without the network, however often', async () => {
    const recorded = await run(await task(everything), { record: true, input: { n: 1 } });
    const asked = web.asked.length;
    for (let n = 0; n < 3; n += 1) {
      const played = await replay(recorded.id);
      expect(played).toMatchObject({ status: 'completed', replayOf: recorded.id, record: false });
      expect(played.output).toEqual(recorded.output);
    }
    expect(web.asked).toHaveLength(asked);
    const again = await run(recorded.taskId ?? '', { input: { n: 1 } });
    expect(again.output).not.toEqual(recorded.output);
  });

  it('runs the code that was recorded, or, when asked, the code as it is now', async () => {
    const id = await task(`function main() { return ['old', fetch(BASE + '/count').body.count]; }`);
    const recorded = await run(id, { record: true });
    await edit(id, `function main() { return ['new', fetch(BASE + '/count').body.count]; }`);
    expect((await replay(recorded.id)).output).toEqual(recorded.output);
    expect((await replay(recorded.id, true)).output).toEqual(['new', (recorded.output as unknown[])[1]]);
    await database.pool.query('update ratchet.tasks set enabled = false, deleted_at = now() where id = $1', [id]);
    expect((await replay(recorded.id)).output).toEqual(recorded.output);
    await expect(at.executor.replay(recorded.id, true, 'Una')).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it('tells of a request that the recording does not have', async () => {
    const id = await task(`function main() { return fetch(BASE + '/count').body.count; }`);
    const recorded = await run(id, { record: true });
    await edit(id, `function main() { fetch(BASE + '/count'); return fetch(BASE + '/count?page=2').body; }`);
    const played = await replay(recorded.id, true);
    expect(played).toMatchObject({ status: 'failed', error: { class: 'NetworkError' } });
    expect(played.error?.message).toContain(`GET ${web.base}/count?page=2`);
    await edit(id, `function main() { fetch(BASE + '/count'); return fetch(BASE + '/count').body; }`);
    expect((await replay(recorded.id, true)).error?.message).toContain('less often');
    const refused = await run(await task(`function main() { fetch(CLOSED); }`), { record: true });
    expect((await replay(refused.id)).error).toMatchObject({ class: 'NetworkError', message: refused.error?.message });
  });

  it('matches requests whose credentials were taken out of the recording', async () => {
    const id = await task(`function main() { return fetch(BASE + '/count?token=hush&n=1').body.count; }`);
    const recorded = await run(id, { record: true });
    expect(JSON.stringify(await harOf(recorded.id))).not.toContain('hush');
    expect((await replay(recorded.id)).output).toEqual(recorded.output);
  });

  it('ends as the recorded run did where that was stopped in the middle of a request', async () => {
    const recorded = await run(await task(`export default async () => { await fetch(BASE + '/hang'); }`), {
      record: true,
      timeoutMs: 300,
    });
    expect(recorded.status).toBe('timed_out');
    expect(await replay(recorded.id)).toMatchObject({ status: 'timed_out', error: { class: 'TimeoutError' } });
  });

  it('of one that was cancelled in the middle of a request is cancelled there, too', async () => {
    const id = await task(`export default async () => { await fetch(BASE + '/hang'); return 1; }`);
    const { id: running } = await at.executor.submit({ taskId: id, input: {}, triggeredBy: 'Una', record: true });
    await expect.poll(() => web.asked, { timeout: 30_000 }).toEqual(['GET /hang']);
    await expect(at.executor.replay(running, false, 'Una')).rejects.toMatchObject({ code: 'STATE_CONFLICT' });
    await at.executor.cancel(running);
    expect(await at.executor.waitFor(running)).toMatchObject({ status: 'cancelled' });
    expect(await replay(running)).toMatchObject({ status: 'cancelled', error: { class: 'CancelledError' } });
  });

  it('of changed code that waits for what was left unanswered fails, and says why', async () => {
    const source = (awaits: string) =>
      `export default async () => { const left = fetch(BASE + '/hang'); await fetch(BASE + '/count'); ${awaits} return 1; }`;
    const id = await task(source(''));
    const recorded = await run(id, { record: true });
    expect(await replay(recorded.id)).toMatchObject({ status: 'completed', output: 1 });
    await edit(id, source('await left;'));
    expect(await replay(recorded.id, true)).toMatchObject({
      status: 'failed',
      error: { class: 'NetworkError', message: expect.stringContaining('The recorded run ended') },
    });
  });

  it('can be replayed itself: it is the same recording', async () => {
    const recorded = await run(await task('() => Math.random()'), { record: true });
    const second = await replay((await replay(recorded.id)).id);
    expect(second).toMatchObject({ replayOf: recorded.id, output: recorded.output });
  });
});
