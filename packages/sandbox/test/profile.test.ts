import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { flameOf } from '../src/flame.ts';
import type { Flame } from '../src/sandbox.ts';
import { codeOf, openSandbox } from './run-code.ts';

let box: ReturnType<typeof openSandbox>;
beforeAll(() => {
  box = openSandbox();
});
afterAll(() => box.sandbox.close());

const all = (frame: Flame): Flame[] => [frame, ...frame.children.flatMap(all)];
const named = (flame: Flame | null | undefined, name: string): Flame => {
  const found = flame && all(flame).find((frame) => frame.name === name);
  if (!found) throw new Error(`There is no frame ${name} in ${JSON.stringify(flame)}`);
  return found;
};

const work = `interface Work { readonly rounds: number }

export function churn({ rounds }: Work): number {
  let sum = 0;
  for (let n = 0; n < rounds; n++) sum += Math.sqrt(n) % 7;
  return sum;
}
`;
const main = `import { churn } from './lib/work.ts';
type Input = { rounds: number };

function twice(rounds: number): number {
  return churn({ rounds }) + churn({ rounds });
}
export default async function main(input: Input) {
  await Promise.resolve();
  return twice(input.rounds);
}
`;

describe('a profiled run', () => {
  it('shows where the processor’s time went, in the author’s files and lines', async () => {
    const code = codeOf({ 'main.ts': main, 'lib/work.ts': work }, 'main.ts');
    const result = await box.run(code, { rounds: 20_000_000 }, { profile: true });
    expect(result.status).toBe('completed');
    const churn = named(result.flame, 'churn');
    expect(churn).toMatchObject({ file: 'lib/work.ts', line: 3 });
    expect(named(result.flame, 'twice')).toMatchObject({ file: 'main.ts', line: 4 });
    expect(churn.self).toBeGreaterThan((result.flame?.value ?? 0) / 2);
    const under = named(result.flame, 'twice').children.map((frame) => frame.name);
    expect(under).toContain('churn');
    for (const frame of all(result.flame as Flame)) {
      const sum = frame.children.reduce((ms, child) => ms + child.value, frame.self);
      expect(Math.abs(frame.value - sum)).toBeLessThan(0.1);
      expect(frame.file === null || frame.file === 'main.ts' || frame.file === 'lib/work.ts').toBe(true);
    }
  });

  it('of a classic script has its lines as they stand', async () => {
    const script =
      '// first line\nfunction slow() { let s = 0; for (let i = 0; i < 3e7; i++) s += i % 3; return s; }\nfunction main() { return slow(); }';
    const result = await box.run(script, {}, { profile: true });
    expect(named(result.flame, 'slow')).toMatchObject({ file: 'main.js', line: 2 });
    expect(named(result.flame, 'main')).toMatchObject({ file: 'main.js', line: 3 });
  });

  it('is kept of a run that was stopped, too, and the next run is not harmed', async () => {
    const code = 'function spin() { for (;;) Math.sqrt(2); }\nfunction main() { spin(); }';
    const result = await box.run(code, {}, { profile: true, limits: { timeoutMs: 400 } });
    expect(result.status).toBe('timed_out');
    expect(named(result.flame, 'spin')).toMatchObject({ file: 'main.js', line: 1 });
    const next = await box.run('function main() { return 1; }');
    expect(next).toMatchObject({ status: 'completed', output: 1 });
    expect(next).not.toHaveProperty('flame');
  });

  it('says what it did before the code ran', async () => {
    const code = `function main() { return ${JSON.stringify('new')}; }`;
    const [first, second] = [await box.run(code), await box.run(code)];
    expect(first.timings).toMatchObject({ compiled: true });
    expect(second.timings).toMatchObject({ compiled: false });
    expect(first.timings.compileMs).toBeGreaterThan(0);
  });
});

describe('a flame graph', () => {
  const compiled = { kind: 'script', source: 'x', filename: 'task:///main.js', map: null, lines: 3 } as const;
  const node = (
    id: number,
    functionName: string,
    url: string,
    lineNumber: number,
    selfUs: number,
    children: number[] = [],
  ) => ({
    id,
    children,
    selfUs,
    callFrame: { functionName, url, lineNumber, columnNumber: lineNumber },
  });
  const root = node(1, '(root)', '', 0, 0, [2]);
  const value = (threads: unknown) => flameOf(JSON.stringify(threads), compiled)?.value ?? null;

  it.each<[string, unknown, number | null]>([
    ['nothing', [], null],
    ['no profile at all', { nodes: 7 }, null],
    ['threads that are none', [7, null, 'x', {}], null],
    ['nodes that are none', [[7, null, { id: 1 }, root]], null],
    ['a place that the engine does not know', [[root, node(2, 'f', 'task:///main.js', 0, 3000)]], 3],
    ['a line after the end', [[root, node(2, 'f', 'task:///main.js', 99, 3000)]], 3],
    ['a name that is no address', [[root, node(2, 'f', 'task:///%zz', 1, 3000)]], 3],
    [
      'calls that go round',
      [[root, node(2, 'f', 'task:///main.js', 1, 1000, [3]), node(3, 'g', 'task:///main.js', 2, 1000, [2, 1])]],
      2,
    ],
    ['time that is none', [[root, node(2, 'f', 'task:///main.js', 1, Number.NaN), node(3, 'g', '', 1, -5)]], null],
    [
      'two threads',
      [
        [root, node(2, 'f', 'task:///main.js', 1, 1000)],
        [root, node(2, 'f', 'task:///main.js', 1, 2000)],
      ],
      3,
    ],
  ])('is made of what a runner says, also of %s', (_name, threads, expected) => {
    expect(value(threads)).toBe(expected);
  });

  it('of very deep calls stays readable', () => {
    const deep = Array.from({ length: 5000 }, (_, n) => node(n + 2, `f${n}`, 'task:///main.js', 1, 1000, [n + 3]));
    const flame = flameOf(JSON.stringify([[root, ...deep]]), compiled);
    expect(flame?.value).toBe(5000);
    expect(all(flame as Flame).length).toBeLessThan(300);
  });
});
