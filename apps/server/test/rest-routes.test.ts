import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Served, served } from './served.ts';

/** The routes that the interface promises, as its table has them; rows of logs and specs come with those. */
const promised = `
tasks: GET, POST /tasks; GET /tasks/stats /tasks/modified; GET, PATCH, PUT, DELETE /tasks/{id}; GET, PUT /tasks/{id}/source
tasks: GET /tasks/{id}/versions /tasks/{id}/versions/1 /tasks/{id}/diff; POST /tasks/{id}/rollback
tasks: GET, PUT, DELETE /tasks/{id}/files/a/b.txt; PUT /tasks/{id}/repository
tasks: POST /tasks/{id}/push /tasks/{id}/push-back /tasks/{id}/enable /tasks/{id}/disable /tasks/{id}/validate
tasks: POST /tasks/{id}/test /tasks/{id}/run /tasks/{id}/debug /tasks/{id}/restore /tasks/import /tasks/bulk; GET /tasks/export
repositories: GET, POST /repositories; GET, PUT, PATCH, DELETE /repositories/{id}
repositories: POST /repositories/{id}/sync /repositories/{id}/plan /repositories/{id}/push /repositories/{id}/test
repositories: POST /repositories/{id}/pause /repositories/{id}/resume /repositories/sync; PUT /repositories/{id}/default
repositories: GET /repositories/{id}/health /repositories/{id}/runs /repositories/{id}/analytics; POST /webhooks/{id}
conflicts: GET /conflicts /conflicts/{id}; POST /conflicts/{id}/resolve
pushes: POST /repositories/{id}/pushes/{id}/approve /repositories/{id}/pushes/{id}/reject /repositories/{id}/runs/{id}/undo
pushes: GET /pull-requests
secrets: GET, POST /secrets; GET, PATCH, DELETE /secrets/{id}
registry: POST /registry/push-all-pending; GET /registry/push-status /registry/index.json
executions: GET, POST /executions; GET /executions/stats; GET, PATCH, DELETE /executions/{id}
executions: POST /executions/{id}/cancel /executions/{id}/retry /executions/{id}/replay
executions: GET /executions/{id}/logs /executions/{id}/trace /executions/{id}/analysis /executions/{id}/events /executions/{id}/recording.har
jobs: GET, POST /jobs; GET /jobs/stats; GET, PATCH, PUT, DELETE /jobs/{id}; POST /jobs/{id}/cancel /jobs/{id}/retry
jobs: POST /jobs/bulk /jobs/pause /jobs/resume /jobs/clear /batches; GET /batches/{id}
schedules: GET, POST /schedules; GET /schedules/stats; GET, PATCH, PUT, DELETE /schedules/{id}
schedules: POST /schedules/{id}/enable /schedules/{id}/disable /schedules/{id}/trigger; GET /schedules/{id}/preview
outputs: GET, POST /output-destinations; GET, PATCH, DELETE /output-destinations/{id}; POST /output-destinations/{id}/test
outputs: GET /deliveries; POST /deliveries/{id}/retry
workers: GET /workers /workers/stats /workers/{id}; POST /workers/scale /workers/{id}/drain
results: GET, POST /results; GET /templates; POST /templates/none/generate
auth: POST /auth/login /auth/logout /auth/register /auth/change-password /auth/refresh; GET /auth/me
auth: GET, POST /api-keys /users /grants /credentials; GET, DELETE /api-keys/{id} /users/{id} /grants/{id} /credentials/{id}
auth: PATCH /users/{id} /grants/{id}; POST /credentials/{id}/rotate
operations: GET /audit /audit/export /config; GET, POST /alerts; GET, PATCH, DELETE /alerts/{id}; PUT /config
backups: GET, POST /backups; GET, DELETE /backups/{id}; GET /backups/{id}/file
`;

const rows: [method: string, path: string][] = promised
  .trim()
  .split('\n')
  .flatMap((line) =>
    line
      .replace(/^\w+: /, '')
      .split('; ')
      .flatMap((part) => {
        const methods = part.match(/\b[A-Z]+\b/g) ?? [];
        const paths = part.match(/\/\S+/g) ?? [];
        return methods.flatMap((method) => paths.map((path): [string, string] => [method, path]));
      }),
  );

let server: Served;
beforeAll(async () => {
  server = await served({ FILE_WATCHER_ENABLED: 'false' });
});
afterAll(() => server.close());

const nobody = '01912d68-783e-7a03-8467-5661c1243ad4';
it.each(rows)('%s %s answers', async (method, path) => {
  const body = method === 'GET' || method === 'DELETE' ? undefined : {};
  const answer = await server.api(method, path.replaceAll('{id}', nobody), body);
  const said = `${answer.status} ${JSON.stringify(answer.body).slice(0, 300)}`;
  expect(answer.status, said).not.toBe(405);
  expect(said).not.toContain('There is nothing at this address');
  expect(answer.status, said).toBeLessThan(500);
  expect(answer.headers.get('x-request-id')).toBeTruthy();
  if (answer.status >= 400)
    expect(answer.body).toMatchObject({
      code: expect.any(String),
      message: expect.any(String),
      details: expect.toSatisfy((d) => d !== undefined),
      requestId: answer.headers.get('x-request-id'),
    });
});

it.each(['/health', '/health/detailed', '/live', '/ready', '/metrics', '/docs/', '/api-docs/openapi.json'])(
  'GET %s answers',
  async (path) => {
    expect((await server.call('GET', path)).status).toBe(200);
  },
);

