import { afterAll, describe, expect, it } from 'vitest';
import { createSandbox } from '../src/create-sandbox.ts';
import type { BreakpointPlan, Step } from '../src/debug/trace-run.ts';
import { stops, traceTask, variables, type Wanted } from './debug-fixture.ts';

const sandbox = createSandbox({ runners: 1 });
afterAll(() => sandbox.close());
const trace = (files: string | Record<string, string>, wanted: Wanted = {}) =>
  traceTask(sandbox, typeof files === 'string' ? { 'main.js': files } : files, wanted);

const classic = `const factor = 2;
function twice(x) {
  const y = x * factor;
  return y;
}
function main(input) {
  const a = twice(input.n);
  console.log('a is', a);
  return a + 1;
}
`;
const asynchronous = `const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

async function main(input) {
  const before = input.n;
  await wait(5);
  const after = before + 1;
  return after;
}
`;
const module = `export const base = 10;

export default async function (input) {
  const held = { n: input.n, list: [1, 2, 3] };
  return held.n + base;
}
`;
const typescript = {
  'main.ts': `// A comment, and types that are stripped

import { type Rate, convert } from './lib/convert.ts';

interface Input {
  readonly amount: number;
}

const rates: Record<string, Rate> = { eur: { per: 2 } };

export default async function main(input: Input): Promise<number> {
  const rate: Rate = rates.eur as Rate;
  const result = convert(input.amount, rate);
  return result;
}
`,
  'lib/convert.ts': `export interface Rate {
  per: number;
}

const rounded = (value: number): number => {
  return Math.round(value);
};

/** Converts. */
export function convert(amount: number, rate: Rate): number {
  const exact: number = amount * rate.per;
  return rounded(exact);
}
`,
};
const awaited = {
  'main.ts': `import { later } from './later.ts';

const first: number = await later(1);

export async function main(input: { n: number }): Promise<number> {
  const second: number = await later(input.n);
  return first + second;
}
`,
  'later.ts': `export async function later(n: number): Promise<number> {
  await null;
  const more = n + 1;
  return more;
}
`,
};

const at = (line: number, file = 'main.js', condition?: string): BreakpointPlan => ({ file, line, condition });

describe('a breakpoint', () => {
  it.each<
    [string, string | Record<string, string>, unknown, BreakpointPlan[], string[], Record<string, string>, unknown]
  >([
    [
      'in a classic script',
      classic,
      { n: 3 },
      [at(8)],
      ['main.js:8 breakpoint main'],
      { a: '6', factor: '2', input: '{n: 3}' },
      7,
    ],
    [
      'in a called function',
      classic,
      { n: 3 },
      [at(4)],
      ['main.js:4 breakpoint twice'],
      { x: '3', y: '6', factor: '2' },
      7,
    ],
    ['after an await', asynchronous, { n: 3 }, [at(7)], ['main.js:7 breakpoint main'], { before: '3', after: '4' }, 4],
    [
      'in a module',
      module,
      { n: 3 },
      [at(5)],
      ['main.js:5 breakpoint main_default'],
      { held: '{n: 3, list: Array(3)}', base: '10' },
      13,
    ],
    [
      'in TypeScript',
      typescript,
      { amount: 3 },
      [at(14, 'main.ts')],
      ['main.ts:14 breakpoint main'],
      { rate: '{per: 2}', result: '6' },
      6,
    ],
    [
      'in a second file',
      typescript,
      { amount: 3 },
      [at(12, 'lib/convert.ts')],
      ['lib/convert.ts:12 breakpoint convert'],
      { amount: '3', exact: '6' },
      6,
    ],
    [
      'on a line without code',
      typescript,
      { amount: 3 },
      [at(9, 'lib/convert.ts')],
      ['lib/convert.ts:11 breakpoint convert'],
      { amount: '3' },
      6,
    ],
    [
      'with await at the top',
      awaited,
      { n: 3 },
      [at(7, 'main.ts'), at(4, 'later.ts')],
      ['later.ts:4 breakpoint later', 'later.ts:4 breakpoint later', 'main.ts:7 breakpoint main'],
      { more: '2' },
      6,
    ],
    [
      'in TypeScript without imports',
      {
        'main.ts':
          'type N = number;\n\nfunction main(input: { n: N }): N {\n  const twice: N = input.n * 2;\n  return twice;\n}\n',
      },
      { n: 3 },
      [at(5, 'main.ts')],
      ['main.ts:5 breakpoint main'],
      { twice: '6' },
      6,
    ],
    [
      'in an anonymous function',
      '// comment\n(input) => {\n  const n = input.n;\n  return n;\n}\n',
      { n: 3 },
      [at(4)],
      ['main.js:4 breakpoint (anonymous)'],
      { n: '3' },
      3,
    ],
  ])(
    '%s stops at the line as written and shows what is there',
    async (_, files, input, breakpoints, expected, held, output) => {
      const result = await trace(files, { input, breakpoints });
      expect(result.result).toMatchObject({ status: 'completed', output });
      expect(stops(result)).toEqual(expected);
      expect(variables(result)).toMatchObject(held);
      expect(result.reached).toEqual(breakpoints.map(() => true));
      expect(result.pauses[0]?.stack[0]).toMatchObject({ file: result.pauses[0]?.file, line: result.pauses[0]?.line });
    },
  );
});

