import { CronPattern } from 'croner';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkCron, cronTimes } from '../src/cron-times.ts';
import { instantOf, localTime, wallAt, zoneNamed } from '../src/zone-clock.ts';

const ticks = (cron: string, zone: string, after: string, count: number): string[] => {
  const found: string[] = [];
  for (let at = cronTimes(cron, zone).next(new Date(after)); at && found.length < count; ) {
    found.push(localTime(zone, at.getTime()));
    at = cronTimes(cron, zone).next(at);
  }
  return found;
};

describe('a time of the day', () => {
  it.each([
    // Berlin: 2026-03-29 02:00 → 03:00, 2026-10-25 03:00 → 02:00.
    [
      'runs after the gap',
      '30 2 * * *',
      'Europe/Berlin',
      '2026-03-28T12:00:00Z',
      ['29T03:00:00+02:00', '30T02:30:00+02:00'],
    ],
    [
      'runs once, the first time',
      '30 2 * * *',
      'Europe/Berlin',
      '2026-10-24T12:00:00Z',
      ['25T02:30:00+02:00', '26T02:30:00+01:00'],
    ],
    [
      'is one tick where two fall into the gap',
      '0,30 2 * * *',
      'Europe/Berlin',
      '2026-03-28T12:00:00Z',
      ['29T03:00:00+02:00', '30T02:00:00+02:00'],
    ],
    [
      'is one tick with the one at its end',
      '0 2,3 * * *',
      'Europe/Berlin',
      '2026-03-28T12:00:00Z',
      ['29T03:00:00+02:00', '30T02:00:00+02:00'],
    ],
    [
      'with seconds',
      '15 30 2 * * *',
      'Europe/Berlin',
      '2026-10-24T12:00:00Z',
      ['25T02:30:15+02:00', '26T02:30:15+01:00'],
    ],
    ['as a nickname', '@daily', 'Europe/Berlin', '2026-03-28T12:00:00Z', ['29T00:00:00+01:00', '30T00:00:00+02:00']],
    // New York: 2026-03-08 02:00 → 03:00, 2026-11-01 02:00 → 01:00.
    [
      'in another zone',
      '30 2 * * *',
      'America/New_York',
      '2026-03-07T12:00:00Z',
      ['08T03:00:00-04:00', '09T02:30:00-04:00'],
    ],
    [
      'in another zone, repeated',
      '30 1 * * *',
      'America/New_York',
      '2026-10-31T12:00:00Z',
      ['01T01:30:00-04:00', '02T01:30:00-05:00'],
    ],
    // Lord Howe: 2026-10-04 02:00 → 02:30, 2026-04-05 02:00 → 01:30.
    [
      'in half an hour',
      '15 2 * * *',
      'Australia/Lord_Howe',
      '2026-10-03T00:00:00Z',
      ['04T02:30:00+11:00', '05T02:15:00+11:00'],
    ],
    [
      'in half an hour, repeated',
      '45 1 * * *',
      'Australia/Lord_Howe',
      '2026-04-04T00:00:00Z',
      ['05T01:45:00+11:00', '06T01:45:00+10:30'],
    ],
    // Santiago: midnight does not exist; Nuuk: the gap ends on the next day; Apia: a whole day is left out.
    [
      'at a midnight that is not',
      '0 0 * * *',
      'America/Santiago',
      '2026-09-05T12:00:00Z',
      ['06T01:00:00-03:00', '07T00:00:00-03:00'],
    ],
    [
      'of a gap that ends on the next day',
      '30 23 * * *',
      'America/Nuuk',
      '2024-03-30T12:00:00Z',
      ['31T00:00:00-01:00', '31T23:30:00-01:00'],
    ],
    [
      'of a day that is not',
      '0 12 * * *',
      'Pacific/Apia',
      '2011-12-29T23:00:00Z',
      ['31T00:00:00+14:00', '31T12:00:00+14:00'],
    ],
    [
      'without daylight saving',
      '30 2 * * *',
      'Asia/Tokyo',
      '2026-03-28T12:00:00Z',
      ['29T02:30:00+09:00', '30T02:30:00+09:00'],
    ],
  ])('%s', (_, cron, zone, after, expected) => {
    expect(ticks(cron, zone, after, 2).map((at) => at.slice(8))).toEqual(expected);
  });
});

