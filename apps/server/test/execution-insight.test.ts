import { answeringServer } from '@ratchet/testing/answering-server';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Served, served } from './served.ts';

let server: Served;
let web: Awaited<ReturnType<typeof answeringServer>>;
beforeAll(async () => {
  web = await answeringServer();
  server = await served({ RATCHET_EXECUTION_ALLOW_PRIVATE: '127.0.0.1' });
});
afterAll(async () => {
  await server.close();
  await web.close();
});

let made = 0;
interface Case {
  readonly code: string;
  readonly input?: unknown;
  readonly inputSchema?: unknown;
  readonly outputSchema?: unknown;
  readonly metadata?: object;
  readonly timeoutMs?: number;
}
const words = (text: string) =>
  text
    .replaceAll('BASE', JSON.stringify(web.base))
    .replaceAll('CLOSED', JSON.stringify(`http://${web.closed}/`))
    .replaceAll('HOST', web.host);

async function addTask({ code, inputSchema = true, outputSchema = true, metadata }: Case): Promise<string> {
  made += 1;
  const name = `case-${made}`;
  const { body, status } = await server.api('POST', '/tasks', {
    name,
    sourceCode: words(code),
    inputSchema,
    outputSchema,
    ...(metadata && { metadata }),
  });
  if (status !== 201) throw new Error(JSON.stringify(body));
  return body.id;
}
async function run(id: string, { input = {}, timeoutMs }: Pick<Case, 'input' | 'timeoutMs'>, more: object = {}) {
  const { body } = await server.api('POST', `/tasks/${id}/run`, {
    input,
    wait: true,
    ...(timeoutMs && { timeoutMs }),
    ...more,
  });
  return body;
}
const number = { type: 'object', properties: { n: { type: 'number' } }, required: ['n'] };
/** name, what runs, category, what the cause says, what the first suggestion says. */
const cases: [string, Case, string, RegExp, RegExp][] = [
  [
    'a member of undefined',
    { code: '(input) => {\n  const user = input.user;\n  return user.name;\n}' },
    'code',
    /^user is undefined at .*:3, so it has no member name/,
    /where user gets its value/,
  ],
  [
    'a member of a missing input',
    { code: '(input) => input.user.name' },
    'code',
    /^input\.user is undefined/,
    /Require it in input\.schema\.json/,
  ],
  [
    'a member of null after a call',
    { code: 'function find() { return null; }\nfunction main() {\n  return find("a (b)").size;\n}' },
    'code',
    /^find\("a \(b\)"\) is null at .*:3/,
    /.+/,
  ],
  [
    'a member of an element',
    { code: '() => { const rows = []; return rows[0].cells["x"]; }' },
    'code',
    /^rows\[0\] is undefined/,
    /.+/,
  ],
  ['a member that is set', { code: '() => { let a; a.b = 1; }' }, 'code', /^a is undefined/, /.+/],
  [
    'what is no function',
    { code: '(input) => input.items.map((x) => x)', input: { items: {} } },
    'code',
    /^input\.items\.map is called/,
    /See what input\.items is there/,
  ],
  [
    'what is not declared',
    { code: '() => { const total = 1; return totla; }' },
    'code',
    /^The code uses totla/,
    /Did it mean total\?/,
  ],
  [
    'a global of Node',
    { code: '() => process.env.HOME' },
    'code',
    /process.*sandbox does not have/,
    /input, or as a secret/,
  ],
  ['what is no list', { code: '() => { const [a] = 5; return a; }' }, 'code', /gone through as a list/, /.+/],
  ['a constant', { code: '() => { const a = 1; a = 2; }' }, 'code', /const is given another value/, /let/],
  [
    'endless recursion',
    { code: 'function f() { return f() + 1; }\nfunction main() { return f(); }' },
    'code',
    /calls itself without end/,
    /recursion/,
  ],
  [
    'taking apart nothing',
    { code: '(input) => { const { a } = input.b; return a; }' },
    'code',
    /input\.b is undefined at .*, so a cannot be taken/,
    /.+/,
  ],
  ['keys of nothing', { code: '(input) => Object.keys(input.nothing)' }, 'code', /Object\.keys/, /\?\? \{\}/],
  ['use before declaration', { code: '() => { const b = a; const a = 1; return b; }' }, 'code', /^a is used/, /Move/],
  ['a bad date', { code: '() => new Date("soon").toISOString()' }, 'data', /date/, /Number\.isNaN/],
  [
    'a bad address',
    { code: '(input) => new URL(input.url).href', input: { url: 'nowhere' } },
    'data',
    /address/,
    /put together/,
  ],
  ['text that is no JSON', { code: '() => JSON.parse("{a}")' }, 'data', /no JSON/, /.+/],
  [
    'a page in place of data',
    { code: 'export default async () => (await fetch(BASE + "/html")).json()' },
    'data',
    /HTML.*GET http.*\/html \(200\)/,
    /address/,
  ],
  ['an empty answer', { code: '() => JSON.parse("")' }, 'data', /empty or cut off/, /.+/],
  [
    'a thrown error',
    { code: '() => {\n  throw new Error("The moon is full");\n}' },
    'code',
    /threw an error at .*:2: The moon is full/,
    /leads to the line/,
  ],
  [
    'a class of its own',
    {
      code: 'class BillingError extends Error { name = "BillingError" }\nfunction main() { throw new BillingError("no"); }',
    },
    'task',
    /BillingError/,
    /.+/,
  ],
  ['a thrown text', { code: '() => { throw "bad"; }' }, 'code', /bad/, /Throw errors/],
  [
    '401',
    { code: '() => fetch(BASE + "/status?code=401")' },
    'authentication',
    /GET http.*401/,
    /Check the secret that the task sends to 127/,
  ],
  ['403', { code: '() => fetch(BASE + "/status?code=403")' }, 'authorization', /403/, /right or scope/],
  ['404', { code: '() => fetch(BASE + "/status?code=404")' }, 'not_found', /404/, /address/],
  ['422', { code: '() => fetch(BASE + "/status?code=422")' }, 'request', /422/, /what the server answered/],
  ['429', { code: '() => fetch(BASE + "/status?code=429")' }, 'rate_limit', /429/, /Wait/],
  ['503', { code: '() => fetch(BASE + "/status?code=503")' }, 'service', /503/, /later/],
  ['409', { code: '() => fetch(BASE + "/status?code=409")' }, 'http', /409/, /.+/],
  [
    'an own error after 401',
    {
      // biome-ignore lint/suspicious/noTemplateCurlyInString: the task fills it in
      code: 'export default async () => { const r = await fetch(BASE + "/status?code=401"); if (!r.ok) throw new Error(`HTTP ${r.status}`); }',
    },
    'authentication',
    /401/,
    /secret/,
  ],
  [
    'a host that is not allowed',
    { code: '() => fetch(BASE + "/count")', metadata: { network: { allow: ['api.example.org'] } } },
    'network_policy',
    /only certain hosts/,
    /"allow": \["api\.example\.org","127\.0\.0\.1:\d+"\]/,
  ],
  [
    'a private address',
    { code: '() => fetch("http://10.1.2.3/")' },
    'network_policy',
    /private/,
    /RATCHET_EXECUTION_ALLOW_PRIVATE=10\.1\.2\.3/,
  ],
  ['nothing there', { code: '() => fetch(CLOSED)' }, 'network', /Nothing takes connections/, /runs/],
  [
    'a name that is none',
    { code: '() => fetch("http://nowhere.invalid/")' },
    'network',
    /nowhere\.invalid could not be resolved/,
    /host name/,
  ],
  ['a connection that breaks off', { code: '() => fetch(BASE + "/cut")' }, 'network', /broke off/, /.+/],
  [
    'a password in an address',
    { code: '() => fetch("http://a:b@example.org/")' },
    'request',
    /user name or password/,
    /Authorization/,
  ],
  [
    'too many requests',
    { code: '() => { for (;;) fetch(BASE + "/count"); }' },
    'limit',
    /more than 100 requests/,
    /.+/,
  ],
  [
    'time spent on a request',
    { code: 'export default async () => fetch(BASE + "/hang")', timeoutMs: 300 },
    'timeout',
    /most of which went to a request: GET http.*\/hang took .* and was not answered/,
    /Bound the request/,
  ],
  [
    'time spent computing',
    { code: '() => { for (;;); }', timeoutMs: 300 },
    'timeout',
    /made no requests/,
    /profile: true/,
  ],
  [
    'a signal with a time',
    { code: 'export default async () => fetch(BASE + "/slow?ms=5000", { signal: AbortSignal.timeout(60) })' },
    'timeout',
    /AbortSignal/,
    /GET http.*slow/,
  ],
  [
    'memory',
    { code: '() => { const all = []; for (;;) all.push(new Array(1e6).fill(1.5)); }', metadata: { memory_limit: 32 } },
    'memory',
    /32 MB/,
    /pieces/,
  ],
  ['a circle', { code: '() => { const a = {}; a.a = a; return a; }' }, 'output', /refers to itself/, /plain data/],
  ['a BigInt', { code: '() => ({ n: 1n })' }, 'output', /BigInt/, /plain data/],
  ['a huge output', { code: '() => "x".repeat(20_000_000)' }, 'output', /larger/, /summary/],
  [
    'output that does not fit',
    { code: '() => ({ n: "seven" })', outputSchema: number },
    'output',
    /output\.n must be number, and was given a text of 5 characters/,
    /Correct what the code answers as output\.n/,
  ],
  [
    'output without a member',
    { code: '() => ({})', outputSchema: number },
    'output',
    /output\.n is required, and was given nothing/,
    /always/,
  ],
  ['no entry point', { code: 'const a = 1;' }, 'configuration', /entry point/, /export default/i],
  [
    'a missing secret',
    { code: '(input, context) => context.secrets.apiKey.length' },
    'secret',
    /secret apiKey/,
    /Grant it/,
  ],
  [
    'an error in a TypeScript file',
    {
      code: 'interface In { user?: { name: string } }\n\nexport default (input: In): string => {\n  return input.user!.name;\n};',
    },
    'code',
    /is undefined at .*:4/,
    /.+/,
  ],
];

