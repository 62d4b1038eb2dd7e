import { Stack, Text } from '@mantine/core';
import type { Spec } from '@ratchet/contract/entities/spec';
import { RelativeTime } from '../../kit/state/relative-time.tsx';
import { StatusBadge } from '../../kit/state/status-badge.tsx';
import type { Column } from '../../kit/table/columns.ts';
import { TaskProgress } from './task-progress.tsx';

/** What is shown of each change in a list. */
export const specColumns: readonly Column<Spec>[] = [
  {
    key: 'id',
    header: 'Change',
    sortField: 'id',
    render: ({ id, title }) => (
      <Stack gap={0} component="span">
        <span style={{ overflowWrap: 'anywhere' }}>{title}</span>
        {title !== id && (
          <Text span size="xs" c="dimmed" ff="monospace" style={{ overflowWrap: 'anywhere' }}>
            {id}
          </Text>
        )}
      </Stack>
    ),
  },
  { key: 'project', header: 'Project', hideBelow: 'sm', render: ({ projectName }) => projectName },
  { key: 'tasks', header: 'Tasks', width: 190, render: (spec) => <TaskProgress of={spec} /> },
  {
    key: 'problems',
    header: 'Problems',
    hideBelow: 'md',
    render: ({ problems }) => {
      const errors = problems.filter(({ severity }) => severity === 'error').length;
      if (problems.length === 0) return '–';
      return errors > 0 ? `${errors} of ${problems.length} are errors` : problems.length;
    },
  },
  {
    key: 'state',
    header: 'State',
    sortField: 'syncStatus',
    render: ({ archived, syncStatus }) => <StatusBadge status={archived ? 'archived' : syncStatus} />,
  },
  {
    key: 'updated',
    header: 'Changed',
    sortField: 'updatedAt',
    width: 130,
    render: ({ updatedAt }) => <RelativeTime time={updatedAt} />,
  },
];