describe('an interval', () => {
  it.each([
    [
      'leaves the gap out',
      '*/30 * * * *',
      'Europe/Berlin',
      '2026-03-29T00:15:00Z',
      ['01:30:00+01:00', '03:00:00+02:00', '03:30:00+02:00'],
    ],
    [
      'goes on in the repeated hour',
      '*/30 * * * *',
      'Europe/Berlin',
      '2026-10-25T00:15:00Z',
      ['02:30:00+02:00', '02:00:00+01:00', '02:30:00+01:00', '03:00:00+01:00'],
    ],
    [
      'every hour',
      '0 * * * *',
      'America/New_York',
      '2026-11-01T04:30:00Z',
      ['01:00:00-04:00', '01:00:00-05:00', '02:00:00-05:00'],
    ],
    [
      'of half an hour that repeats',
      '*/15 * * * *',
      'Australia/Lord_Howe',
      '2026-04-04T14:20:00Z',
      ['01:30:00+11:00', '01:45:00+11:00', '01:30:00+10:30', '01:45:00+10:30', '02:00:00+10:30'],
    ],
    [
      'every second hour keeps to the clock',
      '0 */2 * * *',
      'Europe/Berlin',
      '2026-03-28T23:30:00Z',
      ['04:00:00+02:00', '06:00:00+02:00'],
    ],
    [
      'only within the gap does not run that day',
      '*/15 2 * * *',
      'Europe/Berlin',
      '2026-03-29T00:00:00Z',
      ['02:00:00+02:00', '02:15:00+02:00'],
    ],
    ['every ten seconds', '*/10 * * * * *', 'UTC', '2026-01-01T00:00:05Z', ['00:00:10+00:00', '00:00:20+00:00']],
  ])('%s', (_, cron, zone, after, expected) => {
    expect(ticks(cron, zone, after, expected.length).map((at) => at.slice(11))).toEqual(expected);
  });
});

const zones = [
  'Europe/Berlin',
  'America/New_York',
  'Australia/Lord_Howe',
  'America/Nuuk',
  'America/Santiago',
  'Asia/Tokyo',
  'UTC',
];
const minute = 60_000;
/** Around the changes of 2026 in those zones, and at other times. */
const starts = [
  '2026-03-07T20:00:00Z',
  '2026-03-28T18:00:00Z',
  '2026-04-04T08:00:00Z',
  '2026-09-05T20:00:00Z',
  '2026-10-03T08:00:00Z',
  '2026-10-24T18:00:00Z',
  '2026-10-31T20:00:00Z',
  '2026-06-15T00:00:00Z',
].map((text) => Date.parse(text));
const anyMinute = fc.integer({ min: 0, max: 36 * 60 - 1 });

describe('against a clock that is looked at every minute', () => {
  const list = (max: number) => fc.uniqueArray(fc.integer({ min: 0, max }), { minLength: 1, maxLength: 3 });

  it('an interval runs whenever the clock shows it, backwards and forwards', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...zones),
        fc.constantFrom(...starts),
        anyMinute,
        fc.constantFrom(5, 7, 15, 20, 30),
        list(23),
        (zone, start, offset, step, hours) => {
          const cron = `*/${step} ${hours.join(',')} * * *`;
          const from = start + offset * minute;
          const until = from + 12 * 60 * minute;
          const seen: number[] = [];
          for (let at = from + minute; at <= until; at += minute) {
            const wall = new Date(wallAt(zone, at));
            if (wall.getUTCMinutes() % step === 0 && hours.includes(wall.getUTCHours())) seen.push(at);
          }
          const times = cronTimes(cron, zone);
          const found: number[] = [];
          for (let at = times.next(new Date(from)); at && at.getTime() <= until; at = times.next(at))
            found.push(at.getTime());
          expect(found).toEqual(seen);
          const back = times.last(100, new Date(until)).filter((at) => at.getTime() > from);
          expect(back.map((at) => at.getTime()).reverse()).toEqual(seen);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('a time of the day runs once for each time that the clock passes, whether it shows it or not', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...zones),
        fc.constantFrom(...starts),
        anyMinute,
        list(59),
        list(23),
        (zone, start, offset, minutes, hours) => {
          const cron = `${minutes.join(',')} ${hours.join(',')} * * *`;
          const from = start + offset * minute;
          const until = from + 12 * 60 * minute;
          const wanted = (wall: number) => {
            const at = new Date(wall);
            return minutes.includes(at.getUTCMinutes()) && hours.includes(at.getUTCHours());
          };
          /** The furthest that the clock has shown: what lies between two looks and was never shown is due now. */
          const seen: number[] = [];
          let reached = wallAt(zone, from - 24 * 60 * minute);
          for (let at = from - 24 * 60 * minute; at <= until; at += minute) {
            const wall = wallAt(zone, at);
            let due = false;
            for (let shown = reached + minute; shown <= wall; shown += minute) due ||= wanted(shown);
            reached = Math.max(reached, wall);
            if (due && at > from) seen.push(at);
          }
          const times = cronTimes(cron, zone);
          const found: number[] = [];
          for (let at = times.next(new Date(from)); at && at.getTime() <= until; at = times.next(at))
            found.push(at.getTime());
          expect(found).toEqual(seen);
          const back = times.last(100, new Date(until)).filter((at) => at.getTime() > from);
          expect(back.map((at) => at.getTime()).reverse()).toEqual(seen);
        },
      ),
      { numRuns: 60 },
    );
  });
});

