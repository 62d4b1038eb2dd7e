/** A schedule as people choose it; every other expression is `custom` and written by hand. */
export type CronModel =
  | { readonly kind: 'minutes'; readonly every: number }
  | { readonly kind: 'hourly'; readonly minute: number }
  | { readonly kind: 'daily'; readonly time: string }
  | { readonly kind: 'weekly'; readonly time: string; readonly days: readonly string[] }
  | { readonly kind: 'monthly'; readonly time: string; readonly day: string }
  | { readonly kind: 'custom' };

export type CronKind = CronModel['kind'];

export const cronKinds: readonly { readonly value: CronKind; readonly label: string }[] = [
  { value: 'minutes', label: 'Every few minutes' },
  { value: 'hourly', label: 'Every hour' },
  { value: 'daily', label: 'Every day' },
  { value: 'weekly', label: 'On days of the week' },
  { value: 'monthly', label: 'Every month' },
  { value: 'custom', label: 'A cron expression' },
];

export const weekDays = [
  { value: '1', label: 'Mon', name: 'Monday' },
  { value: '2', label: 'Tue', name: 'Tuesday' },
  { value: '3', label: 'Wed', name: 'Wednesday' },
  { value: '4', label: 'Thu', name: 'Thursday' },
  { value: '5', label: 'Fri', name: 'Friday' },
  { value: '6', label: 'Sat', name: 'Saturday' },
  { value: '0', label: 'Sun', name: 'Sunday' },
] as const;

/** Only steps that divide an hour are the same all through it. */
export const minuteSteps = [1, 2, 3, 5, 10, 15, 20, 30] as const;

const two = (text: string): string => text.padStart(2, '0');

/** What an expression is among the choices. */
export function cronModel(cron: string): CronModel {
  const parts = cron.trim().split(/\s+/);
  const [minute = '', hour = '', day = '', month = '', weekday = ''] = parts;
  if (parts.length !== 5 || month !== '*') return { kind: 'custom' };
  const step = minute === '*' ? 1 : Number(/^\*\/(\d+)$/.exec(minute)?.[1]);
  const anyDay = day === '*' && weekday === '*';
  if (hour === '*' && anyDay && (minuteSteps as readonly number[]).includes(step))
    return { kind: 'minutes', every: step };
  if (!/^\d{1,2}$/.test(minute) || Number(minute) > 59) return { kind: 'custom' };
  if (hour === '*' && anyDay) return { kind: 'hourly', minute: Number(minute) };
  if (!/^\d{1,2}$/.test(hour) || Number(hour) > 23) return { kind: 'custom' };
  const time = `${two(hour)}:${two(minute)}`;
  if (anyDay) return { kind: 'daily', time };
  if (day === '*') {
    const days = daysOf(weekday);
    return days ? { kind: 'weekly', time, days } : { kind: 'custom' };
  }
  const named = day.toUpperCase() === 'L' || (/^\d{1,2}$/.test(day) && Number(day) >= 1 && Number(day) <= 31);
  return weekday === '*' && named ? { kind: 'monthly', time, day: day.toUpperCase() } : { kind: 'custom' };
}

function daysOf(text: string): readonly string[] | null {
  const range = /^([0-7])-([0-7])$/.exec(text);
  const [from, to] = [Number(range?.[1]), Number(range?.[2])];
  if (range && from < to) return Array.from({ length: to - from + 1 }, (_, i) => String((from + i) % 7));
  const days = text.split(',');
  return days.every((day) => /^[0-7]$/.test(day)) ? [...new Set(days.map((day) => String(Number(day) % 7)))] : null;
}

/** The expression of a choice; null: of none, it stays what it is. */
export function cronOf(model: CronModel): string | null {
  const at = (time: string) => {
    const [hour = '0', minute = '0'] = time.split(':');
    return `${Number(minute)} ${Number(hour)}`;
  };
  switch (model.kind) {
    case 'minutes':
      return model.every === 1 ? '* * * * *' : `*/${model.every} * * * *`;
    case 'hourly':
      return `${model.minute} * * * *`;
    case 'daily':
      return `${at(model.time)} * * *`;
    case 'weekly':
      return `${at(model.time)} * * ${weekText(model.days)}`;
    case 'monthly':
      return `${at(model.time)} ${model.day} * *`;
    case 'custom':
      return null;
  }
}

function weekText(days: readonly string[]): string {
  const chosen = weekDays.map(({ value }) => value).filter((value) => days.includes(value));
  return chosen.join(',') === '1,2,3,4,5' ? '1-5' : chosen.join(',') || '1';
}

/** What a kind begins as when it is chosen; the time that was set stays. */
export function modelOf(kind: CronKind, before: CronModel): CronModel {
  const time = 'time' in before ? before.time : '02:00';
  switch (kind) {
    case 'minutes':
      return { kind, every: 15 };
    case 'hourly':
      return { kind, minute: 0 };
    case 'daily':
      return { kind, time };
    case 'weekly':
      return { kind, time, days: ['1', '2', '3', '4', '5'] };
    case 'monthly':
      return { kind, time, day: '1' };
    case 'custom':
      return { kind };
  }
}