describe('HTTP', () => {
  const task = async () =>
    (await server.api('POST', '/tasks', { name: `of http ${crypto.randomUUID()}`, sourceCode: '() => 1' })).body;
  it('HEAD tells what GET would, without its body', async () => {
    const { id } = await task();
    const [get, head] = [await server.api('GET', `/tasks/${id}`), await server.api('HEAD', `/tasks/${id}`)];
    expect([head.status, head.body, head.headers.get('etag')]).toEqual([200, '', get.headers.get('etag')]);
    expect(head.headers.get('content-length')).toBe(get.headers.get('content-length'));
    expect((await server.api('HEAD', `/executions/${nobody}/events`)).status).toBe(405);
  });
  it.each([
    ['/api/v1/tasks', ['GET', 'HEAD', 'OPTIONS', 'POST']],
    ['/api/v1/tasks/x', ['DELETE', 'GET', 'HEAD', 'OPTIONS', 'PATCH', 'PUT']],
    ['/api/v1/tasks/x/files/a/b', ['DELETE', 'GET', 'HEAD', 'OPTIONS', 'PUT']],
    ['/metrics', ['GET', 'HEAD', 'OPTIONS']],
    ['/trpc/tasks.list', ['GET', 'OPTIONS', 'POST']],
  ])('OPTIONS and a method that is not there name those of %s', async (path, methods) => {
    const listed = (headers: Headers) => headers.get('allow')?.split(', ').sort();
    const options = await server.call('OPTIONS', path);
    expect([options.status, listed(options.headers)]).toEqual([204, methods]);
    const refused = await server.call('PROPFIND', path);
    expect([refused.status, refused.body.code, listed(refused.headers)]).toEqual([405, 'METHOD_NOT_ALLOWED', methods]);
  });
  it('nothing is at an address that nobody knows, whatever the method', async () => {
    for (const method of ['GET', 'OPTIONS', 'PURGE'])
      expect((await server.call(method, '/api/v1/nothing')).status).toBe(404);
  });
  it.each<[string, Record<string, string>, number]>([
    ['anything', { accept: '*/*' }, 200],
    ['JSON of some kind', { accept: 'application/*;q=0.5' }, 200],
    ['JSON not, nothing else', { accept: 'application/json;q=0, text/html' }, 406],
    ['XML', { accept: 'application/xml' }, 406],
  ])('a client that takes %s', async (_, headers, status) => {
    const answer = await server.api('GET', '/tasks', undefined, headers);
    expect([answer.status, answer.body.code]).toEqual([status, status === 406 ? 'UNSUPPORTED_MEDIA_TYPE' : undefined]);
  });
  it.each<[string, Record<string, string>, string | Uint8Array, number]>([
    [
      'UTF-8 by name',
      { 'content-type': 'application/json; charset=UTF-8' },
      '{"name":"é1","sourceCode":"() => 1"}',
      201,
    ],
    ['with a mark at its start', {}, '\ufeff{"name":"é2","sourceCode":"() => 1"}', 201],
    ['Latin-1', { 'content-type': 'application/json; charset=iso-8859-1' }, '{}', 415],
    ['packed', { 'content-encoding': 'gzip' }, '{}', 415],
    ['that is no UTF-8', {}, new Uint8Array([0x7b, 0x22, 0xff, 0x22, 0x7d]), 400],
    ['as a form', { 'content-type': 'application/x-www-form-urlencoded' }, 'name=x', 415],
    ['as raw bytes where none are taken', { 'content-type': 'application/octet-stream' }, 'x', 415],
  ])('a body %s', async (_, headers, body, status) => {
    const answer = await server.api('POST', '/tasks', body, headers);
    expect(answer.status, JSON.stringify(answer.body)).toBe(status);
  });
  it('If-Match is honoured where the operation takes no revision, too', async () => {
    const { id } = await task();
    const stale = await server.api('POST', `/tasks/${id}/disable`, undefined, { 'if-match': '"9"' });
    expect([stale.status, stale.body.code]).toEqual([412, 'REVISION_MISMATCH']);
    expect((await server.api('POST', `/tasks/${id}/disable`, undefined, { 'if-match': '"1"' })).status).toBe(200);
    expect((await server.api('POST', '/jobs/clear', {}, { 'if-match': '"1"' })).status).toBe(400);
  });
  it('If-None-Match compares weakly', async () => {
    const { id } = await task();
    for (const tag of ['"1"', 'W/"1"', '"7", "1"', '*'])
      expect((await server.api('GET', `/tasks/${id}`, undefined, { 'if-none-match': tag })).status).toBe(304);
    expect((await server.api('GET', `/tasks/${id}`, undefined, { 'if-none-match': '"2"' })).status).toBe(200);
  });
  it('unknown parameters of a query are refused, with the one that was meant', async () => {
    const { id } = await task();
    const answer = await server.api('GET', `/tasks/${id}?versoin=1`);
    expect([answer.status, answer.body.details[0]]).toEqual([
      400,
      { path: 'versoin', message: expect.stringContaining('version'), suggestion: 'version' },
    ]);
    expect((await server.api('GET', '/tasks/stats?a=1')).status).toBe(400);
    expect(
      (await server.api('PATCH', `/tasks/${id}`, { metadata: { any: 1 }, labl: 'x' })).body.details[0].suggestion,
    ).toBe('label');
  });
  it('a program may send back what it read, and nothing else', async () => {
    const { id } = await task();
    const read = (await server.api('GET', `/tasks/${id}`)).body;
    expect((await server.api('PUT', `/tasks/${id}`, { ...read, description: 'new' })).body.description).toBe('new');
    expect((await server.api('PUT', `/tasks/${id}`, { ...read, descripton: 'x' })).status).toBe(400);
  });
});
