import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ZipFile } from 'yazl';
import { type Served, served } from './served.ts';

let server: Served;
let api: Served['api'];
beforeAll(async () => {
  server = await served();
  api = server.api;
});
afterAll(() => server.close());

const zip = (files: Readonly<Record<string, string>>): Promise<Buffer> => {
  const made = new ZipFile();
  for (const [path, content] of Object.entries(files)) made.addBuffer(Buffer.from(content), path);
  made.end();
  return buffer(made.outputStream);
};
const metadata = (name: string, more: object = {}) => JSON.stringify({ name, version: '1.0.0', ...more });
async function create(name: string, sourceCode: string, more: object = {}): Promise<string> {
  const { status, body } = await api('POST', '/tasks', { name, sourceCode, ...more });
  expect(status).toBe(201);
  return body.id;
}
async function folderRepository(name: string): Promise<string> {
  const uri = join(server.folder, name);
  mkdirSync(uri);
  const { body } = await api('POST', '/repositories', { name, repositoryType: 'filesystem', uri });
  return body.id;
}

describe('secrets over REST', () => {
  it('go in, are granted, changed at a revision and deleted, and never come out', async () => {
    const taskId = await create('secretive', '(i, c) => c.secrets.REST_KEY.length', {
      metadata: { secrets: ['REST_KEY'] },
    });
    const refused = await api('POST', `/tasks/${taskId}/run`, { wait: true });
    expect(refused.body).toMatchObject({ status: 'failed', error: { class: 'ConfigurationError' } });
    expect((await api('POST', `/tasks/${taskId}/validate`)).body.problems).toMatchObject([
      { path: 'metadata.json', code: 'secret_not_granted', severity: 'warning' },
      { code: 'no_input_schema' },
      { code: 'no_output_schema' },
      { path: 'main.js', code: 'secret_not_granted', line: 1 },
    ]);
    const made = await api('POST', '/secrets', { name: 'REST_KEY', value: 'rest-secret', taskIds: [taskId] });
    expect(made).toMatchObject({ status: 201, body: { taskIds: [taskId], revision: 1 } });
    const { id } = made.body;
    expect((await api('POST', `/tasks/${taskId}/run`, { wait: true })).body).toMatchObject({ output: 11 });
    const changed = await api('PATCH', `/secrets/${id}`, { value: 'longer-rest-secret' }, { 'if-match': '"1"' });
    expect(changed).toMatchObject({ status: 200, body: { revision: 2 } });
    expect((await api('PATCH', `/secrets/${id}`, { taskIds: [] }, { 'if-match': '"1"' })).status).toBe(412);
    for (const path of ['/secrets', `/secrets/${id}`])
      expect(JSON.stringify((await api('GET', path)).body)).not.toContain('rest-secret');
    expect((await api('POST', '/secrets', { name: 'REST_KEY', value: 'other' })).status).toBe(409);
    expect((await api('POST', '/secrets', { name: 'no-good', value: 'other' })).status).toBe(400);
    // A deleted task vanishes from the grants; one made anew in its place has none.
    await api('DELETE', `/tasks/${taskId}`);
    expect((await api('GET', `/secrets/${id}`)).body.taskIds).toEqual([]);
    const anew = await create('secretive', '(i, c) => typeof c.secrets.REST_KEY');
    expect((await api('POST', `/tasks/${anew}/run`, { wait: true })).body.output).toBe('undefined');
    expect((await api('DELETE', `/secrets/${id}`)).status).toBe(204);
  });

  it('stay with a task that is moved or rolled back', async () => {
    const taskId = await create('moving', '(i, c) => c.secrets.MOVED');
    await api('POST', '/secrets', { name: 'MOVED', value: 'moved-secret', taskIds: [taskId] });
    await api('PUT', `/tasks/${taskId}/source`, { sourceCode: '(i, c) => "changed"' });
    await api('POST', `/tasks/${taskId}/rollback`, { revision: 1 });
    await api('PUT', `/tasks/${taskId}/repository`, { repositoryId: await folderRepository('moved-to') });
    expect((await api('POST', `/tasks/${taskId}/run`, { wait: true })).body.output).toBe('moved-secret');
  });
});

