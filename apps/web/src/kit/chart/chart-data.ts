export interface Series {
  /** The member of a point that holds the figure. */
  readonly key: string;
  readonly name: string;
  /** A colour of Mantine or of CSS; else one from a row of colours that differ in lightness too. */
  readonly color?: string;
}

export interface Point {
  /** ISO 8601 or milliseconds. */
  readonly time: string | number;
  readonly [key: string]: string | number | null | undefined;
}

/** The places of a sparkline's points in a box; null where there is nothing to draw. */
export function sparkPath(
  values: readonly (number | null)[],
  width: number,
  height: number,
): { line: string; area: string } | null {
  const known = values.filter((value): value is number => value !== null && Number.isFinite(value));
  if (known.length < 2) return null;
  const low = Math.min(...known);
  const range = Math.max(...known) - low;
  const step = width / (values.length - 1);
  const y = (value: number) => (range === 0 ? height / 2 : height - 1 - ((value - low) / range) * (height - 2));
  const placed = values.flatMap((value, index) =>
    value === null || !Number.isFinite(value) ? [] : [[round(index * step), round(y(value))] as const],
  );
  const line = placed.map(([x, top], index) => `${index === 0 ? 'M' : 'L'}${x} ${top}`).join('');
  return { line, area: `${line}L${placed.at(-1)![0]} ${height}L${placed[0]![0]} ${height}Z` };
}

const round = (value: number): number => Math.round(value * 100) / 100;

/** How a time reads on an axis, by how much time the axis shows. */
export function axisText(time: number, spanMs: number): string {
  if (!Number.isFinite(time)) return '';
  const day = 86_400_000;
  const options: Intl.DateTimeFormatOptions =
    spanMs <= 2 * day
      ? { hour: '2-digit', minute: '2-digit', hour12: false }
      : spanMs <= 14 * day
        ? { weekday: 'short', hour: '2-digit', hour12: false }
        : { month: 'short', day: 'numeric' };
  return new Date(time).toLocaleString('en', options);
}

export const spanOf = (points: readonly Point[]): number => {
  const times = points.map(({ time }) => new Date(time).getTime()).filter(Number.isFinite);
  return times.length < 2 ? 0 : times.at(-1)! - times[0]!;
};

export type ChangeTone = 'good' | 'bad' | 'even';

/** Whether a change is good news, and how it reads: `+12%`. */
export function changeWords(ratio: number, good: 'up' | 'down' | 'neither'): { text: string; tone: ChangeTone } {
  const percent = Math.round(ratio * 1000) / 10;
  if (percent === 0 || !Number.isFinite(percent)) return { text: 'no change', tone: 'even' };
  const shown = Math.abs(percent) >= 10 ? Math.round(percent) : percent;
  const text = `${shown > 0 ? '+' : '−'}${Math.abs(shown)}%`;
  return { text, tone: good === 'neither' ? 'even' : shown > 0 === (good === 'up') ? 'good' : 'bad' };
}
