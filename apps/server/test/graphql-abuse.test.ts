import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Served, served } from './served.ts';

let server: Served;
beforeAll(async () => {
  server = await served();
});
afterAll(() => server.close());

const ask = async (query: unknown, variables: unknown = {}) =>
  (await server.call('POST', '/graphql', { query, variables })).body;
const sized = (n: number, each: (i: number) => string) => Array.from({ length: n }, (_, i) => each(i)).join(' ');
const nested = (n: number) => `${'{task(id:"x"){repository'.repeat(n)}{id}${'}}'.repeat(n)}`;

const bombs: readonly [what: string, query: string, says: RegExp][] = [
  ['1,000 aliases', `{${sized(1000, (i) => `a${i}: tasks { id }`)}}`, /1000 aliases; 30 are allowed/],
  ['10,000 levels', nested(10_000), /characters; 262144 are allowed|levels of brackets/],
  ['100 levels', nested(50), /levels of (fields|brackets)/],
  ['a megabyte of braces', '{'.repeat(1_048_576), /1048576 characters/],
  ['200 kB of braces', '{'.repeat(200_000), /more than 200 levels of brackets/],
  ['200 kB of comments', '#\n'.repeat(100_000), /Syntax Error/],
  ['one field twenty thousand times', `{${'health{status}'.repeat(8000)}}`, /tokens/],
  ['one field two thousand times', `{${'health{status}'.repeat(1500)}}`, /3000 fields; 2000 are allowed/],
  [
    'fragments that double at each level',
    `{...F0} ${sized(200, (i) => `fragment F${i} on Query {...F${i + 1} ...F${i + 1}}`)} fragment F200 on Query {tasks{executions(limit:100){id}}}`,
    /points of complexity/,
  ],
  [
    'fragments that hold themselves',
    '{...A} fragment A on Query {...B} fragment B on Query {...A}',
    /Cannot spread fragment "A" within itself/,
  ],
  [
    'lists within lists',
    '{tasks(pagination:{limit:1000}){executions(limit:1000){logs(limit:1000){message}}}}',
    /points of complexity; 5000 are allowed\. Ask for fewer items/,
  ],
  [
    'a limit in a variable’s default',
    'query($l: Int = 1000){tasks(pagination:{limit:$l}){executions(limit:$l){id}}}',
    /points of complexity/,
  ],
  ['directives without end', `{health ${'@include(if:true) '.repeat(60)}{status}}`, /60 directives; 50 are allowed/],
  [
    'introspection within introspection',
    `{__schema{types{fields{type{fields{type{fields{type{fields{name}}}}}}}}}}`,
    /[Ii]ntrospection depth/,
  ],
];

describe('queries that are meant to hurt', () => {
  it.each(bombs)('%s: refused with what to do, and the server lives on', async (_, query, says) => {
    const { errors, data } = await ask(query);
    expect(data).toBeUndefined();
    expect(errors[0].message).toMatch(says);
    expect(errors[0].extensions.code).toBe('VALIDATION_FAILED');
    expect((await ask('{ health { status } }')).data.health.status).toBe('OK');
  });

  it('leave the memory as it was', async () => {
    const used = () => {
      globalThis.gc?.();
      return process.memoryUsage().heapUsed;
    };
    for (const [, query] of bombs) await ask(query);
    const before = used();
    for (let i = 0; i < 10; i++) for (const [, query] of bombs) await ask(`# ${i}\n${query}`);
    expect(used() - before).toBeLessThan(150 * 1024 * 1024);
  });

  const values: readonly [what: string, value: string, says: RegExp][] = [
    ['300 levels', `${'['.repeat(300)}${']'.repeat(300)}`, /200 levels deep, not deeper/],
    ['10,000 levels', `${'['.repeat(10_000)}${']'.repeat(10_000)}`, /nested too deep to be read/],
    ['a constructor’s name', '{"constructor": {"prototype": 1}}', /no task "x"/],
  ];
  it.each(values)('a JSON value of %s is judged', async (_, value, says) => {
    const query = JSON.stringify('mutation($v: JSON) { executeTask(id: "x", input: $v) { id } }');
    const { body } = await server.call('POST', '/graphql', `{"query":${query},"variables":{"v":${value}}}`);
    expect(body.errors[0].message).toMatch(says);
  });
  it('__proto__ is refused in a literal as in a variable', async () => {
    const { errors } = await ask('mutation { executeTask(id: "x", input: {a: {__proto__: 1}}) { id } }');
    expect(errors[0].message).toMatch(/may not be named __proto__/);
  });
  it('texts of every kind are texts', async () => {
    for (const name of ['\u0000', '\ud800', '‮abc', '🦊'.repeat(500), '"; drop table tasks; --'])
      expect((await ask('query($id: ID) { task(id: $id) { id } }', { id: name })).errors[0].extensions.code).toMatch(
        /^(NOT_FOUND|VALIDATION_FAILED)$/,
      );
  });
});
