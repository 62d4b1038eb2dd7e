import type { Job } from '@ratchet/contract/entities/job';
import type { Schedule } from '@ratchet/contract/entities/schedule';
import { IconClock } from '@tabler/icons-react';
import { useInfiniteQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import { useLive } from '../../api/live.ts';
import { readAll } from '../../api/queries.ts';
import { useUrlState } from '../../app/use-url-state.ts';
import { EmptyState } from '../../kit/state/empty-state.tsx';
import { ErrorPanel } from '../../kit/state/error-panel.tsx';
import { KitLink } from '../../kit/state/kit-link.tsx';
import { RelativeTime } from '../../kit/state/relative-time.tsx';
import { StatusBadge } from '../../kit/state/status-badge.tsx';
import { type Column, DataTable } from '../../kit/table/data-table.tsx';
import { FilterBar } from '../../kit/table/filter-bar.tsx';
import { sortOf, sortText } from '../../kit/table/sort-text.ts';
import { listing, where } from '../administration/listing.ts';

const defaults = { status: '', sort: '-createdAt' };
const filters = [
  {
    key: 'status',
    label: 'Status',
    kind: 'select',
    options: ['queued', 'processing', 'completed', 'failed', 'cancelled', 'retrying'].map((value) => ({
      value,
      label: value,
    })),
  },
] as const;

const columns: readonly Column<Job>[] = [
  { key: 'created', header: 'Queued', sortField: 'createdAt', render: (job) => <RelativeTime time={job.createdAt} /> },
  { key: 'status', header: 'Status', sortField: 'status', render: (job) => <StatusBadge status={job.status} /> },
  { key: 'attempts', header: 'Attempts', align: 'end', hideBelow: 'sm', render: (job) => job.attempts },
  {
    key: 'execution',
    header: 'Execution',
    render: (job) =>
      job.lastExecutionId ? (
        <KitLink href={`/executions/${job.lastExecutionId}`}>Log and output</KitLink>
      ) : (
        'Not started'
      ),
  },
  { key: 'error', header: 'Error', hideBelow: 'md', render: (job) => job.lastError ?? '' },
  {
    key: 'finished',
    header: 'Ended',
    hideBelow: 'sm',
    render: (job) => <RelativeTime time={job.finishedAt} missing="not yet" />,
  },
];

/** The jobs that it has queued, newest first, each with its last execution. */
export function ScheduleRuns({ schedule }: { schedule: Schedule }) {
  const [{ status, sort }, setUrl] = useUrlState(defaults);
  const queries = useQueryClient();
  const list = useInfiniteQuery(
    readAll('jobs', 'list', listing({ sort }, [where('scheduleId', schedule.id), where('status', status)])),
  );
  const waiting = useRef<ReturnType<typeof setTimeout> | null>(null);
  useLive('jobs', ({ job }) => {
    if (job.taskId !== schedule.taskId) return;
    waiting.current ??= setTimeout(() => {
      waiting.current = null;
      void queries.invalidateQueries({ queryKey: ['jobs', 'list'] });
    }, 500);
  });
  useEffect(() => () => void (waiting.current && clearTimeout(waiting.current)), []);
  if (list.error) return <ErrorPanel error={list.error} onRetry={() => void list.refetch()} />;
  return (
    <>
      <FilterBar filters={filters} values={{ status }} onChange={(next) => setUrl({ status: next.status })} />
      <DataTable
        label={`Jobs of ${schedule.name}`}
        rows={list.data?.pages.flatMap(({ items }) => items) ?? []}
        total={list.data?.pages[0]?.meta.total}
        columns={columns}
        rowKey={({ id }) => id}
        rowHref={({ id }) => `/jobs/${id}`}
        rowLabel={({ createdAt }) => `Job of ${createdAt}`}
        sort={sortOf(sort)}
        onSort={(next) => setUrl({ sort: sortText(next) })}
        loading={list.isFetching && !list.data}
        onEndReached={() => list.hasNextPage && void list.fetchNextPage()}
        empty={
          <EmptyState
            icon={IconClock}
            title={status ? 'No job of this status' : 'It has not run yet'}
            text={status ? 'Choose another status.' : 'It runs when its time has come; or run it now.'}
          />
        }
      />
    </>
  );
}
