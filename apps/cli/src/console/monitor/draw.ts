import { views } from './feed.ts';
import { clock } from './figures.ts';
import { empty, fitted, type Line, type Piece, plain } from './line.ts';
import type { Monitored } from './monitored.ts';
import type { ScreenState } from './screen-state.ts';
import { dashboardLines } from './views/dashboard.ts';
import { executionDetail, executionLines, matchesExecution } from './views/executions.ts';
import { logLine, matchesLog } from './views/logs.ts';
import { metricLines, metricRows } from './views/metrics.ts';
import { matchesWorker, workerLines } from './views/workers.ts';

export interface Size {
  readonly columns: number;
  readonly rows: number;
}

const least: Size = { columns: 20, rows: 5 };

/** A whole screen: as many lines as there are rows, and none wider than it. `marks`: how many rows can be marked. */
export function draw(
  monitored: Monitored,
  state: ScreenState,
  size: Size,
  now: number,
): { lines: Line[]; marks: number } {
  const columns = Math.max(least.columns, size.columns);
  const rows = Math.max(least.rows, size.rows);
  const inner = rows - 3;
  const { lines, marks } = state.help
    ? { lines: help, marks: 0 }
    : body(monitored, state, { columns, rows: inner }, now);
  const filled = [...lines.slice(0, inner), ...new Array<Line>(Math.max(0, inner - lines.length)).fill(empty)];
  const all = [header(monitored, state, columns, now), empty, ...filled, footer(state, columns)];
  return { lines: all.map((line) => fitted(line, Math.min(columns, size.columns))).slice(0, size.rows), marks };
}

function standing(following: Monitored['following']): Piece {
  if ('why' in following) return { text: `○ refused: ${following.why}`, color: 'red' };
  if ('retryInMs' in following)
    return { text: `○ offline, again in ${Math.max(1, Math.round(following.retryInMs / 1000))} s`, color: 'red' };
  return following.state === 'connected'
    ? { text: '● connected', color: 'green' }
    : { text: '○ connecting', color: 'yellow' };
}

function header({ server, following }: Monitored, { view, paused }: ScreenState, columns: number, now: number): Line {
  const place = URL.parse(server)?.host ?? server;
  const stands = standing(following);
  return [
    { text: columns < 60 ? view : `Ratchet ${view}`, bold: true },
    ...(columns < 40 ? [] : [{ text: `  ${place}`, dim: true }]),
    { text: '  ' },
    stands,
    ...(columns < 70 ? [] : [{ text: `  ${clock(now)}`, dim: true }]),
    ...(paused ? [{ text: '  PAUSED', color: 'yellow', bold: true } as const] : []),
  ];
}

function footer({ typing, filter }: ScreenState, columns: number): Line {
  if (typing)
    return [
      { text: '/' },
      { text: filter },
      { text: ' ', inverse: true },
      { text: '  Enter keeps it, Esc drops it', dim: true },
    ];
  const kept = filter === '' ? [] : [{ text: `  /${filter}`, color: 'yellow' } as const];
  const numbered = views.map((view, at) => `${at + 1} ${view}`).join('  ');
  return [
    { text: columns < 90 ? 'q leave  ? keys' : `q leave  ? keys  / filter  p pause  ${numbered}`, dim: true },
    ...kept,
  ];
}

const help: readonly Line[] = [
  ['q  Ctrl-C', 'leave'],
  ['1 … 5  Tab', 'dashboard, executions, logs, metrics, workers'],
  ['↑ ↓  PgUp PgDn', 'move through the rows; g and G: the first and the last'],
  ['Enter', 'everything about the marked execution'],
  ['/', 'show only rows with a text; Esc shows all again'],
  ['p', 'pause: what is shown stays, what happens is still heard'],
  ['?', 'these keys; any key goes back'],
].map(([keys = '', what = '']) => [{ text: keys.padEnd(16), bold: true }, { text: what }]);

function body(
  monitored: Monitored,
  state: ScreenState,
  { columns: width, rows }: Size,
  now: number,
): { lines: Line[]; marks: number } {
  const { view, filter, marked } = state;
  if (view === 'dashboard') return { lines: dashboardLines(monitored, { width, rows, filter, now }), marks: 0 };
  if (view === 'executions') {
    const shown = monitored.executions.filter((one) => matchesExecution(one, filter));
    const one = shown[Math.min(marked, shown.length - 1)];
    if (state.detail && one) return { lines: executionDetail(one, now), marks: shown.length };
    return scrolled(
      executionLines(shown, width, now),
      state,
      rows,
      'No execution yet: run a task, and it comes up here.',
    );
  }
  if (view === 'workers')
    return scrolled(
      workerLines(
        monitored.workers.filter((one) => matchesWorker(one, filter)),
        width,
      ),
      state,
      rows,
      'No worker.',
    );
  if (view === 'metrics') return scrolled(metricLines(metricRows(monitored, filter), width), state, rows, 'No figure.');
  const logs = monitored.logs.filter((one) => matchesLog(one, filter));
  if (logs.length === 0)
    return {
      lines: [plain('Nothing is logged. Lines of tasks that run from now on come up here.', { dim: true })],
      marks: 0,
    };
  // The newest are at the bottom, as in a file that is followed; marking goes back from there.
  const back = Math.min(marked, Math.max(0, logs.length - rows));
  return {
    lines: logs.slice(Math.max(0, logs.length - rows - back), logs.length - back).map(logLine),
    marks: logs.length,
  };
}

/** The part of a table around the marked row, below its heading. */
function scrolled(
  [heading = empty, ...all]: Line[],
  { marked, filter }: ScreenState,
  rows: number,
  none: string,
): { lines: Line[]; marks: number } {
  if (all.length === 0)
    return {
      lines: [
        plain(filter === '' ? none : `Nothing has ${JSON.stringify(filter)}: Esc shows all again.`, { dim: true }),
      ],
      marks: 0,
    };
  const seen = rows - 1;
  const at = Math.min(marked, all.length - 1);
  const first = Math.max(0, Math.min(at - Math.floor(seen / 2), all.length - seen));
  const shown = all
    .slice(first, first + seen)
    .map((line, i) => (first + i === at ? line.map((piece) => ({ ...piece, inverse: true })) : line));
  return { lines: [heading, ...shown], marks: all.length };
}
