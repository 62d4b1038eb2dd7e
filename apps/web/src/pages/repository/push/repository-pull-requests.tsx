import { Anchor, Stack, Text } from '@mantine/core';
import type { PullRequest } from '@ratchet/contract/entities/push';
import type { Repository } from '@ratchet/contract/entities/repository';
import { useInfiniteQuery } from '@tanstack/react-query';
import { readAll } from '../../../api/queries.ts';
import { useUrlState } from '../../../app/use-url-state.ts';
import { EmptyState } from '../../../kit/state/empty-state.tsx';
import { ErrorPanel } from '../../../kit/state/error-panel.tsx';
import { RelativeTime } from '../../../kit/state/relative-time.tsx';
import { StatusBadge } from '../../../kit/state/status-badge.tsx';
import { TextLink } from '../../../kit/state/text-link.tsx';
import type { Column } from '../../../kit/table/columns.ts';
import { DataTable } from '../../../kit/table/data-table.tsx';
import { FilterBar } from '../../../kit/table/filter-bar.tsx';
import type { Filter } from '../../../kit/table/filter-values.ts';

const urlDefaults = { request: '' } as const;
const filters: readonly Filter[] = [
  {
    key: 'request',
    label: 'Status',
    kind: 'select',
    options: [
      { value: 'opening', label: 'Opening' },
      { value: 'open', label: 'Open' },
      { value: 'merged', label: 'Merged' },
      { value: 'closed', label: 'Closed' },
    ],
  },
];

const columns: Column<PullRequest>[] = [
  {
    key: 'title',
    header: 'Title',
    render: ({ title, url, number, error }) => (
      <Stack gap={0}>
        {url ? (
          <Anchor href={url} target="_blank" rel="noreferrer" underline="always" size="sm">
            {number !== null && `#${number} `}
            {title} (opens another site)
          </Anchor>
        ) : (
          <span>{title}</span>
        )}
        {error && (
          <Text size="xs" c="var(--mantine-color-error)">
            {error}
          </Text>
        )}
      </Stack>
    ),
  },
  { key: 'status', header: 'Status', render: ({ status }) => <StatusBadge status={status} /> },
  {
    key: 'branch',
    header: 'Branch',
    hideBelow: 'md',
    render: ({ branch, baseBranch }) => (
      <span style={{ overflowWrap: 'anywhere' }}>
        {branch} to {baseBranch}
      </span>
    ),
  },
  {
    key: 'tasks',
    header: 'Tasks',
    render: ({ documents }) => (
      <Stack gap={0}>
        {documents.slice(0, 5).map(({ path, taskId, name, change }) => (
          <Text key={path} size="sm">
            {taskId && change !== 'deleted' ? <TextLink href={`/tasks/${taskId}`}>{name}</TextLink> : name} ({change})
          </Text>
        ))}
        {documents.length > 5 && <Text size="sm">and {documents.length - 5} more</Text>}
      </Stack>
    ),
  },
  { key: 'by', header: 'Pushed by', hideBelow: 'sm', render: ({ createdBy }) => createdBy },
  { key: 'updated', header: 'Changed', render: ({ updatedAt }) => <RelativeTime time={updatedAt} /> },
];

/** The pull requests that pushes to a repository have opened. */
export function RepositoryPullRequests({ repository }: { repository: Repository }) {
  const [state, setState] = useUrlState(urlDefaults);
  const list = useInfiniteQuery(
    readAll('pullRequests', 'list', {
      filters: [
        { field: 'repositoryId', op: 'eq', value: repository.id },
        ...(state.request ? [{ field: 'status', op: 'eq' as const, value: state.request }] : []),
      ],
    }),
  );
  const rows = list.data?.pages.flatMap(({ items }) => items) ?? [];
  if (list.error) return <ErrorPanel error={list.error} onRetry={() => void list.refetch()} />;
  return (
    <Stack>
      <FilterBar filters={filters} values={state} onChange={({ request }) => setState({ request })} />
      <DataTable
        label={`Pull requests of ${repository.name}`}
        rows={rows}
        columns={columns}
        rowKey={({ id }) => id}
        rowLabel={({ title }) => title}
        loading={list.isPending || list.isFetchingNextPage}
        onEndReached={() => list.hasNextPage && void list.fetchNextPage()}
        empty={
          state.request !== '' ? (
            <EmptyState title="None of this status" text="Clear the filter above to see the others." />
          ) : repository.repositoryType !== 'git' ? (
            <EmptyState title="No pull requests" text="Only Git repositories have pull requests." />
          ) : (
            <EmptyState
              title="No pull requests yet"
              text="Choose “To a branch of its own, with a pull request” under Push: the next push opens one on GitHub, GitLab, Gitea or Forgejo."
            />
          )
        }
      />
    </Stack>
  );
}
