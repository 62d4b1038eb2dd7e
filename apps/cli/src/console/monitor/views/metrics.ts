import { figure } from '../figures.ts';
import { type Line, table } from '../line.ts';
import type { Monitored } from '../monitored.ts';
import type { Sample } from '../read-metrics.ts';

interface Row extends Sample {
  /** Change per second; null where it is not known or says nothing. */
  readonly rate: number | null;
}

const key = ({ name, labels }: Sample): string => `${name}{${labels}}`;

/** Figures with how fast they grow, those of ours first. */
export function metricRows({ metrics, before }: Pick<Monitored, 'metrics' | 'before'>, filter: string): Row[] {
  const was = new Map(before?.samples.map((sample) => [key(sample), sample.value]));
  return metrics
    .filter((sample) => `${key(sample)} ${sample.help}`.toLowerCase().includes(filter.toLowerCase()))
    .map((sample) => {
      const earlier = was.get(key(sample));
      const counts = sample.type === 'counter' || /_(count|sum)$/.test(sample.name);
      const rate = counts && before && earlier !== undefined ? ((sample.value - earlier) / before.msAgo) * 1000 : null;
      return { ...sample, rate };
    })
    .sort((a, b) => Number(b.name.startsWith('ratchet_')) - Number(a.name.startsWith('ratchet_')));
}

export const metricLines = (rows: readonly Row[], width: number): Line[] =>
  table(
    rows,
    [
      { title: 'FIGURE', width: 0, of: ({ name, labels }) => (labels === '' ? name : `${name} ${labels}`) },
      { title: 'VALUE', width: 16, of: ({ value }) => figure(value), right: true, paint: () => ({ bold: true }) },
      {
        title: 'PER SECOND',
        width: 12,
        of: ({ rate }) => (rate === null ? '' : figure(Math.round(rate * 100) / 100)),
        right: true,
        paint: ({ rate }) => (rate ? { color: 'cyan' } : {}),
        from: 50,
      },
    ],
    width,
  );
