/*
 * What a cron expression means, in words, where that can be said simply. The server alone judges expressions and works out
 * when they fire; what is not understood here is said by nobody, and not guessed.
 */

const dayNames = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];
const dayCodes = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'];
const monthNames = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
];
const monthCodes = monthNames.map((name) => name.slice(0, 3).toUpperCase());

const nicknames: Readonly<Record<string, string>> = {
  '@yearly': '0 0 1 1 *',
  '@annually': '0 0 1 1 *',
  '@monthly': '0 0 1 * *',
  '@weekly': '0 0 * * 0',
  '@daily': '0 0 * * *',
  '@midnight': '0 0 * * *',
  '@hourly': '0 * * * *',
};

type Field =
  | { readonly kind: 'any' }
  | { readonly kind: 'step'; readonly step: number }
  | { readonly kind: 'list'; readonly values: readonly number[] }
  | { readonly kind: 'range'; readonly from: number; readonly to: number };

interface Bounds {
  readonly from: number;
  readonly to: number;
  readonly codes?: readonly string[];
}

function numberOf(text: string, { from, to, codes }: Bounds): number | null {
  const named = codes?.indexOf(text.toUpperCase()) ?? -1;
  if (named >= 0) return named + (codes === monthCodes ? 1 : 0);
  if (!/^\d{1,2}$/.test(text)) return null;
  const value = Number(text);
  return value >= from && value <= to ? value : null;
}

function fieldOf(text: string, bounds: Bounds): Field | null {
  if (text === '*' || text === '*/1') return { kind: 'any' };
  const step = /^\*\/(\d{1,2})$/.exec(text)?.[1];
  if (step !== undefined) return Number(step) > 0 ? { kind: 'step', step: Number(step) } : null;
  const range = /^(\w+)-(\w+)$/.exec(text);
  if (range) {
    const [from, to] = [numberOf(range[1] ?? '', bounds), numberOf(range[2] ?? '', bounds)];
    return from === null || to === null || from >= to ? null : { kind: 'range', from, to };
  }
  const values = text.split(',').map((part) => numberOf(part, bounds));
  return values.includes(null) ? null : { kind: 'list', values: [...new Set(values as number[])] };
}

const joined = (words: readonly string[]): string =>
  words.length < 2 ? (words[0] ?? '') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;
const two = (value: number): string => String(value).padStart(2, '0');
const ordinal = (value: number): string => {
  const ending = value % 100 > 10 && value % 100 < 14 ? 'th' : (['th', 'st', 'nd', 'rd'][value % 10] ?? 'th');
  return `${value}${ending}`;
};
const ascending = (values: readonly number[]): number[] => [...values].sort((a, b) => a - b);
/** A step that starts anew with every hour, minute or day is no plain interval unless it divides it. */
const even = (step: number, whole: number): boolean => whole % step === 0;

function hoursWords(hour: Field): string | null {
  if (hour.kind === 'any') return '';
  if (hour.kind === 'range') return ` from ${two(hour.from)}:00 to ${two(hour.to)}:59`;
  if (hour.kind === 'list' && hour.values.length === 1)
    return ` from ${two(hour.values[0] ?? 0)}:00 to ${two(hour.values[0] ?? 0)}:59`;
  return null;
}

function timeWords(minute: Field, hour: Field): string | null {
  if (minute.kind === 'any' || minute.kind === 'step') {
    if (minute.kind === 'step' && !even(minute.step, 60)) return null;
    const within = hoursWords(hour);
    if (within === null) return null;
    return `${minute.kind === 'any' ? 'Every minute' : `Every ${minute.step} minutes`}${within}`;
  }
  if (minute.kind === 'range') return null;
  const minutes = ascending(minute.values);
  if (hour.kind === 'list') {
    const times = ascending(hour.values).flatMap((h) => minutes.map((m) => `${two(h)}:${two(m)}`));
    return times.length > 6 ? null : `At ${joined(times)}`;
  }
  if (hour.kind === 'step') {
    if (!even(hour.step, 24) || minutes.length !== 1) return null;
    return minutes[0] === 0 ? `Every ${hour.step} hours` : `Every ${hour.step} hours, ${past(minutes)}`;
  }
  const within = hour.kind === 'range' ? ` from ${two(hour.from)} to ${two(hour.to)} o’clock` : '';
  return minutes.length === 1 && minutes[0] === 0 ? `Every hour${within}` : `Every hour${within}, ${past(minutes)}`;
}

