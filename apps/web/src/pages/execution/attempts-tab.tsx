import { Text } from '@mantine/core';
import type { Execution } from '@ratchet/contract/entities/execution';
import { useQuery } from '@tanstack/react-query';
import { useRef } from 'react';
import { useLive } from '../../api/live.ts';
import { read } from '../../api/queries.ts';
import { EmptyState } from '../../kit/state/empty-state.tsx';
import { ErrorPanel } from '../../kit/state/error-panel.tsx';
import { KitLink } from '../../kit/state/kit-link.tsx';
import { DataTable } from '../../kit/table/data-table.tsx';
import { executionColumns, executionHref, executionKey, executionLabel } from '../executions/execution-columns.tsx';

const pauseMs = 500;

/** All executions of one job, the first attempt first. */
export function AttemptsTab({ jobId, current }: { jobId: string | null; current?: string }) {
  const list = useQuery({
    ...read('executions', 'list', {
      limit: 200,
      page: 1,
      filters: [{ field: 'jobId', op: 'eq', value: jobId ?? '' }],
      sort: [{ field: 'queuedAt', order: 'asc' }],
    }),
    enabled: jobId !== null,
  });
  const due = useRef<ReturnType<typeof setTimeout> | null>(null);
  useLive(jobId === null ? null : 'executions', ({ execution }) => {
    if (execution.jobId !== jobId) return;
    due.current ??= setTimeout(() => {
      due.current = null;
      void list.refetch();
    }, pauseMs);
  });
  if (jobId === null)
    return (
      <EmptyState
        title="It ran without a job"
        text="Executions that a job begins are tried again where the job has retries; this one was begun directly."
      />
    );
  if (list.error && !list.data) return <ErrorPanel error={list.error} onRetry={() => void list.refetch()} />;
  const columns = [
    {
      key: 'attempt',
      header: 'Attempt',
      width: 130,
      render: ({ attempt, id }: Execution) => (
        <>
          Attempt {attempt}
          {id === current && (
            <Text span size="xs" c="dimmed">
              {' '}
              (this one)
            </Text>
          )}
        </>
      ),
    },
    ...executionColumns
      .filter(({ key }) => key !== 'task' && key !== 'trigger')
      .map(({ sortField: _, ...rest }) => rest),
  ];
  return (
    <>
      <DataTable
        label="Attempts"
        rows={list.data?.items ?? []}
        columns={columns}
        rowKey={executionKey}
        rowHref={executionHref}
        rowLabel={executionLabel}
        loading={list.isPending}
        empty={
          <EmptyState title="It has not begun yet" text="Its first attempt is listed here when a worker takes it." />
        }
      />
      {current !== undefined && (
        <Text size="sm" mt="xs">
          <KitLink href={`/jobs/${jobId}`}>Open the job</KitLink>
        </Text>
      )}
    </>
  );
}