describe('the analysis of a failure names what it is, why, and what to do', () => {
  it.concurrent.each(cases)('%s', async (_name, one, category, cause, first) => {
    const typed = /interface In/.test(one.code);
    const { body } = typed
      ? await server.api('POST', '/tasks', {
          name: `typed-${made}`,
          sourceCode: one.code,
          sourceType: 'typescript',
          inputSchema: true,
          outputSchema: true,
        })
      : { body: { id: await addTask(one) } };
    const execution = await run(body.id, one);
    const analysis = (await server.api('GET', `/executions/${execution.id}/analysis`)).body;
    expect(analysis).toMatchObject({ executionId: execution.id, category, likelyCause: expect.stringMatching(cause) });
    expect(analysis.suggestions[0]).toMatch(first);
    expect(analysis.error).toEqual(execution.error);
    expect(analysis.occurrences).toBe(1);
    if (execution.error.line !== null) {
      const { file, line, lines } = analysis.source;
      expect([file, line]).toEqual([execution.error.file, execution.error.line]);
      expect(lines.find((shown: { line: number }) => shown.line === line).text).toBe(
        words(one.code).split('\n')[line - 1],
      );
    }
  });

  it('finds earlier failures of the kind, and no others', async () => {
    const id = await addTask({
      // biome-ignore lint/suspicious/noTemplateCurlyInString: the task fills it in
      code: '(input) => {\n  if (input.deep) return deep(input);\n  throw new Error(`Order ${input.order} of "${input.who}" is lost (https://x.test/${input.order})`);\n}\nfunction deep(input) { throw new Error(`Order 1 of "A" is lost (https://x.test/1)`); }',
    });
    const fail = async (input: unknown) => (await run(id, { input })).id as string;
    const first = await fail({ order: 17, who: 'Una' });
    const second = await fail({ order: 4711, who: 'Ben' });
    await fail({ deep: true });
    await fail({ order: 'x', who: 'Una' });
    const third = await fail({ order: 5, who: 'Cy' });
    const { body } = await server.api('GET', `/executions/${third}/analysis`);
    expect(body.similar.map((one: { executionId: string }) => one.executionId)).toEqual([second, first]);
    expect(body.similar[1].message).toContain('Order 17 of "Una"');
    expect(body.occurrences).toBe(3);
  });

  it('is refused of what did not fail', async () => {
    const { id } = await run(await addTask({ code: '() => 1' }), {});
    expect((await server.api('GET', `/executions/${id}/analysis`)).status).toBe(409);
    expect((await server.api('GET', '/executions/01930f3e-0000-7000-8000-000000000000/analysis')).status).toBe(404);
  });

  it('shows the code that ran, not the code as it is now', async () => {
    const id = await addTask({ code: '() => {\n  throw new Error("old");\n}' });
    const failed = await run(id, {});
    await server.api('PUT', `/tasks/${id}/source`, { sourceCode: '() => {\n  return "new";\n}' });
    const { body } = await server.api('GET', `/executions/${failed.id}/analysis`);
    expect(body.source.lines[1].text).toBe('  throw new Error("old");');
    expect(body.suggestions.join(' ')).toContain('revision 2');
  });
});

