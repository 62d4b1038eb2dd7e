import type { Execution } from '@ratchet/contract/entities/execution';
import { RatchetError } from '@ratchet/contract/errors';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { draw } from '../../src/console/monitor/draw.ts';
import { views } from '../../src/console/monitor/feed.ts';
import { bytes, duration, figure, percent } from '../../src/console/monitor/figures.ts';
import { type Following, follow } from '../../src/console/monitor/follow.ts';
import { bars, share, textOf } from '../../src/console/monitor/line.ts';
import { type Monitored, nothingYet, perSecond, withExecutions } from '../../src/console/monitor/monitored.ts';
import { readMetrics } from '../../src/console/monitor/read-metrics.ts';
import { atFirst, pressed, type ScreenKey, type ScreenState } from '../../src/console/monitor/screen-state.ts';
import { metricRows } from '../../src/console/monitor/views/metrics.ts';
import { displayWidth } from '../../src/display-width.ts';

const execution = (id: string, more: Partial<Execution> = {}): Execution => ({
  id,
  jobId: null,
  taskId: null,
  taskName: `task ${id}`,
  taskVersion: '1.0.0',
  taskRevision: 1,
  status: 'running',
  input: {},
  output: null,
  error: null,
  progress: null,
  progressMessage: null,
  attempt: 1,
  nodeId: null,
  triggeredBy: 'ann',
  outputs: [],
  record: false,
  replayOf: null,
  cachedFrom: null,
  note: null,
  keep: false,
  profile: false,
  queuedAt: '2026-01-01T00:00:00.000Z',
  startedAt: null,
  finishedAt: null,
  durationMs: null,
  revision: 1,
  ...more,
});
const now = Date.parse('2026-01-01T00:01:00.000Z');
const monitored = (more: Partial<Monitored> = {}): Monitored => ({ ...nothingYet('http://127.0.0.1:8080'), ...more });
const shown = (live: Monitored, state: ScreenState, size = { columns: 100, rows: 30 }) =>
  draw(live, state, size, now).lines.map(textOf);

describe('a screen', () => {
  it('fits every terminal, whatever tasks are called', () => {
    const text = fc.string({ unit: 'binary', maxLength: 80 });
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 200 }),
        fc.integer({ min: 1, max: 60 }),
        fc.constantFrom(...views),
        fc.array(fc.tuple(text, text), { maxLength: 40 }),
        fc.record({
          paused: fc.boolean(),
          help: fc.boolean(),
          detail: fc.boolean(),
          typing: fc.boolean(),
          filter: fc.constantFrom('', 'a'),
        }),
        fc.integer({ min: 0, max: 60 }),
        (columns, rows, view, names, chosen, marked) => {
          const executions = names.map(([taskName, message], at) =>
            execution(String(at), { taskName, error: { class: 'E', message, stack: message, line: 1, file: null } }),
          );
          const logs = names.map(([taskName, message], at) => ({
            key: `${at}`,
            time: new Date(now).toISOString(),
            level: 'info',
            message,
            taskName,
          }));
          const lines = shown(
            monitored({ executions, logs }),
            { ...atFirst(view), ...chosen, marked },
            { columns, rows },
          );
          expect(lines.length).toBeLessThanOrEqual(rows);
          for (const line of lines) {
            expect(displayWidth(line)).toBeLessThanOrEqual(columns);
            // biome-ignore lint/suspicious/noControlCharactersInRegex: none may reach the terminal.
            expect(line).not.toMatch(/[\u0000-\u001f\u007f-\u009f]/);
          }
        },
      ),
    );
  });
  it.each(views)('says so where %s has nothing', (view) => {
    expect(shown(monitored(), atFirst(view)).join('\n')).toMatch(/Nothing is logged|No |all 0/);
  });
  it('shows what was asked for', () => {
    const live = monitored({ executions: [execution('a'), execution('b', { status: 'failed' })] });
    expect(shown(live, { ...atFirst('executions'), filter: 'failed' }).join('\n')).not.toContain('task a');
    expect(shown(live, { ...atFirst('executions'), filter: 'zz' }).join('\n')).toContain('Nothing has "zz"');
    expect(shown(live, { ...atFirst('executions'), detail: true, marked: 1 }).join('\n')).toContain(
      'task b 1.0.0, revision 1',
    );
    expect(shown(live, { ...atFirst('dashboard'), paused: true })[0]).toContain('PAUSED');
    expect(shown(live, { ...atFirst('dashboard'), help: true }).join('\n')).toContain('pause: what is shown stays');
  });
  it.each<[Following, string]>([
    [{ state: 'connected' }, '● connected'],
    [{ state: 'connecting' }, '○ connecting'],
    [{ state: 'offline', retryInMs: 4000 }, 'offline, again in 4 s'],
    [{ state: 'refused', why: 'Not for you.' }, 'refused: Not for you.'],
  ])('says how it stands: %j', (following, wanted) => {
    expect(shown(monitored({ following }), atFirst('workers'))[0]).toContain(wanted);
  });
});

