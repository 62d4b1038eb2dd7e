import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { RatchetError } from '@ratchet/contract/errors';
import { executionList } from '@ratchet/contract/operations/executions';
import { addTask } from '@ratchet/testing/add-task';
import { openTestDatabase, type TestDatabase } from '@ratchet/testing/database';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Station, station } from './workshop.ts';

const secret = 'p4ss "w/rd\\&é';
const forms = (value: string): string[] => [
  value,
  JSON.stringify(value).slice(1, -1),
  encodeURIComponent(value),
  new URLSearchParams({ v: value }).toString().slice(2),
  Buffer.from(value).toString('base64'),
  Buffer.from(value).toString('base64url'),
  Buffer.from(value).toString('hex'),
  // In the middle of "user:password".
  Buffer.from(`me:${value}`).toString('base64').slice(4, 12),
];

let database: TestDatabase;
let server: Station;
let seen = '';
const http = createServer((request, response) => {
  seen = request.headers.authorization ?? '';
  response.setHeader('content-type', 'application/json').end('{"ok":true}');
});
const grants = new Map<string, Record<string, string> | Error>();
beforeAll(async () => {
  database = await openTestDatabase();
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  server = await station(database, {
    allowPrivate: ['127.0.0.1'],
    secretsOf: async (id) => {
      const granted = grants.get(id) ?? {};
      if (granted instanceof Error) throw granted;
      return granted;
    },
  });
});
afterAll(async () => {
  http.close();
  await server.close();
  await database.close();
});

async function run(source: string, more: Parameters<typeof addTask>[2] = {}, granted?: Record<string, string> | Error) {
  const taskId = await addTask(database, source, more);
  grants.set(taskId, granted ?? { KEY: secret });
  const { id } = await server.executor.submit({ taskId, input: {}, triggeredBy: 'una' });
  return server.executor.waitFor(id);
}

/** Everything that is kept of an execution, besides its output. */
async function kept(id: string): Promise<string> {
  const { rows: events } = await database.pool.query(
    'select level, message, data from ratchet.execution_events where execution_id = $1',
    [id],
  );
  const { rows } = await database.pool.query('select * from ratchet.executions where id = $1', [id]);
  const { output: _, ...shown } = rows[0];
  return JSON.stringify([events, shown]);
}
const expectClean = (text: string, value = secret): void => {
  for (const form of forms(value)) expect(text).not.toContain(form);
};

describe('secrets of a task', () => {
  it('are there when it runs, leave with its requests, and show nowhere', async () => {
    const { port } = http.address() as AddressInfo;
    const ended = await run(`async function main(input, context) {
      const { KEY } = context.secrets;
      console.log('plain', KEY, { nested: [KEY], [KEY]: 1 });
      context.log.info(JSON.stringify({ KEY }), JSON.stringify(JSON.stringify({ KEY })));
      console.warn('url', 'https://x.test/?k=' + encodeURIComponent(KEY), new URLSearchParams({ KEY }).toString());
      const bytes = new TextEncoder().encode(KEY);
      console.error('base64', btoa(String.fromCharCode(...bytes)), btoa('me:' + String.fromCharCode(...bytes)));
      console.log(Array.from(bytes, (b) => b.toString(16).padStart(2, '0')).join(''));
      context.progress(0.5, 'half of ' + KEY);
      const answer = await fetch('http://127.0.0.1:${port}/?token=' + encodeURIComponent(KEY), {
        headers: { authorization: 'Basic ' + btoa('me:' + String.fromCharCode(...bytes)) },
      });
      return { status: answer.status, length: KEY.length };
    }`);
    expect(ended).toMatchObject({ status: 'completed', output: { status: 200, length: secret.length } });
    expect(Buffer.from(seen.slice(6), 'base64').toString()).toBe(`me:${secret}`);
    const text = await kept(ended.id);
    expect(text).toContain('[redacted]');
    expectClean(text);
  });

  it.each([
    ['an error', `function main(i, c) { throw new DataError('no ' + c.secrets.KEY, { held: c.secrets.KEY }) }`],
    [
      'an error of its own class',
      `function main(i, c) { class E extends Error { name = c.secrets.KEY } throw new E('x') }`,
    ],
    ['a stack', `function main(i, c) { const e = new Error('x'); e.stack = 'at ' + c.secrets.KEY; throw e }`],
    [
      'a stack of its own places',
      `function main(i, c) { const e = new Error('x'); e.stack = 'at m (task:///' + encodeURIComponent(c.secrets.KEY) + ':1:1)'; throw e }`,
    ],
    ['a thrown text', `function main(i, c) { throw c.secrets.KEY }`],
    [
      'a refused address',
      `async function main(i, c) { await fetch('http://10.0.0.1/' + encodeURIComponent(c.secrets.KEY)) }`,
    ],
    ['a cause', `function main(i, c) { throw new Error('x', { cause: new Error(c.secrets.KEY) }) }`],
    ['an output that does not fit', `function main(i, c) { return { [c.secrets.KEY]: 1 } }`],
    [
      'an unhandled rejection',
      `async function main(i, c) { Promise.reject(new Error(c.secrets.KEY)); await new Promise((r) => setTimeout(r, 20)) }`,
    ],
  ])('do not show in %s', async (_, source) => {
    const ended = await run(source, { outputSchema: { type: 'object', additionalProperties: false } });
    expect(ended.status).toBe('failed');
    expectClean(await kept(ended.id));
    expectClean(JSON.stringify(await server.executor.list(executionList, { page: 1, limit: 5 })));
  });

  it('stay whole in the output, which is the task’s own answer', async () => {
    const ended = await run('function main(i, c) { return c.secrets.KEY }');
    expect(ended.output).toBe(secret);
  });

  it('of several lines are kept out of logs line by line', async () => {
    const key = `-----BEGIN PRIVATE KEY-----\n${'MIIEvQIBADANBgkq'.repeat(4)}\n-----END PRIVATE KEY-----`;
    const ended = await run(
      `function main(i, c) { for (const line of c.secrets.KEY.split('\\n')) console.log(line); }`,
      {},
      { KEY: key },
    );
    expect(ended.status).toBe('completed');
    expect(await kept(ended.id)).not.toContain('MIIEvQ');
  });

  it('that its metadata names and nobody granted keep it from starting, and say what to do', async () => {
    const metadata = { secrets: ['KEY', 'OTHER', 'OTHER'] };
    const source = `function main() { console.log('it ran') }`;
    const ended = await run(source, { metadata });
    expect(ended).toMatchObject({
      status: 'failed',
      error: { class: 'ConfigurationError', message: expect.stringMatching(/OTHER.*ratchet secret grant OTHER /) },
    });
    expect(await kept(ended.id)).not.toContain('it ran');
    expect(await run(source, { metadata: { secrets: ['KEY'] } })).toMatchObject({ status: 'completed' });
  });

  it('whose key is lost are an error that says so', async () => {
    const lost = new RatchetError(
      'UNAVAILABLE',
      'A secret was sealed with key "old", which this server does not have.',
    );
    const ended = await run('function main() {}', {}, lost);
    expect(ended.error).toMatchObject({ class: 'ConfigurationError', message: expect.stringContaining('key "old"') });
  });
});