describe('over REST', () => {
  it('records, answers the archive, and replays with schemas of the revision that was recorded', async () => {
    const id = await addTask({
      code: 'export default async () => ({ n: (await (await fetch(BASE + "/count")).json()).count, r: Math.random() })',
      outputSchema: number,
    });
    const recorded = await run(id, {}, { record: true });
    expect(recorded).toMatchObject({ status: 'completed', record: true });
    const har = await server.api('GET', `/executions/${recorded.id}/recording.har`);
    expect(har.body.log).toMatchObject({ version: '1.2', entries: [{ response: { status: 200 } }] });
    await server.api('PUT', `/tasks/${id}/source`, {
      sourceCode: 'export default () => 1',
      outputSchema: { type: 'string' },
    });
    const replayed = await server.api('POST', `/executions/${recorded.id}/replay`);
    expect(replayed.status).toBe(200);
    expect(replayed.body).toMatchObject({
      status: 'completed',
      replayOf: recorded.id,
      output: recorded.output,
      taskRevision: 1,
    });
    const current = await server.api('POST', `/executions/${recorded.id}/replay`, { current: true });
    expect(current.body).toMatchObject({ status: 'failed', taskRevision: 2, error: { class: 'ValidationError' } });
    const queued = await server.api('POST', `/executions/${recorded.id}/replay`, { wait: false });
    expect(queued.status).toBe(202);
    const plain = await run(id, {});
    expect((await server.api('POST', `/executions/${plain.id}/replay`)).status).toBe(409);
    expect((await server.api('GET', `/executions/${plain.id}/recording.har`)).status).toBe(404);
  });

  it('counts and measures over a window, as a whole and per task', async () => {
    const id = await addTask({ code: '(input) => { if (input.bad) throw new Error("no"); return 1; }' });
    for (let n = 0; n < 4; n += 1) await run(id, { input: { bad: n === 0 } });
    const { body } = await server.api('GET', `/executions/stats?taskId=${id}`);
    expect(body).toMatchObject({
      from: null,
      to: null,
      total: 4,
      byStatus: { completed: 3, failed: 1 },
      successRate: 0.75,
      lastHour: 4,
    });
    expect(body.p50DurationMs).toBeGreaterThan(0);
    expect(body.p99DurationMs).toBeGreaterThanOrEqual(body.p95DurationMs);
    expect(body.p95DurationMs).toBeGreaterThanOrEqual(body.p50DurationMs);
    expect(body.p50QueueMs).toBeGreaterThanOrEqual(0);
    expect(body.perTask).toMatchObject([{ taskId: id, total: 4, completed: 3, failed: 1, successRate: 0.75 }]);
    const failed = await server.api('GET', `/executions/stats?taskId=${id}&status=failed&window=1h`);
    expect(failed.body).toMatchObject({ total: 1, byStatus: { failed: 1 } });
    const before = await server.api('GET', `/executions/stats?taskId=${id}&to=2020-01-01T00:00:00Z`);
    expect(before.body).toMatchObject({ total: 0, successRate: null, p50DurationMs: null, perTask: [] });
    expect((await server.api('GET', '/executions/stats?window=1h&from=2020-01-01T00:00:00Z')).status).toBe(400);
    expect(
      (await server.api('GET', '/executions/stats?from=2021-01-01T00:00:00Z&to=2020-01-01T00:00:00Z')).status,
    ).toBe(400);
    expect((await server.api('GET', '/executions/stats?colour=red')).status).toBe(400);
    expect((await server.api('GET', '/executions/stats')).body.perTask.length).toBeGreaterThan(0);
  });
});