describe('import and export over REST', () => {
  it('takes an archive as the body, and answers one to who accepts it', async () => {
    const repositoryId = await folderRepository('exchange');
    const archive = await zip({ 'one/metadata.json': metadata('one'), 'one/main.js': '() => 1', 'one/x.txt': 'kept' });
    const sent = await api('POST', `/tasks/import?repositoryId=${repositoryId}`, archive, {
      'content-type': 'application/zip',
    });
    expect(sent).toMatchObject({ status: 200, body: { imported: [{ name: 'one', repositoryPath: 'one' }] } });
    const again = await api('POST', `/tasks/import?repositoryId=${repositoryId}`, archive, {
      'content-type': 'application/octet-stream',
    });
    expect(again).toMatchObject({ status: 409, body: { code: 'ALREADY_EXISTS', details: [{ path: 'one' }] } });
    const url = `${server.address}/api/v1/tasks/export?repositoryId=${repositoryId}`;
    const raw = await fetch(url, { headers: { accept: 'application/zip' } });
    expect(raw.headers.get('content-type')).toBe('application/zip');
    expect(raw.headers.get('content-disposition')).toContain('filename="one-1.0.0.zip"');
    const bytes = Buffer.from(await raw.arrayBuffer());
    expect(bytes.subarray(0, 2).toString()).toBe('PK');
    const json = await api('GET', `/tasks/export?repositoryId=${repositoryId}`);
    expect(json.body).toMatchObject({ format: 'zip', count: 1, files: null, archive: bytes.toString('base64') });
    const listed = await api('POST', '/tasks/export', { ids: [sent.body.imported[0].taskId], format: 'json' });
    expect(listed.body.files.map(({ path }: { path: string }) => path)).toEqual([
      'one/main.js',
      'one/metadata.json',
      'one/x.txt',
    ]);
    // Synced out, the imported task is what the archive held.
    expect((await api('POST', `/repositories/${repositoryId}/push`)).status).toBe(200);
  });

  it('refuses hostile archives and paths, and loses nothing', async () => {
    const before = (await api('GET', '/tasks/stats')).body.total;
    const bomb = await zip({ 'a/metadata.json': metadata('a'), 'a/main.js': ' '.repeat(80 * 1024 * 1024) });
    const sent = await api('POST', '/tasks/import', bomb, { 'content-type': 'application/zip' });
    expect(sent.body.problems).toMatchObject([
      { path: 'a/main.js', message: expect.stringMatching(/unpacks to more/) },
    ]);
    const traversal = Buffer.from(
      (await zip({ 'aa/metadata.json': metadata('x') })).toString('latin1').replaceAll('aa/', '../'),
      'latin1',
    );
    expect((await api('POST', '/tasks/import', traversal, { 'content-type': 'application/zip' })).status).toBe(400);
    for (const body of [Buffer.alloc(0), Buffer.from('PK'), bomb.subarray(0, bomb.length - 10)])
      expect((await api('POST', '/tasks/import', body, { 'content-type': 'application/zip' })).status).toBe(400);
    const data = join(server.folder, 'data');
    for (const path of [data, 'relative', `${data}/../data`, '/nowhere/at/all']) {
      expect((await api('POST', '/tasks/import', { format: 'folder', path })).body.code).toMatch(
        /VALIDATION|NOT_FOUND/,
      );
      expect((await api('POST', '/tasks/discover', { path })).body.code).toMatch(/VALIDATION|NOT_FOUND/);
    }
    const files = [{ path: '../../x/metadata.json', content: '{}' }];
    expect((await api('POST', '/tasks/import', { format: 'json', files })).status).toBe(400);
    expect((await api('GET', '/tasks/stats')).body.total).toBe(before);
  });

  it('discovers what lies under a path', async () => {
    const place = join(server.folder, 'lying');
    mkdirSync(join(place, 'deep'), { recursive: true });
    writeFileSync(join(place, 'deep', 'add.js'), '/** @version 1.0.0 */\n(i) => i.a');
    expect((await api('POST', '/tasks/discover', { path: place })).body).toMatchObject({
      items: [{ path: 'deep/add.js', form: 'script', known: null }],
      truncated: false,
    });
  });
});

