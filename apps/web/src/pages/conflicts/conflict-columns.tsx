import { Stack, Text } from '@mantine/core';
import type { Conflict } from '@ratchet/contract/entities/conflict';
import { RelativeTime } from '../../kit/state/relative-time.tsx';
import { StatusBadge } from '../../kit/state/status-badge.tsx';
import { TextLink } from '../../kit/state/text-link.tsx';
import type { Column } from '../../kit/table/columns.ts';
import { openPlaces, resolutionNames } from '../conflict/conflict-words.ts';

/** What is shown of each conflict. */
export function conflictColumns(repositories: readonly { id: string; name: string }[]): Column<Conflict>[] {
  const nameOf = (id: string) => repositories.find((one) => one.id === id)?.name ?? id;
  return [
    {
      key: 'path',
      header: 'Document',
      sortField: 'repositoryPath',
      render: ({ repositoryPath }) => <span style={{ overflowWrap: 'anywhere' }}>{repositoryPath}</span>,
    },
    { key: 'type', header: 'What happened', render: ({ conflictType }) => <StatusBadge status={conflictType} /> },
    {
      key: 'open',
      header: 'To decide',
      render: (conflict) => {
        const places = openPlaces(conflict);
        if (conflict.status !== 'open') return '–';
        if (conflict.autoResolvable) return 'Nothing: it fits together';
        const files = conflict.files.filter(({ hunks }) => hunks.length > 0).length;
        return `${places} in ${files === 1 ? '1 file' : `${files} files`}`;
      },
    },
    {
      key: 'repository',
      header: 'Repository',
      render: ({ repositoryId, documentKind, documentId }) =>
        documentKind === 'task' ? (
          <TextLink href={`/repositories/${repositoryId}`}>{nameOf(repositoryId)}</TextLink>
        ) : (
          <TextLink href={`/specs/${documentId}`}>A change of OpenSpec</TextLink>
        ),
    },
    {
      key: 'status',
      header: 'Status',
      render: ({ status, resolution, resolvedBy, resolvedAt }) => (
        <Stack gap={0}>
          <span>
            <StatusBadge status={status} />
          </span>
          {status === 'resolved' && (
            <Text size="xs" c="dimmed">
              {resolvedBy} {resolutionNames[resolution ?? ''] ?? ''} <RelativeTime time={resolvedAt} />
            </Text>
          )}
        </Stack>
      ),
    },
    {
      key: 'created',
      header: 'Found',
      sortField: 'createdAt',
      render: ({ createdAt }) => <RelativeTime time={createdAt} />,
    },
  ];
}
