import { Anchor, Grid, Group, Paper, SimpleGrid, Stack, Text, Title } from '@mantine/core';
import { IconActivity } from '@tabler/icons-react';
import { keepPreviousData, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useRef } from 'react';
import { useLive } from '../../api/live.ts';
import { read } from '../../api/queries.ts';
import { PageHead } from '../../app/page-head.tsx';
import { useUrlState } from '../../app/use-url-state.ts';
import { StatTile } from '../../kit/chart/stat-tile.tsx';
import { TimeChart } from '../../kit/chart/time-chart.tsx';
import { Duration } from '../../kit/state/duration.tsx';
import { EmptyState } from '../../kit/state/empty-state.tsx';
import { ErrorPanel } from '../../kit/state/error-panel.tsx';
import { KitLink } from '../../kit/state/kit-link.tsx';
import { RelativeTime } from '../../kit/state/relative-time.tsx';
import { StatusBadge } from '../../kit/state/status-badge.tsx';
import { countText } from '../../kit/state/times.ts';
import { DataTable } from '../../kit/table/data-table.tsx';
import { useExecutionHistory } from '../executions/use-execution-history.ts';
import { FirstSteps } from './first-steps.tsx';
import { RepositoryHealth } from './repository-health.tsx';

const tickMs = 1000;
const series = [
  { key: 'completed', name: 'Completed', color: 'light-dark(#12805c, #4fd1a5)' },
  { key: 'failed', name: 'Failed', color: 'light-dark(#c2255c, #faa2c1)' },
  { key: 'other', name: 'Others', color: 'light-dark(#495057, #ced4da)' },
];
const windows = [
  ['1h', 'Last hour'],
  ['24h', 'Last day'],
  ['7d', 'Last week'],
] as const;

