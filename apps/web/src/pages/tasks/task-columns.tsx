import { Badge, Group, Stack, Text } from '@mantine/core';
import type { TaskSummary } from '@ratchet/contract/entities/task';
import { RelativeTime } from '../../kit/state/relative-time.tsx';
import { StatusBadge } from '../../kit/state/status-badge.tsx';
import type { Column } from '../../kit/table/columns.ts';

const shownTags = 3;

export const taskColumns: readonly Column<TaskSummary>[] = [
  {
    key: 'name',
    header: 'Name',
    sortField: 'name',
    render: ({ name, label, description }) => (
      <Stack gap={0}>
        <Text component="span" size="sm" fw={500} style={{ overflowWrap: 'anywhere' }}>
          {label ?? name}
        </Text>
        {description && (
          <Text component="span" size="xs" c="dimmed" lineClamp={1}>
            {description}
          </Text>
        )}
      </Stack>
    ),
  },
  {
    key: 'state',
    header: 'State',
    sortField: 'syncStatus',
    render: ({ enabled, syncStatus, pushStatus, pushMessage }) => (
      <Group gap={6}>
        <StatusBadge status={syncStatus} />
        {pushStatus === 'failed' && (
          <StatusBadge status="failed" text="Push failed" {...(pushMessage ? { title: pushMessage } : {})} />
        )}
        {!enabled && <Badge variant="default">Disabled</Badge>}
      </Group>
    ),
  },
  { key: 'version', header: 'Version', sortField: 'version', render: ({ version }) => version, hideBelow: 'sm' },
  {
    key: 'repository',
    header: 'Repository',
    sortField: 'repositoryPath',
    hideBelow: 'md',
    render: ({ repositoryInfo }) =>
      repositoryInfo ? (
        <Text component="span" size="sm" style={{ overflowWrap: 'anywhere' }}>
          {repositoryInfo.repositoryName}
          {repositoryInfo.repositoryPath && `: ${repositoryInfo.repositoryPath}`}
        </Text>
      ) : (
        <Text component="span" size="sm" c="dimmed">
          none
        </Text>
      ),
  },
  {
    key: 'tags',
    header: 'Tags',
    hideBelow: 'md',
    render: ({ tags }) => (
      <Group gap={4}>
        {tags.slice(0, shownTags).map((tag) => (
          <Badge key={tag} variant="default" tt="none" fw={400}>
            {tag}
          </Badge>
        ))}
        {tags.length > shownTags && <Text size="xs">and {tags.length - shownTags} more</Text>}
      </Group>
    ),
  },
  {
    key: 'updated',
    header: 'Changed',
    sortField: 'updatedAt',
    hideBelow: 'sm',
    render: ({ updatedAt }) => <RelativeTime time={updatedAt} />,
  },
];