describe('what is refused', () => {
  it.each([
    ['* * * *', 'UTC', 'cron', /has 4 fields/],
    ['0 0 0 0 0 0 0', 'UTC', 'cron', /has 7 fields/],
    ['61 * * * *', 'UTC', 'cron', /Invalid value for minute: 61/],
    ['5-1 * * * *', 'UTC', 'cron', /larger/],
    ['*/0 * * * *', 'UTC', 'cron', /stepping/],
    ['x * * * *', 'UTC', 'cron', /illegal characters/],
    ['2027-01-01T00:00:00', 'UTC', 'cron', /has 1 field\./],
    ['@reboot', 'UTC', 'cron', /There is no "@reboot"; there are @yearly/],
    ['0 0 30 2 *', 'UTC', 'cron', /never fires/],
    ['0 0 31 4,6,9,11 *', 'Europe/Berlin', 'cron', /never fires/],
    ['0 0 * * *', 'Mars/Olympus', 'timezone', /There is no time zone "Mars\/Olympus"/],
    ['0 0 * * *', '+02:00', 'timezone', /IANA/],
    ['0 0 * * *', '', 'timezone', /IANA/],
  ])('%s in %s', (cron, zone, path, message) => {
    const refused = (): unknown => {
      try {
        return checkCron(cron, zone);
      } catch (error) {
        return error;
      }
    };
    expect(refused()).toMatchObject({
      code: 'VALIDATION_FAILED',
      message: expect.stringMatching(message),
      details: [{ path }],
    });
  });
  it('and what is taken is stored in one spelling', () => {
    expect(checkCron(' 0  0 *\t* MON ', 'europe/berlin')).toEqual({ cron: '0 0 * * MON', timezone: 'Europe/Berlin' });
    expect(checkCron('0 0 29 2 *', 'UTC').cron).toBe('0 0 29 2 *');
    expect(zoneNamed('etc/gmt+2')).toBe('Etc/GMT+2');
  });
  it('whatever the text, without another error', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc
            .array(fc.constantFrom('*', '0', '59', '1-5', '*/2', 'L', 'MON#2', '?', '15W', ','), {
              minLength: 4,
              maxLength: 7,
            })
            .map((parts) => parts.join(' ')),
        ),
        (cron) => {
          try {
            expect(new CronPattern(checkCron(cron, 'UTC').cron)).toBeDefined();
          } catch (error) {
            expect(error).toMatchObject({ code: 'VALIDATION_FAILED' });
          }
        },
      ),
      { numRuns: 150 },
    );
  });
});

it('the first of two instants, or the end of the gap', () => {
  expect(new Date(instantOf('Europe/Berlin', Date.UTC(2026, 9, 25, 2, 30))).toISOString()).toBe(
    '2026-10-25T00:30:00.000Z',
  );
  expect(new Date(instantOf('Europe/Berlin', Date.UTC(2026, 2, 29, 2, 30))).toISOString()).toBe(
    '2026-03-29T01:00:00.000Z',
  );
});