describe('stepping', () => {
  it.each<[string, Record<string, string>, unknown, BreakpointPlan[], Step[], string[]]>([
    [
      'over a call stays in the function, and ends with it',
      { 'main.js': classic },
      { n: 3 },
      [at(7)],
      ['step_over', 'step_over', 'step_over', 'step_over', 'step_over'],
      ['7 breakpoint', '8 step', '9 step', '9 step'],
    ],
    [
      'into a called function and out of it',
      { 'main.js': classic },
      { n: 3 },
      [at(7)],
      ['step_into', 'step_over', 'step_out'],
      ['7 breakpoint', '3 step', '4 step', '8 step'],
    ],
    [
      'into a function of another file and back',
      typescript,
      { amount: 3 },
      [at(13, 'main.ts')],
      ['step_into', 'step_over', 'step_into', 'step_out', 'step_out'],
      [
        '13 breakpoint',
        'lib/convert.ts:11 step',
        'lib/convert.ts:12 step',
        'lib/convert.ts:6 step',
        'lib/convert.ts:12 step',
        '14 step',
      ],
    ],
    [
      'over an await',
      { 'main.js': asynchronous },
      { n: 3 },
      [at(5)],
      ['step_over', 'step_over'],
      ['5 breakpoint', '6 step', '7 step'],
    ],
  ])('%s', async (_, files, input, breakpoints, steps, expected) => {
    const result = await trace(files, { input, breakpoints, steps });
    expect(result.result.status).toBe('completed');
    const entry = Object.keys(files)[0];
    const seen = result.pauses.map(({ file, line, reason }) => `${file === entry ? '' : `${file}:`}${line} ${reason}`);
    expect(seen.filter((stop, place) => stop !== seen[place - 1] || stop === expected[place])).toEqual(expected);
  });
  it('begins at the first line of the task’s function', async () => {
    for (const [files, expected] of [
      [{ 'main.js': classic }, 'main.js:7 entry main'],
      [{ 'main.js': asynchronous }, 'main.js:4 entry main'],
      [typescript, 'main.ts:12 entry main'],
      [awaited, 'main.ts:6 entry main'],
      [
        { 'main.js': 'const f = (a, b) => {\n  return b.n;\n};\nglobalThis.main = f.bind(null, 1);\n' },
        'main.js:2 entry f',
      ],
    ] as const) {
      const result = await trace(files, { input: { n: 1, amount: 1 }, pauseOnEntry: true, steps: ['continue'] });
      expect(result.result.status).toBe('completed');
      expect(stops(result)).toEqual([expected]);
    }
  });
});

describe('an exception', () => {
  const files = {
    'main.js': `function main(input) {
  try { null.x; } catch {}
  if (input.deep) deeper();
  throw new HttpError('it is bad');
}
function deeper() {
  throw Object.assign(new Error('deep'), { code: 7 });
}
`,
  };
  const promised = {
    'main.js': `async function main() {
  await null;
  await fails().catch(() => 1);
  await fails();
}
async function fails() {
  throw new TypeError('late');
}
`,
  };
  it.each([
    ['uncaught', files, {}, ['4']],
    ['all', files, {}, ['2', '4']],
    ['none', files, {}, []],
    ['uncaught', files, { deep: true }, ['7']],
    ['uncaught', promised, {}, ['7']],
    ['all', promised, {}, ['7', '7']],
  ] as const)('with %s stops where it is thrown', async (pauseOnExceptions, code, input, lines) => {
    const result = await trace(code, { pauseOnExceptions, input });
    expect(result.result.status).toBe('failed');
    expect(result.pauses.map(({ line, reason }) => `${line} ${reason}`)).toEqual(
      lines.map((line) => `${line} exception`),
    );
    const last = result.pauses.at(-1);
    if (last) expect(last.exception).toMatch(/^(HttpError: it is bad|Error: deep|TypeError: late)$/);
  });
  it('is the same error with and without a debugger', async () => {
    const { result } = await trace(files, { input: { deep: true } });
    expect(result).toMatchObject({
      status: 'failed',
      error: { class: 'Error', message: 'deep', file: 'main.js', line: 7 },
    });
  });
});

