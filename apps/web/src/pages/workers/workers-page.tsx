import { Button, SimpleGrid, Skeleton, Stack, Title } from '@mantine/core';
import type { Execution } from '@ratchet/contract/entities/execution';
import { IconActivity, IconAdjustments } from '@tabler/icons-react';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useMemo, useRef, useState } from 'react';
import { useLive } from '../../api/live.ts';
import { read } from '../../api/queries.ts';
import { useMay } from '../../api/use-identity.ts';
import { PageHead } from '../../app/page-head.tsx';
import { StatTile } from '../../kit/chart/stat-tile.tsx';
import { EmptyState } from '../../kit/state/empty-state.tsx';
import { ErrorPanel } from '../../kit/state/error-panel.tsx';
import { RelativeTime } from '../../kit/state/relative-time.tsx';
import { StatusBadge } from '../../kit/state/status-badge.tsx';
import { countText } from '../../kit/state/times.ts';
import type { Column } from '../../kit/table/columns.ts';
import { DataTable } from '../../kit/table/data-table.tsx';
import { EverywhereOnly } from '../../parts/everywhere-only.tsx';
import { ScaleDialog } from './scale-dialog.tsx';
import { useCourse } from './use-course.ts';
import { type Worker, WorkerCard } from './worker-card.tsx';

const pauseMs = 500;
const usualConcurrency = 4;
const lives = ({ status }: Worker): boolean => status === 'active' || status === 'draining';
const none: readonly Execution[] = [];

const goneColumns: Column<Worker>[] = [
  { key: 'hostname', header: 'Host', render: ({ hostname, pid }) => `${hostname}, process ${pid}` },
  { key: 'status', header: 'Status', width: 140, render: ({ status }) => <StatusBadge status={status} /> },
  { key: 'version', header: 'Version', width: 120, hideBelow: 'sm', render: ({ version }) => version },
  {
    key: 'completed',
    header: 'Completed',
    width: 120,
    align: 'end',
    render: ({ completed }) => (completed === null ? '–' : countText(completed)),
  },
  { key: 'started', header: 'Started', width: 150, render: ({ startedAt }) => <RelativeTime time={startedAt} /> },
  {
    key: 'heard',
    header: 'Last heard of',
    width: 150,
    render: ({ heartbeatAt }) => <RelativeTime time={heartbeatAt} />,
  },
];
const keyOf = ({ id }: Worker): string => id;

export function WorkersPage() {
  return (
    <EverywhereOnly title="Workers">
      <Workers />
    </EverywhereOnly>
  );
}

function Workers() {
  const may = useMay();
  const [scaling, setScaling] = useState<Worker | 'all' | null>(null);
  const list = useQuery({ ...read('workers', 'list', { limit: 200, page: 1 }), refetchInterval: 10_000 });
  const stats = useQuery({ ...read('workers', 'stats', {}), refetchInterval: 5000 });
  const running = useQuery({
    ...read('executions', 'list', {
      limit: 200,
      page: 1,
      filters: [{ field: 'status', op: 'eq', value: 'running' }],
      sort: [{ field: 'startedAt', order: 'asc' }],
    }),
    refetchInterval: 5000,
    placeholderData: keepPreviousData,
  });
  const due = useRef<ReturnType<typeof setTimeout> | null>(null);
  const soon = () => {
    due.current ??= setTimeout(() => {
      due.current = null;
      void Promise.all([list.refetch(), stats.refetch(), running.refetch()]);
    }, pauseMs);
  };
  useLive('workers', soon);
  useLive('executions', soon);

  const alive = useMemo(() => list.data?.items.filter(lives) ?? [], [list.data]);
  const gone = list.data?.items.filter((worker) => !lives(worker)) ?? [];
  const busy = useMemo(
    () => (list.data ? Object.fromEntries(alive.map(({ id, running: now }) => [id, now])) : undefined),
    [alive, list.data],
  );
  const course = useCourse(list.dataUpdatedAt, busy);
  const byWorker = Map.groupBy(running.data?.items ?? none, ({ nodeId }) => nodeId);
  const mayChange = may('administer');
  return (
    <Stack>
      <PageHead
        title="Workers"
        text="The server’s processes and what they run"
        actions={
          mayChange &&
          alive.length > 0 && (
            <Button
              variant="default"
              leftSection={<IconAdjustments size={16} aria-hidden />}
              onClick={() => setScaling('all')}
            >
              Change all
            </Button>
          )
        }
      />
      {stats.data ? (
        <SimpleGrid cols={{ base: 2, sm: 4 }} spacing="sm">
          <StatTile label="Workers" value={countText(stats.data.total)} />
          <StatTile
            label="Run now"
            value={`${countText(stats.data.running)} of ${countText(stats.data.concurrency)}`}
          />
          <StatTile
            label="In use"
            value={stats.data.utilisation === null ? '–' : `${Math.round(stats.data.utilisation * 100)} %`}
          />
          <StatTile label="Wait in the queue" value={countText(stats.data.waiting)} href="/jobs?status=queued" />
        </SimpleGrid>
      ) : stats.error ? (
        <ErrorPanel error={stats.error} onRetry={() => void stats.refetch()} />
      ) : (
        <Skeleton height={84} />
      )}
      {list.error && !list.data ? (
        <ErrorPanel error={list.error} onRetry={() => void list.refetch()} />
      ) : list.isPending ? (
        <Skeleton height={260} />
      ) : alive.length === 0 ? (
        <EmptyState
          icon={IconActivity}
          title="No worker is alive"
          text="Jobs wait until one is. Start one with “ratchet serve --role worker” on this database."
        />
      ) : (
        <SimpleGrid cols={{ base: 1, md: 2, xl: 3 }}>
          {alive.map((worker) => (
            <WorkerCard
              key={worker.id}
              worker={worker}
              course={course[worker.id] ?? []}
              executions={byWorker.get(worker.id) ?? none}
              mayChange={mayChange}
              onScale={() => setScaling(worker)}
            />
          ))}
        </SimpleGrid>
      )}
      {gone.length > 0 && (
        <>
          <Title order={2} size="h4">
            Gone
          </Title>
          <DataTable label="Workers that are gone" rows={gone} columns={goneColumns} rowKey={keyOf} empty={null} />
        </>
      )}
      {scaling !== null && (
        <ScaleDialog
          worker={scaling === 'all' ? null : scaling}
          usual={alive[0]?.concurrency ?? usualConcurrency}
          onClose={() => setScaling(null)}
        />
      )}
    </Stack>
  );
}
