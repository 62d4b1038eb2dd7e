import { Button, SimpleGrid, Stack } from '@mantine/core';
import { IconCalendarTime, IconPlus } from '@tabler/icons-react';
import { keepPreviousData, useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { read, readAll } from '../../api/queries.ts';
import { useMay } from '../../api/use-identity.ts';
import { PageHead } from '../../app/page-head.tsx';
import { useUrlState } from '../../app/use-url-state.ts';
import { StatTile } from '../../kit/chart/stat-tile.tsx';
import { EmptyState } from '../../kit/state/empty-state.tsx';
import { ErrorPanel } from '../../kit/state/error-panel.tsx';
import { RelativeTime } from '../../kit/state/relative-time.tsx';
import { DataTable } from '../../kit/table/data-table.tsx';
import { FilterBar } from '../../kit/table/filter-bar.tsx';
import { sortOf, sortText } from '../../kit/table/sort-text.ts';
import { listing, where, whereFlag } from '../administration/listing.ts';
import { useScheduleColumns } from './use-schedule-columns.tsx';

const defaults = { q: '', enabled: '', timezone: '', sort: 'name' };
const filters = [
  {
    key: 'enabled',
    label: 'State',
    kind: 'select',
    options: [
      { value: 'yes', label: 'Active' },
      { value: 'no', label: 'Paused' },
    ],
  },
  { key: 'timezone', label: 'Time zone', kind: 'text' },
] as const;

export function SchedulesPage() {
  const [{ q, enabled, timezone, sort }, setUrl] = useUrlState(defaults);
  const may = useMay();
  const stats = useQuery({ ...read('schedules', 'stats', {}), refetchInterval: 30_000 });
  const list = useInfiniteQuery({
    ...readAll(
      'schedules',
      'list',
      listing({ q, sort }, [whereFlag('enabled', enabled), where('timezone', timezone, 'like')]),
    ),
    placeholderData: keepPreviousData,
    refetchInterval: 30_000,
  });
  const columns = useScheduleColumns();
  const filtered = q !== '' || enabled !== '' || timezone !== '';
  const mayMake = may('create') && may('run');
  const make = (
    <Button component={Link} to="/schedules/new" leftSection={<IconPlus size={16} aria-hidden />}>
      New schedule
    </Button>
  );
  return (
    <Stack>
      <PageHead title="Schedules" text="Tasks that run by the clock." actions={mayMake && make} />
      <SimpleGrid cols={{ base: 2, sm: 4 }}>
        <StatTile label="Active" value={stats.data?.enabled} loading={stats.isPending} />
        <StatTile label="Paused" value={stats.data?.disabled} loading={stats.isPending} />
        <StatTile
          label="Due within an hour"
          value={stats.data?.dueWithinHour}
          loading={stats.isPending}
          note={
            stats.data?.nextRunAt ? (
              <>
                Next <RelativeTime time={stats.data.nextRunAt} />
              </>
            ) : undefined
          }
        />
        <StatTile label="Not queued when last due" value={stats.data?.failedLast} loading={stats.isPending} />
      </SimpleGrid>
      <FilterBar
        filters={filters}
        values={{ q, enabled, timezone }}
        search={{ label: 'Search', placeholder: 'Name or task' }}
        onChange={(next) => setUrl({ q: next.q, enabled: next.enabled, timezone: next.timezone })}
      />
      {list.error && !list.data ? (
        <ErrorPanel error={list.error} onRetry={() => void list.refetch()} />
      ) : (
        <DataTable
          label="Schedules"
          rows={list.data?.pages.flatMap(({ items }) => items) ?? []}
          total={list.data?.pages[0]?.meta.total}
          columns={columns}
          rowKey={({ id }) => id}
          rowHref={({ id }) => `/schedules/${id}`}
          rowLabel={({ name }) => name}
          sort={sortOf(sort)}
          onSort={(next) => setUrl({ sort: sortText(next) })}
          loading={list.isPending || list.isFetchingNextPage}
          onEndReached={() => list.hasNextPage && void list.fetchNextPage()}
          empty={
            filtered ? (
              <EmptyState icon={IconCalendarTime} title="No schedule fits" text="Change or clear the filters above." />
            ) : (
              <EmptyState
                icon={IconCalendarTime}
                title="Nothing runs by the clock yet"
                text="Choose a task and when it is to run: every night, every quarter of an hour, on the first of the month."
                action={mayMake ? make : undefined}
              />
            )
          }
        />
      )}
    </Stack>
  );
}
