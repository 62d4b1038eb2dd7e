import { expect, it } from 'vitest';
import { cronTimes } from '../src/cron-times.ts';
import { ticksDue } from '../src/ticks-due.ts';

const at = (clock: string) => new Date(`2026-01-01T${clock}Z`);
const hourly = cronTimes('0 * * * *', 'UTC');

it.each([
  ['on time', '10:00:00', '10:00:00', '09:59:59', 'skip', ['10']],
  ['late, but seen', '10:00:00', '10:00:20', '09:59:59', 'skip', ['10']],
  ['missed, and let go', '10:00:00', '10:30:00', '10:29:58', 'skip', []],
  ['missed, and run', '10:00:00', '10:30:00', '10:29:58', 'last', ['10']],
  ['three missed, the last run', '10:00:00', '12:30:00', '12:29:58', 'last', ['12']],
  ['three missed, each run', '10:00:00', '12:30:00', '12:29:58', 'all', ['10', '11', '12']],
  ['two missed and one seen, none of the missed', '10:00:00', '12:00:00', '11:59:59', 'skip', ['12']],
  ['two missed and one seen, which is the last', '10:00:00', '12:00:00', '11:59:59', 'last', ['12']],
  ['several seen, each run', '10:00:00', '12:00:01', '09:59:59', 'last', ['10', '11', '12']],
] as const)('%s', (_, due, now, watchedFrom, policy, expected) => {
  const ticks = ticksDue(hourly, { due: at(due), now: at(now), watchedFrom: at(watchedFrom) }, policy);
  expect(ticks.map((tick) => tick.toISOString().slice(11, 13))).toEqual(expected);
});

it('of many thousands missed the newest hundred are run', () => {
  const times = cronTimes('* * * * * *', 'UTC');
  const look = { due: at('00:00:00'), now: at('20:00:00.500'), watchedFrom: at('19:59:58') };
  const ticks = ticksDue(times, look, 'all');
  expect([ticks.length, ticks[0]?.toISOString(), ticks.at(-1)?.toISOString()]).toEqual([
    100,
    '2026-01-01T19:58:21.000Z',
    '2026-01-01T20:00:00.000Z',
  ]);
});
