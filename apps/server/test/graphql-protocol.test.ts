import { serverAudits } from 'graphql-http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Served, served } from './served.ts';

let server: Served;
beforeAll(async () => {
  server = await served();
});
afterAll(() => server.close());

const post = (body: unknown, headers: Record<string, string> = {}) => server.call('POST', '/graphql', body, headers);
const health = { query: '{ health { status } }' };

describe('GraphQL over HTTP', () => {
  const audits = serverAudits({ url: () => `${server.address}/graphql`, fetchFn: fetch });
  it('is audited by graphql-http, whole', async () => {
    const wrong: string[] = [];
    for (const audit of audits) {
      const result = await audit.fn();
      if (result.status !== 'ok') wrong.push(`${audit.id} ${audit.name}: ${result.reason}`);
    }
    console.log(`graphql-http audits: ${audits.length - wrong.length} of ${audits.length}`);
    expect(audits).toHaveLength(61);
    expect(wrong).toEqual([]);
  });

  it('answers every error with its code, details and the request’s id', async () => {
    const answer = await post({ query: '{ task(id: "nope") { id } }' }, { 'x-request-id': 'request-7' });
    expect(answer.status).toBe(200);
    expect(answer.headers.get('x-request-id')).toBe('request-7');
    expect(answer.body).toEqual({
      data: { task: null },
      errors: [
        {
          message: 'There is no task "nope".',
          path: ['task'],
          locations: [{ line: 1, column: 3 }],
          extensions: { code: 'NOT_FOUND', details: { id: 'nope' }, requestId: 'request-7' },
        },
      ],
    });
  });

  const requests: readonly [
    what: string,
    body: unknown,
    headers: Record<string, string>,
    status: number,
    code: string,
  ][] = [
    ['JSON that breaks off', '{"query":', {}, 400, 'VALIDATION_FAILED'],
    ['nothing', '', {}, 400, 'VALIDATION_FAILED'],
    ['an empty object', '{}', {}, 400, 'VALIDATION_FAILED'],
    ['a number', '7', {}, 400, 'VALIDATION_FAILED'],
    ['a text', '"query"', {}, 400, 'VALIDATION_FAILED'],
    ['an empty batch', '[]', {}, 400, 'VALIDATION_FAILED'],
    ['a member that is not known', { ...health, extra: 1 }, {}, 400, 'VALIDATION_FAILED'],
    [
      '__proto__',
      `{"query":"mutation($m: JsonObject) { createTask(name: \\"x\\", sourceCode: \\"1\\", metadata: $m) { id } }","variables":{"m":{"__proto__":{}}}}`,
      {},
      200,
      'VALIDATION_FAILED',
    ],
    [
      'a form',
      'query={health{status}}',
      { 'content-type': 'application/x-www-form-urlencoded' },
      415,
      'UNSUPPORTED_MEDIA_TYPE',
    ],
    ['plain text', '{"query":"{health{status}}"}', { 'content-type': 'text/plain' }, 415, 'UNSUPPORTED_MEDIA_TYPE'],
    ['an upload', 'x', { 'content-type': 'multipart/form-data; boundary=x' }, 415, 'UNSUPPORTED_MEDIA_TYPE'],
    ['a batch of eleven', Array(11).fill(health), {}, 413, 'PAYLOAD_TOO_LARGE'],
    ['a batch of a hundred thousand', Array(100_000).fill(health), {}, 413, 'PAYLOAD_TOO_LARGE'],
    ['more than a body may be', ' '.repeat(17 * 1024 * 1024), {}, 413, 'PAYLOAD_TOO_LARGE'],
  ];
  it.each(requests)('refuses %s', async (_, body, headers, status, code) => {
    const answer = await post(body, headers);
    expect([answer.status, answer.body.errors?.[0]?.extensions?.code]).toEqual([status, code]);
    expect(answer.body.errors[0].extensions.requestId).toBe(answer.headers.get('x-request-id'));
    expect(answer.body.errors[0].extensions).not.toHaveProperty('http');
  });

  it('takes queries over GET, and no mutation', async () => {
    const get = (query: string) => server.call('GET', `/graphql?query=${encodeURIComponent(query)}`);
    expect((await get(health.query)).body.data.health.status).toBe('OK');
    const refused = await get('mutation { deleteTask(id: "a") }');
    expect([refused.status, refused.body.errors[0].extensions.code]).toEqual([405, 'METHOD_NOT_ALLOWED']);
    const put = await server.call('PUT', '/graphql', health);
    expect([put.status, put.headers.get('allow')]).toEqual([405, 'GET, POST']);
  });

  it('takes a batch of ten, each with an answer of its own', async () => {
    const batch = [...Array(9).fill(health), { query: '{ task(id: "nope") { id } }' }];
    const { body } = await post(batch);
    expect(body).toHaveLength(10);
    expect(body[9].errors[0].extensions.code).toBe('NOT_FOUND');
    expect(
      body.slice(0, 9).every((one: { data: { health: { status: string } } }) => one.data.health.status === 'OK'),
    ).toBe(true);
  });

  it('answers the status of what failed as a whole where the client can tell it', async () => {
    const modern = { accept: 'application/graphql-response+json' };
    expect((await post({ query: '{ nope }' }, modern)).status).toBe(400);
    expect((await post({ query: '{ nope }' })).status).toBe(200);
    expect((await post({ query: '{ task(id: "nope") { id } }' }, modern)).status).toBe(200);
  });
});

describe('the playground', () => {
  it('is one page that nothing of comes from elsewhere', async () => {
    const { status, body, headers } = await server.call('GET', '/playground');
    expect(status).toBe(200);
    expect(body).not.toMatch(/<(script|link|img|iframe)[^>]+(src|href)=["']?(https?:)?\/\//);
    const policy = headers.get('content-security-policy') ?? '';
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("connect-src 'self'");
    expect(policy).not.toMatch(/https?:|unsafe-eval|script-src[^;]*unsafe-inline/);
  });
});