describe('keys', () => {
  const at = { rows: 10, page: 4 };
  const text = (given: string): ScreenKey => ({ text: given });
  it.each<[Partial<ScreenState>, ScreenKey, Partial<ScreenState> | null]>([
    [{}, text('q'), null],
    [{}, 'interrupt', null],
    [{ typing: true }, 'interrupt', null],
    [{}, 'down', { marked: 1 }],
    [{}, 'up', { marked: 0 }],
    [{ marked: 9 }, 'down', { marked: 9 }],
    [{ marked: 3 }, 'pageDown', { marked: 7 }],
    [{ marked: 3 }, 'end', { marked: 9 }],
    [{ marked: 3 }, text('g'), { marked: 0 }],
    [{}, text('/'), { typing: true }],
    [{ typing: true }, text('q'), { filter: 'q', typing: true }],
    [{ typing: true, filter: 'ab' }, 'backspace', { filter: 'a' }],
    [{ typing: true, filter: 'ab' }, 'escape', { filter: '', typing: false }],
    [{ typing: true, filter: 'ab' }, 'enter', { filter: 'ab', typing: false }],
    [{ filter: 'ab' }, 'escape', { filter: '' }],
    [{}, 'escape', null],
    [{}, text('p'), { paused: true }],
    [{ paused: true }, text('p'), { paused: false }],
    [{}, text('?'), { help: true }],
    [{ help: true }, text('x'), { help: false }],
    [{ help: true }, text('q'), null],
    [{ marked: 3 }, text('3'), { view: 'logs', marked: 0 }],
    [{ view: 'workers' }, 'tab', { view: 'dashboard' }],
    [{ view: 'executions' }, 'enter', { detail: true }],
    [{ view: 'executions', detail: true }, 'escape', { detail: false }],
    [{ view: 'logs' }, 'enter', { detail: false }],
  ])('%j and %j', (state, key, wanted) => {
    const next = pressed({ ...atFirst('dashboard'), ...state }, key, at);
    if (wanted === null) expect(next).toBeNull();
    else expect(next).toMatchObject(wanted);
  });
});

describe('figures', () => {
  it('keeps the later state of an execution, the newest first', () => {
    const later = execution('a', { status: 'completed', revision: 2 });
    const b = execution('b', { queuedAt: '2026-01-01T00:00:01.000Z' });
    expect(withExecutions([execution('a')], [later, b]).map(({ id, status }) => [id, status])).toEqual([
      ['b', 'running'],
      ['a', 'completed'],
    ]);
    expect(withExecutions([later], [execution('a')])[0]?.status).toBe('completed');
  });
  it('counts by the second', () => {
    const counts = perSecond([1000, 60_500, 60_900, 100], 61_000);
    expect([counts.at(-1), counts[0], counts.reduce((a, b) => a + b)]).toEqual([2, 0, 2]);
  });
  it('reads what Prometheus reads', () => {
    const text =
      '# HELP a_total How many.\n# TYPE a_total counter\na_total{x="1"} 4\n# TYPE h histogram\nh_bucket{le="1"} 2\nh_sum 3.5\nh_count 2\nrubbish\nb NaN\n';
    const samples = readMetrics(text);
    expect(samples).toEqual([
      { name: 'a_total', labels: 'x="1"', value: 4, type: 'counter', help: 'How many.' },
      { name: 'h_sum', labels: '', value: 3.5, type: 'histogram', help: '' },
      { name: 'h_count', labels: '', value: 2, type: 'histogram', help: '' },
    ]);
    const before = { samples: samples.map((sample) => ({ ...sample, value: 0 })), msAgo: 2000 };
    expect(metricRows({ metrics: samples, before }, 'a_total').map(({ rate }) => rate)).toEqual([2]);
  });
  it('says figures in words of people', () => {
    expect([duration(null), duration(12.4), duration(1500), duration(65_000), duration(7_260_000)]).toEqual([
      '-',
      '12 ms',
      '1.5 s',
      '1 m 5 s',
      '2 h 1 m',
    ]);
    expect([percent(null), percent(0.987), bytes(0), bytes(1536), bytes(null)]).toEqual([
      '-',
      '98.7 %',
      '0 B',
      '1.5 KB',
      '-',
    ]);
    expect([figure(1234567), figure(0.123456)]).toEqual(['1,234,567', '0.1235']);
    expect([bars([0, 1, 2], 10), share(1, 2, 4), share(5, 0, 2)]).toEqual([' ▄█', '██░░', '░░']);
  });
});

describe('following', () => {
  it('goes on over breaks, catches up each time, and stops when told', async () => {
    const stop = new AbortController();
    const heard: number[] = [];
    const stood: string[] = [];
    let [opened, caught] = [0, 0];
    await follow<number>(
      {
        async *open() {
          yield ++opened;
          if (opened === 2) stop.abort();
          throw new RatchetError('UNAVAILABLE', 'gone');
        },
        catchUp: async () => void caught++,
        event: (event) => void heard.push(event),
        stands: ({ state }) => void stood.push(state),
      },
      stop.signal,
    );
    expect([heard, caught, stood]).toEqual([[1, 2], 2, ['connected', 'offline', 'connected']]);
  });
  it('says why it is refused', async () => {
    const stop = new AbortController();
    const stood: Following[] = [];
    await follow<number>(
      {
        async *open() {
          yield* [];
        },
        catchUp: () => Promise.reject(new RatchetError('PERMISSION_DENIED', 'Not for you.')),
        event: () => undefined,
        stands: (following) => {
          stood.push(following);
          stop.abort();
        },
      },
      stop.signal,
    );
    expect(stood).toEqual([{ state: 'refused', why: 'Not for you.' }]);
  });
});
