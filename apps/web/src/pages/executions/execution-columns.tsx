import { Progress, Text } from '@mantine/core';
import type { Execution } from '@ratchet/contract/entities/execution';
import { Duration } from '../../kit/state/duration.tsx';
import { RelativeTime } from '../../kit/state/relative-time.tsx';
import { StatusBadge } from '../../kit/state/status-badge.tsx';
import type { Column } from '../../kit/table/columns.ts';

export const executionColumns: readonly Column<Execution>[] = [
  { key: 'task', header: 'Task', sortField: 'taskName', render: ({ taskName }) => taskName },
  {
    key: 'status',
    header: 'Status',
    sortField: 'status',
    width: 190,
    render: ({ status, progress, taskName }) => (
      <>
        <StatusBadge status={status} />
        {status === 'running' && progress !== null && (
          <Progress value={progress * 100} size="sm" mt={4} aria-label={`Progress of ${taskName}`} />
        )}
      </>
    ),
  },
  {
    key: 'queued',
    header: 'Queued',
    sortField: 'queuedAt',
    width: 150,
    render: ({ queuedAt }) => <RelativeTime time={queuedAt} />,
  },
  {
    key: 'duration',
    header: 'Duration',
    sortField: 'durationMs',
    width: 120,
    align: 'end',
    render: ({ durationMs }) => <Duration ms={durationMs} />,
  },
  {
    key: 'trigger',
    header: 'Begun by',
    width: 170,
    hideBelow: 'md',
    render: ({ triggeredBy, jobId, attempt }) => (
      <>
        {triggeredBy}
        {jobId !== null && (
          <Text size="xs" c="dimmed">
            {attempt > 1 ? `a job, attempt ${attempt}` : 'a job'}
          </Text>
        )}
      </>
    ),
  },
  {
    key: 'note',
    header: 'Note',
    width: 180,
    hideBelow: 'md',
    render: ({ note, keep, error, replayOf, cachedFrom }) => (
      <Text size="xs" lineClamp={2} title={note ?? error?.message}>
        {keep && 'Kept. '}
        {replayOf !== null && 'A replay. '}
        {cachedFrom !== null && 'From a stored result. '}
        {note ?? (error ? `${error.class}: ${error.message}` : '')}
      </Text>
    ),
  },
];

export const executionKey = ({ id }: Execution): string => id;
export const executionHref = ({ id }: Execution): string => `/executions/${id}`;
export const executionLabel = ({ taskName, id }: Execution): string => `${taskName}, ${id}`;
