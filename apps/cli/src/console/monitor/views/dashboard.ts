import { duration, figure, percent } from '../figures.ts';
import { bars, empty, type Line, oneLine, type Piece, plain, share } from '../line.ts';
import { hasEnded, type Monitored } from '../monitored.ts';
import { executionLines, matchesExecution } from './executions.ts';
import { workerLines } from './workers.ts';

const heading = (text: string): Line => plain(text, { bold: true });

/** Name and figure, one after the other. */
const figures = (given: readonly (readonly [name: string, value: string, paint?: Omit<Piece, 'text'>])[]): Line =>
  given.flatMap(([name, value, paint = {}], at) => [
    { text: `${at === 0 ? '' : '   '}${name} `, dim: true },
    { text: value, bold: true, ...paint },
  ]);

/** The whole of a server on one screen, `rows` high. */
export function dashboardLines(
  monitored: Monitored,
  { width, rows, filter, now }: { width: number; rows: number; filter: string; now: number },
): Line[] {
  const { stats, jobs, queue, workers, syncs, executions } = monitored;
  const count = (...statuses: string[]) => statuses.reduce((sum, status) => sum + (stats?.byStatus[status] ?? 0), 0);
  const failed = count('failed', 'timed_out');
  const minute = monitored.ended.reduce((sum, one) => sum + one, 0);
  const top: Line[] = [
    heading('Executions of the last hour'),
    figures([
      ['all', figure(stats?.total ?? 0)],
      ['completed', figure(count('completed')), { color: 'green' }],
      ['failed', figure(failed), failed > 0 ? { color: 'red' } : {}],
      ['running', figure(count('running')), { color: 'cyan' }],
      ['waiting', figure(count('pending'))],
      ['success', percent(stats?.successRate)],
    ]),
    figures([
      ['p50', duration(stats?.p50DurationMs)],
      ['p95', duration(stats?.p95DurationMs)],
      ['p99', duration(stats?.p99DurationMs)],
      ['in the queue p95', duration(stats?.p95QueueMs)],
    ]),
    [
      { text: 'ended/s ', dim: true },
      { text: bars(monitored.ended, Math.max(10, Math.min(60, width - 30))), color: 'cyan' },
      { text: ` ${figure(minute)} in a minute`, dim: true },
    ],
    empty,
    heading('Queue'),
    figures([
      ['jobs waiting', figure((jobs?.byStatus.queued ?? 0) + (jobs?.byStatus.retrying ?? 0))],
      ['processing', figure(jobs?.byStatus.processing ?? 0)],
      ['busy', queue ? `${queue.running}/${queue.concurrency}` : '-'],
      ['', queue ? share(queue.running, queue.concurrency, 12) : '', { color: 'cyan' }],
    ]),
    empty,
  ];
  const workerPart =
    rows >= 20 && workers.length > 0 ? [heading('Workers'), ...workerLines(workers.slice(0, 4), width), empty] : [];
  const syncPart =
    rows >= 26 && syncs.length > 0
      ? [
          heading('Repositories'),
          ...syncs
            .slice(0, 3)
            .map(({ type, at, message }) => [
              { text: `${at.slice(11, 19)} `, dim: true },
              { text: type.replaceAll('_', ' '), ...(type.endsWith('failed') ? ({ color: 'red' } as const) : {}) },
              { text: message === null ? '' : ` ${oneLine(message)}` },
            ]),
          empty,
        ]
      : [];
  const above = [...top, ...workerPart, ...syncPart];
  const shown = executions.filter((one) => matchesExecution(one, filter));
  // What runs first: it is what is looked for.
  const sorted = [...shown.filter((one) => !hasEnded(one)), ...shown.filter((one) => hasEnded(one))];
  const left = Math.max(1, rows - above.length - 2);
  return [...above, heading('Newest'), ...executionLines(sorted.slice(0, left), width, now)].slice(0, rows);
}
