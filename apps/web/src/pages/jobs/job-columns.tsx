import { Text } from '@mantine/core';
import type { Job } from '@ratchet/contract/entities/job';
import { IconChevronDown, IconChevronsUp, IconChevronUp, IconEqual } from '@tabler/icons-react';
import { RelativeTime } from '../../kit/state/relative-time.tsx';
import { StatusBadge } from '../../kit/state/status-badge.tsx';
import { words } from '../../kit/state/tones.ts';
import type { Column } from '../../kit/table/columns.ts';

const icons = { urgent: IconChevronsUp, high: IconChevronUp, normal: IconEqual, low: IconChevronDown } as const;

export function PriorityMark({ priority }: { priority: Job['priority'] }) {
  const Icon = icons[priority];
  return (
    <span style={{ display: 'inline-flex', alignItems: 'center', gap: 4 }}>
      <Icon size={16} aria-hidden />
      {words(priority)}
    </span>
  );
}

export const jobColumns: readonly Column<Job>[] = [
  { key: 'task', header: 'Task', sortField: 'taskName', render: ({ taskName }) => taskName },
  {
    key: 'status',
    header: 'Status',
    sortField: 'status',
    width: 150,
    render: ({ status }) => <StatusBadge status={status} />,
  },
  { key: 'priority', header: 'Priority', width: 120, render: ({ priority }) => <PriorityMark priority={priority} /> },
  {
    key: 'attempts',
    header: 'Attempts',
    width: 110,
    align: 'end',
    render: ({ attempts, maxRetries }) => `${attempts} of ${maxRetries + 1}`,
  },
  {
    key: 'scheduled',
    header: 'Not before',
    sortField: 'scheduledFor',
    width: 140,
    hideBelow: 'md',
    render: ({ scheduledFor }) => <RelativeTime time={scheduledFor} missing="–" />,
  },
  {
    key: 'created',
    header: 'Created',
    sortField: 'createdAt',
    width: 140,
    render: ({ createdAt }) => <RelativeTime time={createdAt} />,
  },
  {
    key: 'by',
    header: 'Created by',
    width: 180,
    hideBelow: 'md',
    render: ({ createdBy, scheduleId, batchId, lastError }) => (
      <>
        {scheduleId !== null ? 'a schedule' : batchId !== null ? 'a batch' : createdBy}
        {lastError !== null && (
          <Text size="xs" lineClamp={1} title={lastError}>
            {lastError}
          </Text>
        )}
      </>
    ),
  },
];

export const jobKey = ({ id }: Job): string => id;
export const jobHref = ({ id }: Job): string => `/jobs/${id}`;
export const jobLabel = ({ taskName, id }: Job): string => `${taskName}, ${id}`;