describe('what a stop shows', () => {
  it('shows values as a person reads them, and as JSON where they are small', async () => {
    const code = `function main() {
  const text = 'it\\'s "so"';
  const none = undefined;
  const big = 12n;
  const list = [1, 'two', null];
  const nested = { a: { b: [true] } };
  const map = new Map([['k', 1]]);
  const date = new Date(0);
  const self = {}; self.self = self;
  const huge = Array.from({ length: 100000 }, (_, i) => i);
  const getter = { get trap() { throw new Error('ran'); } };
  class Point { constructor() { this.x = 1; } }
  const point = new Point();
  const f = (a, b) => a + b;
  const error = new RangeError('too far');
  const trap = { get() { while (true); }, ownKeys() { while (true); }, getPrototypeOf() { while (true); } };
  const proxy = { within: new Proxy({}, trap) };
  debugger;
  return 1;
}`;
    const result = await trace(code);
    expect(stops(result)).toEqual(['main.js:18 debugger_statement main']);
    const shown = Object.fromEntries(result.pauses[0]?.scopes[0]?.variables.map((each) => [each.name, each]) ?? []);
    expect(shown.text).toEqual({ name: 'text', type: 'string', value: '"it\'s \\"so\\""', json: 'it\'s "so"' });
    expect(shown.none).toEqual({ name: 'none', type: 'undefined', value: 'undefined' });
    expect(shown.big).toMatchObject({ type: 'bigint', value: '12n' });
    expect(shown.list).toMatchObject({ type: 'array', value: '[1, "two", null]', json: [1, 'two', null] });
    expect(shown.nested).toMatchObject({ value: '{a: Object}', json: { a: { b: [true] } } });
    expect(shown.map).toMatchObject({ type: 'map', value: 'Map(1) {"k" => 1}' });
    expect(shown.date?.value).toContain('1970');
    expect(shown.self).not.toHaveProperty('json');
    expect(shown.huge).not.toHaveProperty('json');
    expect(shown.huge?.value.length).toBeLessThan(600);
    expect(shown.getter).toMatchObject({ value: '{trap: (getter)}' });
    expect(shown.getter).not.toHaveProperty('json');
    expect(shown.point).toMatchObject({ value: 'Point {x: 1}' });
    expect(shown.f).toMatchObject({ type: 'function', value: '(a, b)' });
    expect(shown.error).toMatchObject({ type: 'error', value: 'RangeError: too far' });
    expect(result.result.status).toBe('completed');
  });
  it('names scopes from the inside out and keeps the globals out', async () => {
    const code = `const top = 1;
var old = 2;
function main(input) {
  const outer = 3;
  const inner = () => {
    for (const each of [4]) {
      debugger;
    }
    return outer;
  };
  return inner();
}`;
    const { pauses } = await trace(code);
    const scopes = pauses[0]?.scopes.map(({ type, variables: held }) => [type, held.map(({ name }) => name)]);
    expect(scopes).toEqual([
      ['block', ['each']],
      ['closure', ['outer']],
      ['module', ['top', 'old', 'main']],
    ]);
  });
  it('stops only where a condition holds, and evaluates watch expressions without side effects', async () => {
    const code = `let calls = 0;
function main() {
  let sum = 0;
  for (let i = 0; i < 10; i++) {
    sum += i;
  }
  return { sum, calls };
}`;
    const watch = ['sum', 'i * 2', 'missing', 'calls++', 'while (true);', '({ i, sum })'];
    const result = await trace(code, { breakpoints: [at(5, 'main.js', 'i === 7')], watch });
    expect(result.result).toMatchObject({ status: 'completed', output: { sum: 45, calls: 0 } });
    expect(result.pauses).toHaveLength(1);
    expect(result.pauses[0]?.watches).toEqual([
      { expression: 'sum', value: '21', error: null },
      { expression: 'i * 2', value: '14', error: null },
      { expression: 'missing', value: null, error: 'ReferenceError: missing is not defined' },
      { expression: 'calls++', value: null, error: 'It might change something; a watch expression may only look.' },
      { expression: 'while (true);', value: null, error: expect.stringContaining('longer than') },
      { expression: '({ i, sum })', value: '{i: 7, sum: 21}', error: null },
    ]);
  });
  it('redacts secrets by value wherever they stand', async () => {
    const secret = 'correct-horse-battery';
    const code = `function main(input, context) {
  const plain = context.secrets.key;
  const within = { list: [\`Bearer \${plain}\`], [plain]: 1 };
  const long = 'x'.repeat(90) + plain + 'y'.repeat(90);
  const deep = { long };
  throw new Error('key is ' + plain);
}`;
    const changes = { secrets: { key: secret } };
    const result = await trace(code, { changes, watch: ['plain', 'within', 'deep'] });
    expect(result.pauses).toHaveLength(1);
    expect(JSON.stringify(result)).not.toContain(secret);
    expect(JSON.stringify(result)).not.toMatch(/correct-hor|battery/);
    expect(variables(result).plain).toBe('"[redacted]"');
  });
});

