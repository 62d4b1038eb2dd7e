import { Button, Group, SegmentedControl, SimpleGrid, Stack, Text, Title } from '@mantine/core';
import { useInfiniteQuery, useQuery, useQueryClient } from '@tanstack/react-query';
import { useMemo, useRef } from 'react';
import { useLive } from '../../../api/live.ts';
import { type InputOf, type OutputOf, read, readAll } from '../../../api/queries.ts';
import { useUrlState } from '../../../app/use-url-state.ts';
import { StatTile } from '../../../kit/chart/stat-tile.tsx';
import { TimeChart } from '../../../kit/chart/time-chart.tsx';
import { Duration } from '../../../kit/state/duration.tsx';
import { EmptyState } from '../../../kit/state/empty-state.tsx';
import { ErrorPanel } from '../../../kit/state/error-panel.tsx';
import { RelativeTime } from '../../../kit/state/relative-time.tsx';
import { StatusBadge } from '../../../kit/state/status-badge.tsx';
import { durationText } from '../../../kit/state/times.ts';
import { type Column, DataTable } from '../../../kit/table/data-table.tsx';
import { FilterBar } from '../../../kit/table/filter-bar.tsx';
import { readList } from '../../../kit/table/filter-values.ts';
import { useTask } from '../task-context.ts';

type Execution = OutputOf<'executions', 'list'>['items'][number];
type Window = NonNullable<InputOf<'executions', 'stats'>['window']>;
const address = { status: '', sort: '-queuedAt', window: '7d' };
const windows: readonly { value: Window; label: string }[] = [
  { value: '1h', label: 'Hour' },
  { value: '24h', label: 'Day' },
  { value: '7d', label: 'Week' },
  { value: '30d', label: 'Month' },
];
const statuses = ['pending', 'running', 'completed', 'failed', 'cancelled', 'timed_out'];
const filters = [
  {
    key: 'status',
    label: 'Status',
    kind: 'multi' as const,
    options: statuses.map((value) => ({ value, label: value.replaceAll('_', ' ') })),
  },
];
const readAgainMs = 1_000;

const columns: Column<Execution>[] = [
  {
    key: 'status',
    header: 'Status',
    render: ({ status }) => <StatusBadge status={status} />,
    sortField: 'status',
    width: 140,
  },
  {
    key: 'queuedAt',
    header: 'Queued',
    render: ({ queuedAt }) => <RelativeTime time={queuedAt} />,
    sortField: 'queuedAt',
    width: 140,
  },
  {
    key: 'durationMs',
    header: 'Took',
    render: ({ durationMs }) => <Duration ms={durationMs} />,
    sortField: 'durationMs',
    width: 100,
    align: 'end',
  },
  { key: 'by', header: 'Started by', render: ({ triggeredBy }) => triggeredBy, hideBelow: 'sm' },
  {
    key: 'revision',
    header: 'Revision',
    render: ({ taskRevision }) => taskRevision,
    width: 90,
    hideBelow: 'md',
    align: 'end',
  },
  {
    key: 'said',
    header: 'Result',
    render: ({ error, output }) => (
      <Text size="sm" lineClamp={1} style={{ overflowWrap: 'anywhere' }}>
        {error ? `${error.class}: ${error.message}` : output === null ? '–' : cut(JSON.stringify(output))}
      </Text>
    ),
    hideBelow: 'sm',
  },
];
const cut = (text: string): string => (text.length > 120 ? `${text.slice(0, 120)}…` : text);

