import { describe, expect, it } from 'vitest';
import { cronModel, cronOf } from '../../src/pages/schedule/cron-model.ts';
import { cronWords } from '../../src/pages/schedule/cron-words.ts';

describe('a cron expression in words', () => {
  const said: readonly (readonly [cron: string, words: string | null])[] = [
    ['* * * * *', 'Every minute'],
    ['*/15 * * * *', 'Every 15 minutes'],
    ['*/15 9-17 * * 1-5', 'Every 15 minutes from 09:00 to 17:59, Monday to Friday'],
    ['*/7 * * * *', null],
    ['0 * * * *', 'Every hour'],
    ['5 * * * *', 'Every hour, 5 minutes past'],
    ['0 */6 * * *', 'Every 6 hours'],
    ['0 */5 * * *', null],
    ['0 2 * * *', 'At 02:00 every day'],
    ['30 6,18 * * *', 'At 06:30 and 18:30 every day'],
    ['0 9 * * MON', 'At 09:00 on Monday'],
    ['0 9 * * 0,6', 'At 09:00 on Saturday and Sunday'],
    ['0 9 * * 7', 'At 09:00 on Sunday'],
    ['0 0 1 * *', 'At 00:00 on the 1st of the month'],
    ['0 0 2,3,11,22 * *', 'At 00:00 on the 2nd, 3rd, 11th and 22nd of the month'],
    ['0 0 L * *', 'At 00:00 on the last day of the month'],
    ['0 0 1 JAN,JUL *', 'At 00:00 on the 1st of the month, in January and July'],
    ['0 0 1 * 1', null],
    ['0 9 * * MON#1', null],
    ['*/10 * * * * *', 'Every 10 seconds'],
    ['0 0 2 * * *', 'At 02:00 every day'],
    ['@daily', 'At 00:00 every day'],
    ['@Weekly', 'At 00:00 on Sunday'],
    ['61 * * * *', null],
    ['', null],
    ['nonsense', null],
  ];
  for (const [cron, words] of said) it(JSON.stringify(cron), () => expect(cronWords(cron)).toBe(words));
});

describe('a choice of when', () => {
  const chosen: readonly string[] = [
    '* * * * *',
    '*/15 * * * *',
    '5 * * * *',
    '0 2 * * *',
    '30 6 * * 1-5',
    '30 6 * * 1,3,0',
    '0 0 1 * *',
    '15 23 L * *',
  ];
  for (const cron of chosen) it(`${cron} is one and comes back`, () => expect(cronOf(cronModel(cron))).toBe(cron));
  for (const cron of ['*/7 * * * *', '0 2 1 1 *', '0 9 * * MON#1', '@daily', '0 0 2 * * *', '0 2 1 * 1'])
    it(`${cron} is none`, () => expect(cronModel(cron)).toEqual({ kind: 'custom' }));
});