/** How it goes: what runs, what failed, what waits for somebody. */
export function DashboardPage() {
  const [{ window: span }, setState] = useUrlState({ window: '24h' });
  const shown = windows.find(([key]) => key === span)?.[0] ?? '24h';
  useFresh();
  const stats = useQuery({
    ...read('executions', 'stats', { window: shown }),
    refetchInterval: 15_000,
    placeholderData: keepPreviousData,
  });
  const tasks = useQuery({ ...read('tasks', 'stats', {}), refetchInterval: 60_000 });
  const pushes = useQuery({ ...read('registry', 'pushStatus', {}), refetchInterval: 60_000 });
  const history = useExecutionHistory('', shown, true);
  const latest = useQuery({
    ...read('executions', 'list', { limit: 8, page: 1, sort: [{ field: 'queuedAt', order: 'desc' }] }),
    refetchInterval: 15_000,
  });
  if (tasks.error && !tasks.data) return <ErrorPanel error={tasks.error} onRetry={() => void tasks.refetch()} />;
  const by = stats.data?.byStatus ?? {};
  const failed = (by.failed ?? 0) + (by.timed_out ?? 0);
  const loading = stats.isPending;
  return (
    <Stack>
      <PageHead
        title="Dashboard"
        actions={
          <Group gap="xs" role="group" aria-label="Time shown">
            {windows.map(([key, label]) => (
              <Anchor
                key={key}
                component="button"
                type="button"
                size="sm"
                fw={key === shown ? 700 : 400}
                aria-pressed={key === shown}
                onClick={() => setState({ window: key })}
              >
                {label}
              </Anchor>
            ))}
          </Group>
        }
      />
      {tasks.data?.total === 0 && <FirstSteps />}
      <SimpleGrid cols={{ base: 2, sm: 3, lg: 6 }} spacing="sm">
        <StatTile
          label="Executions"
          value={stats.data && countText(stats.data.total)}
          loading={loading}
          href="/executions"
        />
        <StatTile
          label="Failed"
          value={stats.data && countText(failed)}
          note={
            stats.data?.successRate == null ? undefined : `${(stats.data.successRate * 100).toFixed(1)} % succeeded`
          }
          loading={loading}
          href="/executions?status=failed,timed_out"
        />
        <StatTile
          label="Running now"
          value={stats.data && countText((by.running ?? 0) + (by.pending ?? 0))}
          loading={loading}
          href="/executions?status=running,pending"
        />
        <StatTile
          label="95 % end within"
          value={<Duration ms={stats.data?.p95DurationMs ?? null} />}
          loading={loading}
        />
        <StatTile
          label="Conflicts"
          value={pushes.data && countText(pushes.data.conflicts)}
          note={pushes.data?.conflicts ? 'Wait for a decision' : undefined}
          loading={pushes.isPending}
          href="/conflicts"
        />
        <StatTile
          label="To push"
          value={pushes.data && countText(pushes.data.pending)}
          note={pushes.data?.failed ? `${countText(pushes.data.failed)} failed` : undefined}
          loading={pushes.isPending}
          href="/tasks?sync=modified,pending_push"
        />
      </SimpleGrid>
      <Grid>
        <Grid.Col span={{ base: 12, lg: 7 }}>
          <Paper withBorder p="md" component="section" aria-label="Executions over time">
            <Title order={2} size="h4" mb="sm">
              Executions
            </Title>
            <TimeChart
              label="Executions over time"
              kind="bar"
              stacked
              series={series}
              points={(history.data ?? []).map((point) => ({ ...point }))}
              loading={history.isPending}
              height={220}
            />
          </Paper>
        </Grid.Col>
        <Grid.Col span={{ base: 12, lg: 5 }}>
          <RepositoryHealth />
        </Grid.Col>
        <Grid.Col span={{ base: 12, lg: 7 }}>
          <Stack gap="xs">
            <Title order={2} size="h4">
              Latest runs
            </Title>
            <DataTable
              label="Latest runs"
              rows={latest.data?.items ?? []}
              rowKey={({ id }) => id}
              rowHref={({ id }) => `/executions/${id}`}
              rowLabel={({ taskName }) => taskName}
              loading={latest.isPending}
              columns={[
                { key: 'task', header: 'Task', render: ({ taskName }) => taskName },
                { key: 'status', header: 'Status', render: ({ status }) => <StatusBadge status={status} /> },
                { key: 'took', header: 'Took', align: 'end', render: ({ durationMs }) => <Duration ms={durationMs} /> },
                { key: 'when', header: 'When', render: ({ queuedAt }) => <RelativeTime time={queuedAt} /> },
              ]}
              empty={
                <EmptyState
                  icon={IconActivity}
                  title="Nothing has run yet"
                  text="Open a task and run it."
                  action={<KitLink href="/tasks">Go to the tasks</KitLink>}
                />
              }
            />
          </Stack>
        </Grid.Col>
        <Grid.Col span={{ base: 12, lg: 5 }}>
          <Stack gap="xs">
            <Title order={2} size="h4">
              Most used tasks
            </Title>
            <DataTable
              label="Most used tasks"
              rows={stats.data?.perTask.slice(0, 8) ?? []}
              rowKey={({ taskId, taskName }) => taskId ?? taskName}
              rowHref={({ taskId }) => (taskId === null ? undefined : `/tasks/${taskId}?tab=runs`)}
              rowLabel={({ taskName }) => taskName}
              loading={loading}
              columns={[
                { key: 'task', header: 'Task', render: ({ taskName }) => taskName },
                { key: 'runs', header: 'Runs', align: 'end', render: (row) => countText(row.total) },
                { key: 'failed', header: 'Failed', align: 'end', render: (row) => countText(row.failed) },
                { key: 'p95', header: '95 %', align: 'end', render: (row) => <Duration ms={row.p95DurationMs} /> },
              ]}
              empty={<Text size="sm">No task ran in this time.</Text>}
            />
          </Stack>
        </Grid.Col>
      </Grid>
      <Text size="sm" c="dimmed">
        {tasks.data && (
          <>
            <Anchor component={Link} to="/tasks" size="sm">
              {countText(tasks.data.total)} tasks
            </Anchor>
            , {countText(tasks.data.enabled)} enabled, {countText(tasks.data.withProblems)} with problems.
          </>
        )}
      </Text>
    </Stack>
  );
}

/** What happens is shown within a second, however much happens. */
function useFresh(): void {
  const queries = useQueryClient();
  const due = useRef(new Set<string>());
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  const tell = (entity: string) => {
    due.current.add(entity);
    timer.current ??= setTimeout(() => {
      timer.current = undefined;
      for (const name of due.current) void queries.invalidateQueries({ queryKey: [name] });
      due.current.clear();
    }, tickMs);
  };
  useLive('executions', () => tell('executions'));
  useLive('repositories', () => {
    for (const entity of ['tasks', 'registry', 'repositories']) tell(entity);
  });
}
