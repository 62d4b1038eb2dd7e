import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type BatchSettings,
  dependingOn,
  nextStep,
  type PlanItem,
  type PlanRequest,
  planBatch,
  widthOf,
} from '../src/batch-plan.ts';

const request = (key: string | undefined, dependsOn: string[] = [], priority: PlanRequest['priority'] = 'normal') => ({
  key,
  dependsOn,
  priority,
});

describe('a plan', () => {
  it.each([
    ['a key given twice', [request('a'), request('a')], ['requests.1.key']],
    ['a key that is another’s position', [request(undefined), request('0')], ['requests.1.key']],
    ['a dependency on nothing', [request('a', ['b'])], ['requests.0.dependsOn']],
    ['a dependency on itself', [request('a', ['a'])], ['requests.0.dependsOn']],
    [
      'a circle',
      [request('x'), request('a', ['c']), request('b', ['a']), request('c', ['b'])],
      ['requests.1.dependsOn'],
    ],
    ['several faults', [request('a', ['p']), request('b', ['q'])], ['requests.0.dependsOn', 'requests.1.dependsOn']],
  ])('is refused for %s', (_, requests, paths) => {
    const plan = planBatch('dependency', requests);
    expect('issues' in plan && plan.issues.map(({ path }) => path)).toEqual(paths);
  });

  it('names the circle', () => {
    const plan = planBatch('dependency', [request('a', ['b']), request('b', ['c']), request('c', ['b'])]);
    expect('issues' in plan && plan.issues[0]?.message).toContain('"b" → "c" → "b"');
  });

  it('of a mode without dependencies takes none', () => {
    expect(planBatch('parallel', [request('a'), request('b', ['a'])])).toHaveProperty('issues');
    expect(planBatch('sequential', [request('a'), request('b')])).toHaveProperty('items');
  });

  it('says of many faults the first ones and how many more', () => {
    const plan = planBatch(
      'dependency',
      Array.from({ length: 100 }, () => request(undefined, ['nowhere'])),
    );
    expect('issues' in plan && plan.issues).toHaveLength(21);
    expect('issues' in plan && plan.issues.at(-1)?.message).toBe('And 80 more.');
  });

  it('of ten thousand in one chain is laid out without running out of stack', () => {
    const chain = Array.from({ length: 10_000 }, (_, n) => request(String(n), n === 0 ? [] : [String(n - 1)]));
    expect(planBatch('dependency', chain)).toHaveProperty('items');
    const closed = chain.map((one, n) => (n === 0 ? request('0', ['9999']) : one));
    expect(planBatch('dependency', closed)).toHaveProperty('issues');
  });
});

/** Requests that depend on earlier ones only, shuffled. */
const requests = fc
  .array(
    fc.record({
      needs: fc.array(fc.nat(), { maxLength: 4 }),
      priority: fc.constantFrom('low', 'normal', 'high', 'urgent'),
    }),
    {
      minLength: 1,
      maxLength: 30,
    },
  )
  .chain((drawn) => {
    const made = drawn.map(({ needs, priority }, n) =>
      request(
        `k${n}`,
        n === 0 ? [] : [...new Set(needs.map((need) => `k${need % n}`))],
        priority as PlanRequest['priority'],
      ),
    );
    return fc.shuffledSubarray(made, { minLength: made.length });
  });
const settings: fc.Arbitrary<BatchSettings> = fc.record({
  mode: fc.constantFrom('dependency', 'priority_dependency', 'parallel', 'sequential'),
  maxParallel: fc.integer({ min: 1, max: 5 }),
  stopOnError: fc.boolean(),
});

type Status = 'waiting' | 'queued' | 'completed' | 'failed' | 'skipped';

/** Plays a batch as its rows would: what runs ends in any order, with any outcome. */
function play(
  items: readonly PlanItem[],
  given: BatchSettings,
  fails: (n: number) => boolean,
  pick: (n: number) => number,
) {
  const status: Status[] = items.map(() => 'waiting');
  const left = items.map(({ waitingFor }) => waitingFor);
  const released: number[] = [];
  let most = 0;
  for (let steps = 0; steps <= 10 * items.length + 10; steps++) {
    const all = (wanted: Status) => status.flatMap((one, n) => (one === wanted ? [n] : []));
    const ready = all('waiting')
      .filter((n) => left[n] === 0)
      .sort((a, b) => (items[a]?.rank ?? 0) - (items[b]?.rank ?? 0) || a - b);
    const next = nextStep(given, {
      running: all('queued').length,
      waiting: all('waiting').length,
      unsuccessful: all('failed').length + all('skipped').length,
      ready,
    });
    if (next.do === 'end') return { status, released, most, end: next.status };
    if (next.do === 'skip') for (const n of all('waiting')) status[n] = 'skipped';
    if (next.do === 'release')
      for (const n of next.positions) {
        expect(
          items[n]?.dependsOn.every((key) => status[items.findIndex((item) => item.key === key)] === 'completed'),
        ).toBe(true);
        status[n] = 'queued';
        released.push(n);
      }
    most = Math.max(most, all('queued').length);
    if (next.do !== 'wait') continue;
    const running = all('queued');
    const ended = running[pick(steps) % running.length] as number;
    status[ended] = fails(ended) ? 'failed' : 'completed';
    const { dependants } = items[ended] as PlanItem;
    if (status[ended] === 'completed') for (const n of dependants) left[n] = (left[n] ?? 0) - 1;
    else {
      const waiting = new Map(all('waiting').map((n) => [n, items[n]?.dependants ?? []]));
      for (const n of dependingOn([{ dependants }], waiting)) status[n] = 'skipped';
    }
  }
  throw new Error('It does not end.');
}

describe('a batch that is played', () => {
  it('ends, keeps its width, and begins nothing before what it depends on is completed', () => {
    fc.assert(
      fc.property(requests, settings, fc.func(fc.boolean()), fc.func(fc.nat()), (drawn, given, fails, pick) => {
        const ordered = given.mode === 'dependency' || given.mode === 'priority_dependency';
        const plan = planBatch(given.mode, ordered ? drawn : drawn.map((one) => ({ ...one, dependsOn: [] })));
        if ('issues' in plan) throw new Error(JSON.stringify(plan.issues));
        const { status, released, most, end } = play(plan.items, given, fails, pick);
        expect(most).toBeLessThanOrEqual(widthOf(given));
        expect(new Set(released).size).toBe(released.length);
        expect(status).not.toContain('waiting');
        expect(status).not.toContain('queued');
        expect(end).toBe(status.every((one) => one === 'completed') ? 'completed' : 'failed');
        if (!given.stopOnError)
          for (const [n, one] of status.entries())
            if (one === 'skipped')
              expect(
                plan.items[n]?.dependsOn.some((key) => {
                  const on = status[plan.items.findIndex((item) => item.key === key)];
                  return on === 'failed' || on === 'skipped';
                }),
              ).toBe(true);
        if (given.mode === 'sequential') expect(released).toEqual([...released].sort((a, b) => a - b));
      }),
    );
  });

  it('by priority begins the most urgent of those that may', () => {
    const plan = planBatch('priority_dependency', [
      request('a', [], 'low'),
      request('b', [], 'urgent'),
      request('c', ['b'], 'urgent'),
      request('d', [], 'high'),
    ]);
    if ('issues' in plan) throw new Error('It is fine.');
    const given = { mode: 'priority_dependency', maxParallel: 1, stopOnError: false } as const;
    const { released } = play(
      plan.items,
      given,
      () => false,
      () => 0,
    );
    expect(released).toEqual([1, 2, 3, 0]);
  });
});
