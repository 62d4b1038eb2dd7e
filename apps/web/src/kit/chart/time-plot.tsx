import '@mantine/charts/styles.css';
import { AreaChart, BarChart, LineChart } from '@mantine/charts';
import { useReducedMotion } from '@mantine/hooks';
import { useMemo } from 'react';
import { axisText, spanOf } from './chart-data.ts';
import type { TimeChartProps } from './time-chart-props.ts';

/** Apart in lightness as well as in hue, and 3:1 on both backgrounds. */
const colors = [
  'var(--kit-series-1)',
  'var(--kit-series-2)',
  'var(--kit-series-3)',
  'var(--kit-series-4)',
  'var(--kit-series-5)',
  'var(--kit-series-6)',
];
const dashes = [undefined, '6 3', '2 3', '8 3 2 3', '12 4', '4 4'];

const full = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' });

/** The chart itself, in a file of its own so that its library is loaded only where one is shown. */
export default function TimePlot(props: TimeChartProps) {
  const { kind = 'line', stacked, points, format, height } = props;
  const still = useReducedMotion();
  const span = useMemo(() => spanOf(points), [points]);
  const data = useMemo(
    () => points.map((point) => ({ ...point, time: new Date(point.time).getTime() })) as Record<string, unknown>[],
    [points],
  );
  const series = props.series.map(({ key, name, color }, index) => ({
    name: key,
    label: name,
    color: color ?? colors[index % colors.length]!,
    strokeDasharray: dashes[index % dashes.length],
  }));
  const shared = {
    h: height,
    data,
    dataKey: 'time',
    series,
    valueFormatter: format,
    withLegend: series.length > 1,
    legendProps: { verticalAlign: 'bottom' as const },
    xAxisProps: { tickFormatter: (time: number) => axisText(time, span), minTickGap: 24 },
    yAxisProps: { width: 56 },
    tooltipProps: {
      labelFormatter: (time: unknown) => (Number.isFinite(Number(time)) ? full.format(Number(time)) : ''),
      isAnimationActive: false,
    },
  };
  if (kind === 'bar')
    return <BarChart {...shared} type={stacked ? 'stacked' : 'default'} barProps={{ isAnimationActive: !still }} />;
  if (kind === 'area')
    return (
      <AreaChart
        {...shared}
        type={stacked ? 'stacked' : 'default'}
        curveType="monotone"
        withDots={false}
        areaProps={{ isAnimationActive: !still }}
      />
    );
  return (
    <LineChart {...shared} curveType="monotone" withDots={data.length < 40} lineProps={{ isAnimationActive: !still }} />
  );
}