describe('bulk', () => {
  it('answers for each, whatever became of the others', async () => {
    const ids = [await create('bulk 1', '() => 1'), await create('bulk 2', '() => 2')];
    const gone = crypto.randomUUID();
    const bulk = (action: string, more: object = {}) =>
      api('POST', '/tasks/bulk', { action, ids: [...ids, gone], ...more });
    for (const action of ['disable', 'enable', 'tag', 'untag', 'validate', 'test', 'delete', 'restore']) {
      const { status, body } = await bulk(action, { tags: ['nightly'] });
      expect(status).toBe(200);
      expect(body, action).toMatchObject({
        succeeded: 2,
        failed: 1,
        results: [{ success: true }, { success: true }, { id: gone, success: false, error: { code: 'NOT_FOUND' } }],
      });
      if (action === 'tag') expect(body.results[0].task.tags).toEqual(['nightly']);
      if (action === 'untag') expect(body.results[0].task.tags).toEqual([]);
    }
    expect((await bulk('tag', { tags: [] })).status).toBe(400);
    expect((await bulk('explode')).status).toBe(400);
  });

  it('pushes by repository, and one that fails harms no other', async () => {
    const [good, bad] = [await folderRepository('push-good'), await folderRepository('push-bad')];
    const ids = [
      await create('push 1', '() => 1', { repositoryId: good }),
      await create('push 2', '() => 2', { repositoryId: good }),
      await create('push 3', '() => 3', { repositoryId: bad }),
      await create('push 4', '() => 4', { repositoryId: bad }),
    ];
    await api('PATCH', `/repositories/${bad}`, { isWritable: false });
    const loose = await create('push 5', '() => 5');
    await api('PUT', `/tasks/${loose}/repository`, { repositoryId: null });
    const { body } = await api('POST', '/tasks/bulk', { action: 'push', ids: [...ids, loose, ids[0]] });
    expect(body).toMatchObject({
      succeeded: 2,
      failed: 3,
      results: [
        { success: true, error: null },
        { success: true },
        { success: false, error: { code: 'REPOSITORY_READ_ONLY' } },
        { success: false },
        { success: false, error: { code: 'STATE_CONFLICT' } },
      ],
    });
    const runs = (await api('GET', `/repositories/${good}/runs`)).body.items;
    expect(runs.filter(({ direction }: { direction: string }) => direction === 'push')).toHaveLength(1);
  });
});

describe('templates over REST', () => {
  it('lists them, and makes a task that is stored, tested and run', async () => {
    const { body: all } = await api('GET', '/templates');
    expect(all.items).toHaveLength(7);
    const files = await api('POST', '/templates/data_transform/generate', { taskName: 'Tidy "up"' });
    expect(files).toMatchObject({ status: 200, body: { task: null, parameters: { key: 'id' } } });
    const made = await api('POST', '/templates/data_transform/generate', {
      taskName: 'Tidy "up"',
      sourceType: 'typescript',
      parameters: { fields: ['n'], key: 'n', descending: true },
      create: true,
    });
    expect(made.body.task).toMatchObject({ name: 'Tidy "up"', sourceType: 'typescript', problems: [] });
    const { id } = made.body.task;
    expect((await api('POST', `/tasks/${id}/test`)).body).toMatchObject({ passed: 3, failed: 0 });
    expect((await api('POST', `/tasks/${id}/validate`)).body).toEqual({ valid: true, problems: [] });
    const ran = await api('POST', `/tasks/${id}/run`, {
      input: { records: [{ n: 1 }, { n: 2 }, { n: 1 }] },
      wait: true,
    });
    expect(ran.body.output).toMatchObject({ records: [{ n: 2 }, { n: 1 }], count: 2 });
    const twice = { taskName: 'Tidy "up"', create: true };
    expect((await api('POST', '/templates/data_transform/generate', twice)).status).toBe(409);
    expect((await api('POST', '/templates/nothing/generate', { taskName: 'x' })).status).toBe(404);
    const wrong = { taskName: 'x', parameters: { key: 1 } };
    expect((await api('POST', '/templates/data_transform/generate', wrong)).body.message).toContain('parameters.key');
  });
});

