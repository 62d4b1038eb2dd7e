import { Button, Code, Stack } from '@mantine/core';
import type { Delivery, OutputDestination } from '@ratchet/contract/entities/output';
import { IconDatabaseExport } from '@tabler/icons-react';
import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query';
import { client } from '../../api/client.ts';
import { readAll } from '../../api/queries.ts';
import { useAction } from '../../api/use-action.ts';
import { useMay } from '../../api/use-identity.ts';
import { useUrlState } from '../../app/use-url-state.ts';
import { EmptyState } from '../../kit/state/empty-state.tsx';
import { ErrorPanel } from '../../kit/state/error-panel.tsx';
import { KitLink } from '../../kit/state/kit-link.tsx';
import { RelativeTime } from '../../kit/state/relative-time.tsx';
import { StatusBadge } from '../../kit/state/status-badge.tsx';
import { lookOf } from '../../kit/state/tones.ts';
import { type Column, DataTable } from '../../kit/table/data-table.tsx';
import { FilterBar } from '../../kit/table/filter-bar.tsx';
import { sortOf, sortText } from '../../kit/table/sort-text.ts';
import { listing, where } from '../administration/listing.ts';
import { OpenText } from '../administration/open-text.tsx';
import { DeliveryDrawer } from './delivery-drawer.tsx';

const defaults = { status: '', task: '', sort: '-createdAt', delivery: '' };
const statuses: readonly Delivery['status'][] = ['pending', 'delivering', 'delivered', 'failed'];
const filters = [
  {
    key: 'status',
    label: 'Status',
    kind: 'select',
    options: statuses.map((value) => ({ value, label: lookOf(value).text })),
  },
  { key: 'task', label: 'Task', kind: 'text' },
] as const;

/** What went to a destination, or is on its way. A row opens its attempts. */
export function Deliveries({ output }: { output: OutputDestination }) {
  const [{ status, task, sort, delivery }, setUrl] = useUrlState(defaults);
  const may = useMay();
  const list = useInfiniteQuery({
    ...readAll(
      'deliveries',
      'list',
      listing({ sort }, [where('destinationId', output.id), where('status', status), where('taskName', task, 'like')]),
    ),
    placeholderData: keepPreviousData,
    refetchInterval: 5_000,
  });
  const again = useAction({
    act: ({ id }: Delivery) => client.deliveries.retry({ id }),
    changes: ['deliveries', 'outputDestinations'],
    done: () => 'It is sent again',
  });
  const mayRun = may('run');
  const rows = list.data?.pages.flatMap(({ items }) => items) ?? [];
  const columns: readonly Column<Delivery>[] = [
    {
      key: 'created',
      header: 'Queued',
      sortField: 'createdAt',
      render: (row) => (
        <OpenText>
          <RelativeTime time={row.createdAt} />
        </OpenText>
      ),
    },
    { key: 'status', header: 'Status', sortField: 'status', render: (row) => <StatusBadge status={row.status} /> },
    {
      key: 'task',
      header: 'Execution',
      render: (row) => <KitLink href={`/executions/${row.executionId}`}>{row.taskName}</KitLink>,
    },
    {
      key: 'attempts',
      header: 'Attempts',
      sortField: 'attempts',
      align: 'end',
      render: (row) => `${row.attempts} of ${row.maxAttempts}`,
    },
    {
      key: 'target',
      header: 'Sent to',
      hideBelow: 'md',
      render: (row) => (row.target ? <Code style={{ overflowWrap: 'anywhere' }}>{row.target}</Code> : '–'),
    },
    {
      key: 'error',
      header: 'Last error',
      hideBelow: 'md',
      render: (row) => <span style={{ overflowWrap: 'anywhere' }}>{row.lastError ?? ''}</span>,
    },
    {
      key: 'actions',
      header: 'Actions',
      align: 'end',
      render: (row) =>
        mayRun && row.status !== 'delivering' ? (
          <Button
            size="compact-xs"
            variant="default"
            aria-label={`Send again: the output of ${row.taskName}`}
            onClick={() => again.mutate(row)}
          >
            Send again
          </Button>
        ) : null,
    },
  ];
  return (
    <Stack>
      <FilterBar
        filters={filters}
        values={{ status, task }}
        onChange={(next) => setUrl({ status: next.status, task: next.task })}
      />
      {list.error && !list.data ? (
        <ErrorPanel error={list.error} onRetry={() => void list.refetch()} />
      ) : (
        <DataTable
          label={`Deliveries to ${output.name}`}
          rows={rows}
          total={list.data?.pages[0]?.meta.total}
          columns={columns}
          rowKey={({ id }) => id}
          rowLabel={({ taskName, createdAt }) => `${taskName}, ${createdAt}`}
          onOpen={({ id }) => setUrl({ delivery: id }, { replace: false })}
          sort={sortOf(sort)}
          onSort={(next) => setUrl({ sort: sortText(next) })}
          loading={list.isPending || list.isFetchingNextPage}
          onEndReached={() => list.hasNextPage && void list.fetchNextPage()}
          empty={
            status || task ? (
              <EmptyState
                icon={IconDatabaseExport}
                title="No delivery fits"
                text="Change or clear the filters above."
              />
            ) : (
              <EmptyState
                icon={IconDatabaseExport}
                title="Nothing was delivered yet"
                text={
                  output.isGlobal
                    ? 'The output of the next execution comes here.'
                    : 'Choose this destination when you run a task, or in a schedule. Or let it take the output of every task.'
                }
              />
            )
          }
        />
      )}
      <DeliveryDrawer id={delivery || null} onClose={() => setUrl({ delivery: '' })} />
    </Stack>
  );
}