describe('limits', () => {
  it('keeps so many stops and lets the task go on to its end', async () => {
    const code = 'function main() {\n  let n = 0;\n  for (; n < 50; ) {\n    n += 1;\n  }\n  return n;\n}';
    const result = await trace(code, { breakpoints: [at(4)], maxPauses: 3 });
    expect(result).toMatchObject({ truncated: true, result: { status: 'completed', output: 50 } });
    expect(result.pauses).toHaveLength(3);
  });
  it('shows what it can of values that are huge', async () => {
    const code = `function main() {
  const text = 'x'.repeat(20e6);
  { const inner = 1; debugger; }
  return text.length;
}`;
    const result = await trace(code, { watch: ['text.length'] });
    expect(result.result).toMatchObject({ status: 'completed', output: 20e6 });
    expect(result.pauses[0]?.watches[0]?.value).toBe('20000000');
    expect(variables(result)).toMatchObject({ inner: '1', '(all)': expect.stringContaining('cannot be shown') });
  });
  it('tells which breakpoints were never reached', async () => {
    const breakpoints = [at(3), at(8), at(99), at(2, 'gone.js')];
    const result = await trace(classic, { input: { n: 1 }, breakpoints });
    expect(result.reached).toEqual([true, true, false, false]);
  });
  it('tells two breakpoints at one place apart', async () => {
    const code = 'function main() {\n  let sum = 0; for (let n = 0; n < 5; n++) {\n    sum += n;\n  }\n}';
    const breakpoints = [at(3, 'main.js', 'n === 2'), at(3, 'main.js', 'n === 9'), at(3, 'main.js', 'n === 4 // so')];
    const result = await trace(code, { breakpoints, watch: ['n'] });
    expect(result.pauses.map((pause) => pause.watches[0]?.value)).toEqual(['2', '4']);
    expect(result.reached).toEqual([true, false, true]);
  });
  it('ends an endless loop at the time limit and keeps what was seen', async () => {
    const code = 'function main() {\n  const seen = 1;\n  debugger;\n  while (true);\n}';
    const result = await trace(code, { timeLimitMs: 2500, watch: ['seen'] });
    expect(result.result).toMatchObject({ status: 'timed_out', error: { class: 'TimeoutError' } });
    expect(result.pauses.map((pause) => pause.watches[0]?.value)).toEqual(['1']);
  });
  it('does not count pauses towards the task’s own limit', async () => {
    const code = 'function main() {\n  for (let n = 0; n < 4; n++) {\n    debugger;\n  }\n  return 1;\n}';
    const watch = ['(() => { while (true); })()'];
    const result = await trace(code, { watch, changes: { limits: { timeoutMs: 1500, cpuMs: 1500 } } });
    expect(result.result).toMatchObject({ status: 'completed', output: 1 });
    expect(result.pauses.at(-1)?.atMs).toBeGreaterThan(1500);
  });
  it('survives a task that takes all its memory, or all its processor', async () => {
    const greedy =
      'function main() {\n  const all = [];\n  debugger;\n  while (true) all.push(new Array(10000).fill(all.length));\n}';
    const result = await trace(greedy, { timeLimitMs: 15_000, changes: { limits: { memoryMb: 32 } } });
    expect(result.result.status).toBe('failed');
    expect(result.pauses).toHaveLength(1);
    const again = await trace(classic, { input: { n: 1 } });
    expect(again.result.status).toBe('completed');
  });
});