describe('results over REST', () => {
  it('keeps the output of an execution, or any JSON', async () => {
    const taskId = await create('resulting', '(i) => { if (i.fail) throw new Error("no"); return { n: i.n } }');
    const ran = (await api('POST', `/tasks/${taskId}/run`, { input: { n: 7 }, wait: true })).body;
    const kept = await api('POST', '/results', { name: 'seven', executionId: ran.id, tags: ['a', 'a', 'b'] });
    expect(kept).toMatchObject({
      status: 201,
      body: { content: { n: 7 }, taskId, executionId: ran.id, tags: ['a', 'b'] },
    });
    await api('DELETE', `/executions/${ran.id}`);
    expect((await api('GET', `/results/${kept.body.id}`)).body.content).toEqual({ n: 7 });
    for (const content of [null, false, 0, '', [1, { a: '\u0000' }], { b: 1, a: 2 }]) {
      const { body } = await api('POST', '/results', { name: 'any', content });
      expect(JSON.stringify((await api('GET', `/results/${body.id}`)).body.content)).toBe(JSON.stringify(content));
    }
    expect((await api('GET', `/results?tag=b&taskId=${taskId}`)).body.items).toHaveLength(1);
    const failed = (await api('POST', `/tasks/${taskId}/run`, { input: { fail: true }, wait: true })).body;
    expect((await api('POST', '/results', { name: 'x', executionId: failed.id })).status).toBe(409);
    expect((await api('POST', '/results', { name: 'x' })).status).toBe(400);
    expect((await api('POST', '/results', { name: 'x', content: 1, executionId: ran.id })).status).toBe(400);
    expect((await api('POST', '/results', { name: 'x', executionId: crypto.randomUUID() })).status).toBe(404);
    expect((await api('POST', '/results', { name: 'x', content: 1, taskId: crypto.randomUUID() })).status).toBe(404);
    expect((await api('DELETE', `/results/${kept.body.id}`)).status).toBe(204);
    expect((await api('GET', `/results/${kept.body.id}`)).status).toBe(404);
  });
});

describe('tests over REST', () => {
  it('run side by side, stop where it is asked, and show what happened', async () => {
    const taskId = await create(
      'tested',
      'async (i) => { console.log("n", i.n); return (await fetch("https://a.test/" + i.n)).status }',
    );
    const test = (n: number, expected: number) => ({
      input: { n },
      expected,
      mock: { http: { url: 'https://a.test/*', response: { status: 200, body: 'x'.repeat(3000), delay_ms: 5 } } },
    });
    const content = JSON.stringify([test(1, 200), test(2, 500), test(3, 200)]);
    await api('PUT', `/tasks/${taskId}/files/tests/all.json`, { content });
    const { body } = await api('POST', `/tasks/${taskId}/test`, { trace: true });
    expect(body).toMatchObject({ passed: 2, failed: 1, skipped: 0 });
    expect(body.results[1]).toMatchObject({ status: 'failed', expected: 500, actual: 200 });
    expect(body.results[0].logs).toMatchObject([{ level: 'info', message: 'n 1' }]);
    expect(body.results[0].http).toMatchObject([{ method: 'GET', url: 'https://a.test/1', status: 200, error: null }]);
    expect(body.results[0].http[0].responseBody).toHaveLength(2001);
    const stopped = await api('POST', `/tasks/${taskId}/test`, { parallel: 1, stopOnFailure: true });
    expect(stopped.body).toMatchObject({ passed: 1, failed: 1, skipped: 1, results: [{}, {}, { status: 'skipped' }] });
    expect(stopped.body.results[0].logs).toBeUndefined();
  });
});
