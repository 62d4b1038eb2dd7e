import type { FlameFrame, Span } from '@ratchet/contract/entities/trace';
import { describe, expect, test } from 'vitest';
import { axisText, changeWords, sparkPath } from '../../src/kit/chart/chart-data.ts';
import { flameBoxes, frameAt, moveBox, topFunctions } from '../../src/kit/trace/flame-layout.ts';
import { axisTicks, spanRows, wholeMs } from '../../src/kit/trace/span-rows.ts';

const span = (id: string, parentId: string | null, startMs: number, durationMs: number): Span => ({
  id,
  parentId,
  name: id,
  kind: 'run',
  startMs,
  durationMs,
  attributes: {},
  error: null,
});
const none: ReadonlySet<string> = new Set();

describe('a waterfall', () => {
  const spans = [
    span('late', 'top', 60, 40),
    span('top', null, 0, 100),
    span('early', 'top', 10, 20),
    span('in', 'early', 12, 5),
  ];
  test('what lies in a span follows it, the earlier first', () => {
    expect(spanRows(spans, 100, none).map(({ span: { id }, depth }) => [id, depth])).toEqual([
      ['top', 0],
      ['early', 1],
      ['in', 2],
      ['late', 1],
    ]);
  });
  test('a closed span hides all that lies in it', () => {
    expect(spanRows(spans, 100, new Set(['early'])).map(({ span: { id } }) => id)).toEqual(['top', 'early', 'late']);
  });
  test('places are parts of the whole', () => {
    expect(spanRows(spans, 200, none)[3]).toMatchObject({ from: 0.3, width: 0.2 });
    expect(wholeMs([span('a', null, 50, 100)], null)).toBe(150);
    expect(wholeMs([], null)).toBeGreaterThan(0);
  });
  test.each([
    ['a parent that is not there', [span('a', 'gone', 0, 1)]],
    ['a span of its own', [span('a', 'a', 0, 1)]],
    ['a ring', [span('a', 'b', 0, 1), span('b', 'a', 0, 1)]],
  ])('nothing is lost: %s', (_, given) => {
    expect(spanRows(given, 1, none)).toHaveLength(given.length);
  });
  test('round figures on the axis', () => {
    expect(axisTicks(1240)).toEqual([0, 500, 1000]);
    expect(axisTicks(0.001).length).toBeGreaterThan(1);
  });
});

const frame = (name: string, self: number, children: FlameFrame[] = []): FlameFrame => ({
  name,
  file: name.startsWith('e') ? null : `src/${name}.ts`,
  line: 1,
  self,
  value: self + children.reduce((sum, { value }) => sum + value, 0),
  children,
});

describe('a flame graph', () => {
  const flame = frame('root', 10, [frame('a', 20, [frame('b', 30)]), frame('c', 40, [frame('c', 0.0001)])]);
  test('boxes lie under who called them, as wide as their time', () => {
    const boxes = flameBoxes(flame);
    expect(boxes.map(({ id, depth, frame: { name } }) => [id, depth, name])).toEqual([
      ['0', 0, 'root'],
      ['0.0', 1, 'a'],
      ['0.0.0', 2, 'b'],
      ['0.1', 1, 'c'],
    ]);
    expect(boxes[3]!.from).toBeCloseTo(0.5);
    expect(boxes[3]!.width).toBeCloseTo(0.4);
  });
  test('zoomed, what lies around fills the width and the rest is gone', () => {
    expect(flameBoxes(flame, '0.0').map(({ id, width, around }) => [id, Number(width.toFixed(2)), around])).toEqual([
      ['0', 1, true],
      ['0.0', 1, false],
      ['0.0.0', 0.6, false],
    ]);
  });
  test('every box lies within its parent', () => {
    const byId = new Map(flameBoxes(flame).map((box) => [box.id, box]));
    for (const box of byId.values()) {
      const parent = byId.get(box.parent ?? '');
      if (parent === undefined) continue;
      expect(box.from).toBeGreaterThanOrEqual(parent.from - 1e-9);
      expect(box.from + box.width).toBeLessThanOrEqual(parent.from + parent.width + 1e-9);
    }
  });
  test.each([
    ['0', 'ArrowDown', '0.0'],
    ['0.0', 'ArrowRight', '0.1'],
    ['0.1', 'ArrowLeft', '0.0'],
    ['0.0.0', 'ArrowUp', '0.0'],
    ['0', 'ArrowUp', null],
    ['0.0.0', 'Home', '0'],
    ['gone', 'ArrowUp', '0'],
  ])('from %s by %s', (id, key, to) => expect(moveBox(flameBoxes(flame), id, key)).toBe(to));
  test('an id names a frame or none', () => {
    expect(frameAt(flame, '0.0.0')?.name).toBe('b');
    expect(frameAt(flame, '0.9')).toBeUndefined();
  });
  test('a function that calls itself is counted once', () => {
    const top = topFunctions(frame('root', 0, [frame('c', 5, [frame('c', 5)])]));
    expect(top).toEqual([expect.objectContaining({ name: 'c', self: 10, total: 10, share: 1 })]);
  });
});

describe('charts', () => {
  test('a line needs two figures', () => {
    expect(sparkPath([1], 10, 10)).toBeNull();
    expect(sparkPath([null, null, 3], 10, 10)).toBeNull();
    expect(sparkPath([0, 10], 10, 10)?.line).toBe('M0 9L10 1');
    expect(sparkPath([5, null, 5], 10, 10)?.line).toBe('M0 5L10 5');
  });
  test.each([
    [0.124, 'up', '+12%', 'good'],
    [0.5, 'down', '+50%', 'bad'],
    [-0.031, 'down', '−3.1%', 'good'],
    [0, 'up', 'no change', 'even'],
    [Number.POSITIVE_INFINITY, 'up', 'no change', 'even'],
    [0.2, 'neither', '+20%', 'even'],
  ] as const)('a change of %d', (ratio, good, text, tone) => {
    expect(changeWords(ratio, good)).toEqual({ text, tone });
  });
  test('a time that is none has no text', () => expect(axisText(Number.NaN, 0)).toBe(''));
});
