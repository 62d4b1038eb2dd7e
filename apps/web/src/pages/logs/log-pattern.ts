/** One line found, with whose it is. */
export interface FoundLine {
  readonly executionId: string;
  readonly taskName: string;
  readonly sequence: number;
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  readonly message: string;
  readonly data?: unknown;
  readonly time: string;
}

const rules: readonly (readonly [RegExp, string])[] = [
  [/\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/gi, '<id>'],
  [/\b\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)?\b/g, '<time>'],
  [/\bhttps?:\/\/[^\s"')]+/g, '<address>'],
  [/"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'/g, '<text>'],
  [/\b(?=[0-9a-f]*\d)[0-9a-f]{7,}\b/gi, '<hex>'],
  [/-?\b\d+(?:[.,]\d+)*/g, '<number>'],
];
const longest = 300;

/** A message without what differs from line to line: ids, times, addresses, quoted texts, numbers. */
export const patternOf = (message: string): string =>
  rules.reduce((text, [what, name]) => text.replace(what, name), message.slice(0, longest)).trim();

export interface Pattern {
  readonly pattern: string;
  readonly level: FoundLine['level'];
  readonly count: number;
  readonly tasks: readonly string[];
  readonly latest: FoundLine;
}

/** Lines that say the same, the most frequent first. */
export function patternsOf(lines: readonly FoundLine[]): Pattern[] {
  const groups = Map.groupBy(lines, ({ level, message }) => `${level} ${patternOf(message)}`);
  return [...groups.values()]
    .map((group): Pattern => {
      const latest = group.reduce((a, b) => (b.time > a.time ? b : a));
      return {
        pattern: patternOf(latest.message),
        level: latest.level,
        count: group.length,
        tasks: [...new Set(group.map(({ taskName }) => taskName))],
        latest,
      };
    })
    .sort((a, b) => b.count - a.count || (a.latest.time < b.latest.time ? 1 : -1));
}

export interface TrendPoint {
  readonly time: string;
  readonly [level: string]: number | string;
}

/** How many lines of each level there were, in equal parts of the time that they span. */
export function trendOf(lines: readonly FoundLine[], parts = 24): TrendPoint[] {
  if (lines.length === 0) return [];
  const times = lines.map(({ time }) => Date.parse(time));
  const from = times.reduce((a, b) => Math.min(a, b));
  const to = times.reduce((a, b) => Math.max(a, b));
  const width = Math.max(1000, Math.ceil((to - from + 1) / parts));
  const points = Array.from({ length: Math.floor((to - from) / width) + 1 }, (_, at) => ({
    time: new Date(from + at * width).toISOString(),
    debug: 0,
    info: 0,
    warn: 0,
    error: 0,
  }));
  for (const [at, line] of lines.entries()) {
    const point = points[Math.floor(((times[at] ?? from) - from) / width)];
    if (point) point[line.level] += 1;
  }
  return points;
}
