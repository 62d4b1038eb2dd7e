import { Progress, Text } from '@mantine/core';
import type { BatchSummary } from '@ratchet/contract/entities/batch';
import { IconStack2 } from '@tabler/icons-react';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { readAll } from '../../api/queries.ts';
import { EmptyState } from '../../kit/state/empty-state.tsx';
import { ErrorPanel } from '../../kit/state/error-panel.tsx';
import { RelativeTime } from '../../kit/state/relative-time.tsx';
import { StatusBadge } from '../../kit/state/status-badge.tsx';
import { words } from '../../kit/state/tones.ts';
import type { Column } from '../../kit/table/columns.ts';
import { DataTable } from '../../kit/table/data-table.tsx';
import { sortClauses, sortOf, sortText } from '../../kit/table/sort-text.ts';

const columns: Column<BatchSummary>[] = [
  { key: 'name', header: 'Batch', sortField: 'name', render: ({ name, id }) => name ?? `Batch ${id.slice(-12)}` },
  {
    key: 'status',
    header: 'Status',
    sortField: 'status',
    width: 150,
    render: ({ status }) => <StatusBadge status={status} />,
  },
  {
    key: 'counts',
    header: 'Requests',
    width: 240,
    render: ({ counts, total, name }) => {
      const ended = ['completed', 'failed', 'cancelled', 'skipped'].reduce((sum, key) => sum + (counts[key] ?? 0), 0);
      const failed = counts.failed ?? 0;
      return (
        <>
          <Progress
            value={(100 * ended) / Math.max(1, total)}
            size="sm"
            aria-label={`Progress of ${name ?? 'the batch'}`}
          />
          <Text size="xs" mt={4}>
            {ended} of {total} ended{failed > 0 && `, ${failed} failed`}
          </Text>
        </>
      );
    },
  },
  { key: 'mode', header: 'Mode', width: 170, hideBelow: 'md', render: ({ mode }) => words(mode) },
  {
    key: 'created',
    header: 'Created',
    sortField: 'createdAt',
    width: 150,
    render: ({ createdAt }) => <RelativeTime time={createdAt} />,
  },
];
const keyOf = ({ id }: BatchSummary): string => id;
const hrefOf = ({ id }: BatchSummary): string => `/batches/${id}`;

/** Batches, newest first. */
export function BatchesTable({ sort, onSort }: { sort: string; onSort: (sort: string) => void }) {
  const list = useInfiniteQuery({
    ...readAll('batches', 'list', { page: 1, sort: sortClauses(sort) }),
    refetchInterval: ({ state }) =>
      state.data?.pages.some(({ items }) => items.some(({ status }) => status === 'running')) ? 2000 : 15_000,
  });
  const rows = useMemo(() => list.data?.pages.flatMap(({ items }) => items) ?? [], [list.data]);
  const total = list.data?.pages[0]?.meta.total;
  if (list.error && rows.length === 0) return <ErrorPanel error={list.error} onRetry={() => void list.refetch()} />;
  return (
    <DataTable
      label="Batches"
      rows={rows}
      columns={columns}
      rowKey={keyOf}
      rowHref={hrefOf}
      sort={sortOf(sort)}
      onSort={(next) => onSort(sortText(next))}
      loading={list.isPending || list.isFetchingNextPage}
      {...(total === undefined ? {} : { total })}
      onEndReached={() => {
        if (list.hasNextPage && !list.isFetching) void list.fetchNextPage();
      }}
      empty={
        <EmptyState
          icon={IconStack2}
          title="No batch yet"
          text="A batch runs several requests as one. Make one with “ratchet batch create”, POST /api/v1/batches or the MCP tool ratchet_batch_execute."
        />
      }
    />
  );
}
