import type { BatchItem } from '@ratchet/contract/entities/batch';
import type { Span } from '@ratchet/contract/entities/trace';
import { describe, expect, it } from 'vitest';
import { csvOf } from '../../src/pages/batch/batch-export.ts';
import { pairSpans } from '../../src/pages/compare/compare-spans.ts';
import { toggled } from '../../src/pages/debugger/breakpoints.ts';
import { decodeVlq, readSourceMap } from '../../src/pages/debugger/source-map.ts';
import { valueText } from '../../src/pages/debugger/value-text.ts';
import { executionClauses, executionDefaults } from '../../src/pages/executions/execution-filters.ts';
import { type FoundLine, patternOf, patternsOf, trendOf } from '../../src/pages/logs/log-pattern.ts';
import { inBulk } from '../../src/pages/runs/in-bulk.ts';
import { mergeNews, type News } from '../../src/pages/runs/live-rows.ts';
import { isoOfLocal, localOfIso } from '../../src/pages/runs/local-time.ts';
import { bytesText } from '../../src/pages/workers/bytes-text.ts';

interface Row {
  id: string;
  at: number;
}
const row = (id: string, at = 0): Row => ({ id, at });
const loaded = (...pages: Row[][]) => ({
  pages: pages.map((items) => ({ items, meta: { total: 9, nextCursor: null } })),
  pageParams: [],
});
const news = (told: Partial<News<Row>>): News<Row> => ({
  changed: new Map(),
  gone: new Set(),
  newest: [],
  total: null,
  ...told,
});
const ids = ({ pages }: { pages: { items: readonly Row[] }[] }) => pages.map(({ items }) => items.map(({ id }) => id));

describe('a loaded list and what is new', () => {
  const before = loaded([row('c'), row('b')], [row('a')]);
  it('stays the same object where nothing changed', () => {
    expect(mergeNews(before, news({}))).toBe(before);
    expect(mergeNews(before, news({ changed: new Map([['z', row('z')]]) }))).toBe(before);
  });
  it('takes a change in its place and leaves other pages alone', () => {
    const after = mergeNews(before, news({ changed: new Map([['a', row('a', 1)]]) }));
    expect(ids(after)).toEqual([['c', 'b'], ['a']]);
    expect(after.pages[1]?.items[0]?.at).toBe(1);
    expect(after.pages[0]).toBe(before.pages[0]);
  });
  it('puts what is new in front, once, and takes away what is gone', () => {
    const after = mergeNews(
      before,
      news({ newest: [row('e'), row('d'), row('c', 2)], gone: new Set(['b', 'd']), total: 10 }),
    );
    expect(ids(after)).toEqual([['e', 'c'], ['a']]);
    expect(after.pages[0]?.items[1]?.at).toBe(2);
    expect(after.pages[0]?.meta.total).toBe(10);
  });
});

describe('conditions of executions', () => {
  const now = Date.parse('2026-11-21T12:00:30Z');
  it.each([
    [{}, []],
    [{ status: 'failed,timed_out' }, [{ field: 'status', op: 'eq', value: ['failed', 'timed_out'] }]],
    [{ status: 'no such' }, []],
    [{ trigger: 'direct' }, [{ field: 'jobId', op: 'eq', value: null }]],
    [{ took: '1m' }, [{ field: 'durationMs', op: 'gte', value: 60_000 }]],
    [{ when: '1h' }, [{ field: 'queuedAt', op: 'gte', value: '2026-11-21T11:00:00.000Z' }]],
    [{ when: 'ever' }, []],
  ])('%j', (state, wanted) => {
    expect(executionClauses({ ...executionDefaults, ...state }, now)).toEqual(wanted);
  });
});

it('goes on with the others where one fails', async () => {
  const told: number[] = [];
  const act = async (id: string) => {
    if (id === 'b') throw new Error('not b');
    return id.toUpperCase();
  };
  const { done, failed } = await inBulk(['a', 'b', 'c'], act, { atOnce: 2, onProgress: (ended) => told.push(ended) });
  expect(done.map(({ result }) => result).sort()).toEqual(['A', 'C']);
  expect(failed).toMatchObject([{ id: 'b', error: { message: 'not b' } }]);
  expect(told).toEqual([1, 2, 3]);
});

describe('source maps', () => {
  it.each([
    ['AAAA', [0, 0, 0, 0]],
    ['AACA', [0, 0, 1, 0]],
    ['D', [-1]],
    ['gB', [16]],
    ['2HwcqxB', [123, 456, 789]],
  ])('%s', (text, numbers) => expect(decodeVlq(text)).toEqual(numbers));
  it('leads to the author’s line and names', () => {
    const map = readSourceMap(
      JSON.stringify({ sources: ['a.ts', 'b.ts'], names: ['rate'], mappings: ';AACA,MCAEA;;ADEA' }),
    );
    expect(map.placeOf(0, 0)).toBeNull();
    expect(map.placeOf(1, 0)).toEqual({ url: 'a.ts', line: 2, column: 1 });
    expect(map.placeOf(1, 9)).toEqual({ url: 'b.ts', line: 2, column: 3 });
    expect(map.placeOf(3, 4)).toEqual({ url: 'a.ts', line: 4, column: 3 });
    expect(map.namesIn('\nconst rate2 = 1;')).toEqual(new Map([['rate2', 'rate']]));
  });
});