const past = (minutes: readonly number[]): string =>
  minutes.length === 1 && minutes[0] === 1 ? '1 minute past' : `${joined(minutes.map(String))} minutes past`;

const isWeekdays = (days: Field): boolean => days.kind === 'range' && days.from === 1 && days.to === 5;

function weekdayWords(days: Field): string | null {
  if (days.kind === 'any') return '';
  if (isWeekdays(days)) return ', Monday to Friday';
  if (days.kind === 'range') return `, ${dayNames[days.from % 7]} to ${dayNames[days.to % 7]}`;
  if (days.kind !== 'list') return null;
  // A week begins with Monday as people list its days.
  const order = [...new Set(days.values.map((day) => day % 7))].sort((a, b) => ((a + 6) % 7) - ((b + 6) % 7));
  return ` on ${joined(order.map((day) => `${dayNames[day]}`))}`;
}

function monthDayWords(days: Field, text: string): string | null {
  if (text.toUpperCase() === 'L') return ' on the last day of the month';
  if (days.kind === 'any') return '';
  if (days.kind === 'list') return ` on the ${joined(ascending(days.values).map(ordinal))} of the month`;
  return days.kind === 'range' ? ` from the ${ordinal(days.from)} to the ${ordinal(days.to)} of the month` : null;
}

function monthWords(months: Field): string | null {
  if (months.kind === 'any') return '';
  if (months.kind === 'list')
    return `, in ${joined(ascending(months.values).map((month) => `${monthNames[month - 1]}`))}`;
  return months.kind === 'range' ? `, ${monthNames[months.from - 1]} to ${monthNames[months.to - 1]}` : null;
}

/** `At 02:00, Monday to Friday`; null where it is not simple enough to be said. */
export function cronWords(cron: string): string | null {
  const plain = cron.trim().replace(/\s+/g, ' ');
  const parts = (nicknames[plain.toLowerCase()] ?? plain).split(' ');
  if (parts.length === 6) {
    const seconds = parts.shift() ?? '';
    if (seconds !== '0') return secondsWords(seconds, parts);
  }
  if (parts.length !== 5) return null;
  const [m = '', h = '', dom = '', mon = '', dow = ''] = parts;
  const minute = fieldOf(m, { from: 0, to: 59 });
  const hour = fieldOf(h, { from: 0, to: 23 });
  const day = dom.toUpperCase() === 'L' ? ({ kind: 'any' } as const) : fieldOf(dom, { from: 1, to: 31 });
  const month = fieldOf(mon, { from: 1, to: 12, codes: monthCodes });
  const weekday = fieldOf(dow, { from: 0, to: 7, codes: dayCodes });
  if (!minute || !hour || !day || !month || !weekday) return null;
  // With both, either is enough: that is no sentence people read rightly.
  if (dom !== '*' && dow !== '*') return null;
  const [time, onDay, onWeekday, inMonth] = [
    timeWords(minute, hour),
    monthDayWords(day, dom),
    weekdayWords(weekday),
    monthWords(month),
  ];
  if (time === null || onDay === null || onWeekday === null || inMonth === null) return null;
  const days = `${onDay}${onWeekday}`;
  return `${time}${days === '' && time.startsWith('At ') ? ' every day' : days}${inMonth}`;
}

function secondsWords(seconds: string, rest: readonly string[]): string | null {
  if (rest.some((part) => part !== '*')) return null;
  const field = fieldOf(seconds, { from: 0, to: 59 });
  if (field?.kind === 'any') return 'Every second';
  return field?.kind === 'step' && even(field.step, 60) ? `Every ${field.step} seconds` : null;
}