/** The executions of the task, with figures. */
export default function RunsTab() {
  const { task, openTab } = useTask();
  const queries = useQueryClient();
  const [state, setState] = useUrlState(address);
  const window = windows.find(({ value }) => value === state.window)?.value ?? '7d';
  const stats = useQuery(read('executions', 'stats', { taskId: task.id, window }));
  const chosen = readList(state.status);
  const descending = state.sort.startsWith('-');
  const sort = { field: state.sort.replace(/^-/, ''), order: descending ? ('desc' as const) : ('asc' as const) };
  const list = useInfiniteQuery(
    readAll('executions', 'list', {
      filters: [
        { field: 'taskId', op: 'eq' as const, value: task.id },
        ...(chosen.length > 0 ? [{ field: 'status', op: 'eq' as const, value: chosen }] : []),
      ],
      sort: [sort],
    }),
  );
  const rows = useMemo(() => list.data?.pages.flatMap(({ items }) => items) ?? [], [list.data]);

  const waiting = useRef<ReturnType<typeof setTimeout> | null>(null);
  useLive('executions', ({ execution }) => {
    if (execution.taskId !== task.id) return;
    waiting.current ??= setTimeout(() => {
      waiting.current = null;
      void queries.invalidateQueries({ queryKey: ['executions'] });
    }, readAgainMs);
  });

  const points = useMemo(() => pointsOf(rows), [rows]);
  const figures = stats.data;
  const failed = (figures?.byStatus.failed ?? 0) + (figures?.byStatus.timed_out ?? 0);
  return (
    <Stack>
      <Group justify="space-between">
        <Title order={2} size="h4">
          Runs
        </Title>
        <SegmentedControl
          size="xs"
          aria-label="Time of the figures"
          data={windows.map((one) => ({ ...one }))}
          value={window}
          onChange={(next) => setState({ window: next })}
        />
      </Group>
      {stats.error && <ErrorPanel error={stats.error} onRetry={() => void stats.refetch()} />}
      <SimpleGrid cols={{ base: 2, sm: 4 }}>
        <StatTile label="Runs" value={figures?.total.toLocaleString('en')} loading={stats.isPending} />
        <StatTile
          label="Succeeded"
          value={figures?.successRate == null ? null : `${Math.round(figures.successRate * 100)}%`}
          note={failed > 0 ? `${failed} failed` : undefined}
          loading={stats.isPending}
        />
        <StatTile
          label="Half took at most"
          value={figures?.p50DurationMs == null ? null : durationText(figures.p50DurationMs)}
          loading={stats.isPending}
        />
        <StatTile
          label="95 of 100 took at most"
          value={figures?.p95DurationMs == null ? null : durationText(figures.p95DurationMs)}
          loading={stats.isPending}
        />
      </SimpleGrid>
      {points.length > 1 && (
        <section aria-label="How long the runs took">
          <Title order={3} size="h5">
            How long the last {points.length} of them took
          </Title>
          <TimeChart
            label={`Duration of the runs of ${task.name}`}
            kind="line"
            series={[{ key: 'duration', name: 'Duration' }]}
            points={points}
            format={durationText}
            height={180}
          />
        </section>
      )}
      <FilterBar
        filters={filters}
        values={{ status: state.status }}
        onChange={(values) => setState({ status: values.status ?? '' })}
      />
      {list.error ? (
        <ErrorPanel error={list.error} onRetry={() => void list.refetch()} />
      ) : (
        <DataTable
          label={`Runs of ${task.name}`}
          rows={rows}
          columns={columns}
          rowKey={({ id }) => id}
          rowLabel={({ status, queuedAt }) => `${status} run of ${queuedAt}`}
          rowHref={({ id }) => `/executions/${id}`}
          sort={sort}
          onSort={(next) => setState({ sort: `${next.order === 'desc' ? '-' : ''}${next.field}` })}
          loading={list.isPending || list.isFetchingNextPage}
          {...(list.data?.pages[0] ? { total: list.data.pages[0].meta.total } : {})}
          {...(list.hasNextPage ? { onEndReached: () => void list.fetchNextPage() } : {})}
          empty={
            <EmptyState
              title={chosen.length > 0 ? 'No run of this kind' : 'It has not run yet'}
              text={chosen.length > 0 ? 'Clear the filter to see the others.' : 'Give it an input and run it.'}
              action={chosen.length > 0 ? undefined : <Button onClick={() => openTab('run')}>Run it</Button>}
            />
          }
        />
      )}
    </Stack>
  );
}

const mostPoints = 200;

/** The runs that ended, oldest first. */
const pointsOf = (rows: readonly Execution[]) =>
  rows
    .filter(({ durationMs }) => durationMs !== null)
    .map(({ queuedAt, durationMs }) => ({ time: queuedAt, duration: durationMs }))
    .sort((a, b) => (a.time < b.time ? -1 : 1))
    .slice(-mostPoints);
