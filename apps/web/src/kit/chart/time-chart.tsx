import { Button, Center, Group, Skeleton, Table, Text } from '@mantine/core';
import { IconChartLine, IconTable } from '@tabler/icons-react';
import { lazy, Suspense, useState } from 'react';
import '../state/palette.css';
import classes from './chart.module.css';
import type { TimeChartProps } from './time-chart-props.ts';

const TimePlot = lazy(() => import('./time-plot.tsx'));

const plain = (value: number): string => value.toLocaleString('en', { maximumFractionDigits: 2 });
const full = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' });

/** Figures over time, as a chart and, behind a button, as a table. */
export function TimeChart(props: TimeChartProps) {
  const { label, series, points, format = plain, height = 240, loading, empty } = props;
  const [asTable, setAsTable] = useState(false);
  if (loading && points.length === 0) return <Skeleton height={height} aria-label={`Loading ${label}`} role="status" />;
  if (points.length === 0)
    return (
      <Center mih={height / 2} p="md">
        {empty ?? <Text size="sm">No figures in this time.</Text>}
      </Center>
    );
  const Icon = asTable ? IconChartLine : IconTable;
  return (
    <figure aria-label={label} style={{ margin: 0 }}>
      {asTable ? (
        <section
          className={classes.table}
          style={{ minHeight: height }}
          // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
          tabIndex={0}
          aria-label={`Figures of ${label}`}
        >
          <Table aria-label={label} stickyHeader striped>
            <Table.Thead>
              <Table.Tr>
                <Table.Th scope="col">Time</Table.Th>
                {series.map(({ key, name }) => (
                  <Table.Th key={key} scope="col" ta="end">
                    {name}
                  </Table.Th>
                ))}
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {points.map((point) => (
                <Table.Tr key={String(point.time)}>
                  <Table.Td>{full.format(new Date(point.time))}</Table.Td>
                  {series.map(({ key }) => (
                    <Table.Td key={key} ta="end">
                      {typeof point[key] === 'number' ? format(point[key]) : '–'}
                    </Table.Td>
                  ))}
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </section>
      ) : (
        <div
          className={classes.plot}
          role="img"
          aria-label={`${label}, as a chart. The button below shows the figures.`}
        >
          <Suspense fallback={<Skeleton height={height} />}>
            <TimePlot {...props} format={format} height={height} />
          </Suspense>
        </div>
      )}
      <Group justify="flex-end" mt={4}>
        <Button
          size="compact-xs"
          variant="default"
          leftSection={<Icon size={14} aria-hidden />}
          onClick={() => setAsTable(!asTable)}
        >
          {asTable ? 'Show as a chart' : 'Show as a table'}
        </Button>
      </Group>
    </figure>
  );
}
