import { Text } from '@mantine/core';
import type { Spec } from '@ratchet/contract/entities/spec';
import { useInfiniteQuery } from '@tanstack/react-query';
import { type OutputOf, readAll } from '../../api/queries.ts';
import { Duration } from '../../kit/state/duration.tsx';
import { EmptyState } from '../../kit/state/empty-state.tsx';
import { ErrorPanel } from '../../kit/state/error-panel.tsx';
import { RelativeTime } from '../../kit/state/relative-time.tsx';
import { StatusBadge } from '../../kit/state/status-badge.tsx';
import { type Column, DataTable } from '../../kit/table/data-table.tsx';

type Sync = OutputOf<'specs', 'syncHistory'>['items'][number];

const directions = { fs_to_db: 'From the files', db_to_fs: 'To the files' } as const;
const triggers = {
  file_watcher: 'A file changed',
  periodic: 'The regular look',
  user_edit: 'An edit here',
  manual: 'A person asked',
} as const;

const columns: readonly Column<Sync>[] = [
  { key: 'when', header: 'When', width: 130, render: ({ startedAt }) => <RelativeTime time={startedAt} /> },
  { key: 'status', header: 'Outcome', width: 130, render: ({ status }) => <StatusBadge status={status} /> },
  { key: 'direction', header: 'Direction', render: ({ direction }) => directions[direction] },
  { key: 'trigger', header: 'Cause', hideBelow: 'sm', render: ({ trigger }) => triggers[trigger] },
  { key: 'by', header: 'Started by', hideBelow: 'md', render: ({ startedBy }) => startedBy },
  {
    key: 'files',
    header: 'Files',
    render: ({ filesChanged, error }) => (
      <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
        {error ?? (filesChanged.length === 0 ? '–' : filesChanged.join(', '))}
      </Text>
    ),
  },
  {
    key: 'took',
    header: 'Took',
    align: 'end',
    hideBelow: 'md',
    render: ({ durationMs }) => <Duration ms={durationMs} />,
  },
];

/** Each time that something of the change was carried from one side to the other. */
export function SyncsTab({ spec: { documentId: id, specId } }: { readonly spec: Spec }) {
  const list = useInfiniteQuery(readAll('specs', 'syncHistory', { id }));
  const rows = list.data?.pages.flatMap(({ items }) => items) ?? [];
  if (list.error) return <ErrorPanel error={list.error} onRetry={() => void list.refetch()} />;
  return (
    <DataTable
      label={`Syncs of ${specId}`}
      rows={rows}
      columns={columns}
      rowKey={({ id }) => id}
      rowLabel={({ startedAt }) => `sync of ${startedAt}`}
      loading={list.isPending || list.isFetchingNextPage}
      {...(list.data?.pages[0] ? { total: list.data.pages[0].meta.total } : {})}
      onEndReached={() => list.hasNextPage && void list.fetchNextPage()}
      empty={
        <EmptyState title="Nothing was carried yet" text="Every sync that changes one of the sides is kept here." />
      }
    />
  );
}