it.each([
  [{ type: 'string', value: 'a "b"' }, '"a \\"b\\""'],
  [{ type: 'object', subtype: 'null', value: null }, 'null'],
  [{ type: 'undefined' }, 'undefined'],
  [{ type: 'number', unserializableValue: 'NaN', description: 'NaN' }, 'NaN'],
  [{ type: 'bigint', unserializableValue: '12n' }, '12n'],
  [
    {
      type: 'object',
      description: 'Object',
      preview: {
        type: 'object',
        description: 'Object',
        overflow: true,
        properties: [{ name: 'a', type: 'number', value: '1' }],
      },
    },
    '{ a: 1, … }',
  ],
  [{ type: 'object', subtype: 'error', description: 'TypeError: no\n    at main' }, 'TypeError: no'],
])('reads %j as a person does', (value, text) => expect(valueText(value)).toBe(text));

it('sets a breakpoint and takes it away, in the order of files and lines', () => {
  const two = toggled(toggled([], 'b.ts', 4), 'a.ts', 9);
  expect(two.map(({ file, line }) => `${file}:${line}`)).toEqual(['a.ts:9', 'b.ts:4']);
  expect(toggled(two, 'a.ts', 9).map(({ file }) => file)).toEqual(['b.ts']);
});

describe('patterns of messages', () => {
  it.each([
    ['took 12 ms', 'took <number> ms'],
    ['user 0192d683-783e-7a03-8467-5661c1243ad4 came', 'user <id> came'],
    ['at 2026-11-21T12:00:00.123Z', 'at <time>'],
    ['GET https://example.org/a?b=1 failed', 'GET <address> failed'],
    ['no file "a.txt" or \'b.txt\'', 'no file <text> or <text>'],
    ['commit 3f9ac01b77', 'commit <hex>'],
    ['nothing changes here', 'nothing changes here'],
  ])('%s', (message, pattern) => expect(patternOf(message)).toBe(pattern));

  const line = (message: string, time: string, level: FoundLine['level'] = 'info'): FoundLine => ({
    executionId: 'e',
    taskName: 't',
    sequence: 1,
    level,
    message,
    time,
  });
  const lines = [
    line('took 1 ms', '2026-01-01T00:00:00Z'),
    line('took 2 ms', '2026-01-01T00:00:10Z'),
    line('took 2 ms', '2026-01-01T00:00:20Z', 'warn'),
  ];
  it('counts what says the same at the same level', () => {
    expect(patternsOf(lines).map(({ count, level, latest }) => [count, level, latest.message])).toEqual([
      [2, 'info', 'took 2 ms'],
      [1, 'warn', 'took 2 ms'],
    ]);
  });
  it('counts each line once over time', () => {
    const points = trendOf(lines, 4);
    const sum = (level: string) => points.reduce((total, point) => total + Number(point[level]), 0);
    expect([sum('info'), sum('warn'), sum('error')]).toEqual([2, 1, 0]);
    expect(trendOf([])).toEqual([]);
  });
});

it('pairs spans by kind and name, in the order that they began', () => {
  const span = (name: string, startMs: number, durationMs: number, kind: Span['kind'] = 'http'): Span => ({
    id: `${name}${startMs}`,
    parentId: null,
    name,
    kind,
    startMs,
    durationMs,
    attributes: {},
    error: null,
  });
  const pairs = pairSpans(
    [span('task', 0, 50, 'execution'), span('GET /b', 20, 1), span('GET /a', 10, 2), span('GET /a', 30, 3)],
    [span('other', 0, 60, 'execution'), span('GET /a', 12, 4)],
  );
  expect(pairs.map(({ name, a, b }) => [name, a?.durationMs ?? null, b?.durationMs ?? null])).toEqual([
    ['execution', 50, 60],
    ['GET /a', 2, 4],
    ['GET /b', 1, null],
    ['GET /a', 3, null],
  ]);
});

it('writes CSV that a spreadsheet reads and does not calculate', () => {
  const item: BatchItem = {
    position: 0,
    key: '=1+1',
    dependsOn: [],
    taskId: null,
    taskName: 'a, "b"',
    priority: 'normal',
    status: 'completed',
    jobId: null,
    executionId: null,
    output: -3,
    outputOmitted: false,
    error: null,
    finishedAt: null,
  };
  expect(csvOf([item]).split('\r\n')[1]).toBe('0,\'=1+1,"a, ""b""",completed,,,-3,');
});

it.each([
  [0, '0 B'],
  [999, '999 B'],
  [1000, '1.0 kB'],
  [704_000_000, '704 MB'],
  [999_990, '1.0 MB'],
])('%d bytes', (bytes, text) => expect(bytesText(bytes)).toBe(text));

it('reads a picker’s time in the zone of the browser', () => {
  const iso = '2026-11-21T15:04:05.000Z';
  expect(isoOfLocal(localOfIso(iso))).toBe(iso);
});
