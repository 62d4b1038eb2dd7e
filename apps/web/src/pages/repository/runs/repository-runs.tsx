import { Drawer, Stack, Title } from '@mantine/core';
import type { Repository } from '@ratchet/contract/entities/repository';
import { useInfiniteQuery } from '@tanstack/react-query';
import { readAll } from '../../../api/queries.ts';
import { useUrlState } from '../../../app/use-url-state.ts';
import { Duration } from '../../../kit/state/duration.tsx';
import { EmptyState } from '../../../kit/state/empty-state.tsx';
import { ErrorPanel } from '../../../kit/state/error-panel.tsx';
import { RelativeTime } from '../../../kit/state/relative-time.tsx';
import { StatusBadge } from '../../../kit/state/status-badge.tsx';
import type { Column } from '../../../kit/table/columns.ts';
import { DataTable } from '../../../kit/table/data-table.tsx';
import { FilterBar } from '../../../kit/table/filter-bar.tsx';
import type { Filter } from '../../../kit/table/filter-values.ts';
import { RunDetails } from './run-details.tsx';
import { changesText, type Run, triggers } from './run-words.ts';

const urlDefaults = { direction: '', runStatus: '', trigger: '', run: '', runSort: '-startedAt' } as const;
const filters: readonly Filter[] = [
  {
    key: 'direction',
    label: 'Direction',
    kind: 'select',
    options: [
      { value: 'pull', label: 'Sync' },
      { value: 'push', label: 'Push' },
    ],
  },
  {
    key: 'runStatus',
    label: 'Status',
    kind: 'select',
    options: [
      { value: 'running', label: 'Running' },
      { value: 'success', label: 'Success' },
      { value: 'conflict', label: 'Conflict' },
      { value: 'guarded', label: 'Held back by a guard' },
      { value: 'error', label: 'Error' },
    ],
  },
  {
    key: 'trigger',
    label: 'Started by',
    kind: 'select',
    options: Object.entries(triggers).map(([value, label]) => ({ value, label })),
  },
];

const columns: Column<Run>[] = [
  { key: 'started', header: 'Started', sortField: 'startedAt', render: (run) => <RelativeTime time={run.startedAt} /> },
  { key: 'direction', header: 'What', render: (run) => (run.direction === 'push' ? 'Push' : 'Sync') },
  { key: 'status', header: 'Status', render: (run) => <StatusBadge status={run.status} /> },
  { key: 'changes', header: 'Tasks', render: (run) => changesText(run) },
  {
    key: 'trigger',
    header: 'Started by',
    hideBelow: 'sm',
    render: (run) => `${run.startedBy}, ${triggers[run.trigger].toLowerCase()}`,
  },
  {
    key: 'duration',
    header: 'Took',
    align: 'end',
    sortField: 'durationMs',
    render: (run) => <Duration ms={run.durationMs} />,
  },
];

/** The syncs and pushes of a repository; one opened, with its undoing. */
export function RepositoryRuns({ repository }: { repository: Repository }) {
  const [state, setState] = useUrlState(urlDefaults);
  const order = state.runSort.startsWith('-') ? ('desc' as const) : ('asc' as const);
  const sort = { field: state.runSort.replace(/^-/, ''), order };
  const set = [
    ['direction', state.direction],
    ['status', state.runStatus],
    ['trigger', state.trigger],
  ] as const;
  const list = useInfiniteQuery(
    readAll('repositories', 'runs', {
      id: repository.id,
      sort: [sort],
      filters: set.flatMap(([field, value]) => (value === '' ? [] : [{ field, op: 'eq' as const, value }])),
    }),
  );
  const rows = list.data?.pages.flatMap(({ items }) => items) ?? [];
  const opened = rows.find(({ id }) => id === state.run);
  const filtered = set.some(([, value]) => value !== '');
  if (list.error) return <ErrorPanel error={list.error} onRetry={() => void list.refetch()} />;
  return (
    <Stack>
      <FilterBar
        filters={filters}
        values={state}
        onChange={({ direction, runStatus, trigger }) => setState({ direction, runStatus, trigger })}
      />
      <DataTable
        label={`Runs of ${repository.name}`}
        rows={rows}
        columns={columns}
        rowKey={({ id }) => id}
        rowLabel={(run) =>
          `${run.direction === 'push' ? 'Push' : 'Sync'} of ${new Date(run.startedAt).toLocaleString()}`
        }
        onOpen={({ id }) => setState({ run: id }, { replace: false })}
        sort={sort}
        onSort={({ field, order: next }) => setState({ runSort: next === 'desc' ? `-${field}` : field })}
        loading={list.isPending || list.isFetchingNextPage}
        {...(list.data?.pages[0] ? { total: list.data.pages[0].meta.total } : {})}
        onEndReached={() => list.hasNextPage && void list.fetchNextPage()}
        empty={
          filtered ? (
            <EmptyState title="No run fits" text="Change or clear the filters above." />
          ) : (
            <EmptyState
              title="It has not run yet"
              text="Sync it now: what the run does is listed here and can be undone."
            />
          )
        }
      />
      <Drawer
        opened={opened !== undefined}
        onClose={() => setState({ run: undefined })}
        position="right"
        size="lg"
        title={<Title order={2}>{opened?.direction === 'push' ? 'Push' : 'Sync'}</Title>}
        closeButtonProps={{ 'aria-label': 'Close' }}
      >
        {opened && <RunDetails key={opened.id} run={opened} />}
      </Drawer>
    </Stack>
  );
}
