import { Button, Text } from '@mantine/core';
import { IconDatabaseExport, IconSend } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { client } from '../../api/client.ts';
import type { OutputOf } from '../../api/queries.ts';
import { read } from '../../api/queries.ts';
import { useAction } from '../../api/use-action.ts';
import { useMay } from '../../api/use-identity.ts';
import { EmptyState } from '../../kit/state/empty-state.tsx';
import { ErrorPanel } from '../../kit/state/error-panel.tsx';
import { KitLink } from '../../kit/state/kit-link.tsx';
import { RelativeTime } from '../../kit/state/relative-time.tsx';
import { StatusBadge } from '../../kit/state/status-badge.tsx';
import type { Column } from '../../kit/table/columns.ts';
import { DataTable } from '../../kit/table/data-table.tsx';

type Delivery = OutputOf<'deliveries', 'list'>['items'][number];
const keyOf = ({ id }: Delivery): string => id;
const waits = ({ status }: Delivery): boolean => status === 'pending' || status === 'delivering';

/** Where an execution's output went. */
export function DeliveriesTab({ executionId, ended }: { executionId: string; ended: boolean }) {
  const may = useMay();
  const list = useQuery({
    ...read('deliveries', 'list', {
      limit: 200,
      page: 1,
      filters: [{ field: 'executionId', op: 'eq', value: executionId }],
    }),
    refetchInterval: ({ state }) => (!ended || state.data?.items.some(waits) ? 2000 : false),
  });
  const again = useAction({
    act: (id: string) => client.deliveries.retry({ id }),
    changes: ['deliveries'],
    done: ({ destinationName }) => `Sending to ${destinationName} again`,
  });
  if (list.error && !list.data) return <ErrorPanel error={list.error} onRetry={() => void list.refetch()} />;
  const columns: Column<Delivery>[] = [
    {
      key: 'destination',
      header: 'Destination',
      render: ({ destinationId, destinationName }) => (
        <KitLink href={`/outputs/${destinationId}`}>{destinationName}</KitLink>
      ),
    },
    {
      key: 'status',
      header: 'Status',
      render: ({ status, attempts, maxAttempts, lastError }) => (
        <>
          <StatusBadge status={status} />
          <Text size="xs" c="dimmed">
            {attempts} of {maxAttempts} attempts
          </Text>
          {lastError !== null && status !== 'delivered' && <Text size="xs">{lastError}</Text>}
        </>
      ),
    },
    {
      key: 'target',
      header: 'Went to',
      hideBelow: 'sm',
      render: ({ target, history }) => (
        <>
          {target ?? '–'}
          {history.at(-1)?.response && (
            <Text size="xs" c="dimmed">
              It answered: {history.at(-1)?.response}
            </Text>
          )}
        </>
      ),
    },
    {
      key: 'time',
      header: 'Delivered',
      render: ({ deliveredAt, nextAttemptAt, status }) =>
        deliveredAt !== null ? (
          <RelativeTime time={deliveredAt} />
        ) : status === 'pending' && nextAttemptAt !== null ? (
          <>
            next <RelativeTime time={nextAttemptAt} />
          </>
        ) : (
          'not yet'
        ),
    },
    ...(may('run')
      ? [
          {
            key: 'again',
            header: 'Again',
            render: ({ id, destinationName }: Delivery) => (
              <Button
                size="xs"
                variant="default"
                leftSection={<IconSend size={14} aria-hidden />}
                aria-label={`Send to ${destinationName} again`}
                loading={again.isPending && again.variables === id}
                onClick={() => again.mutate(id)}
              >
                Send again
              </Button>
            ),
          },
        ]
      : []),
  ];
  return (
    <DataTable
      label="Deliveries"
      rows={list.data?.items ?? []}
      columns={columns}
      rowKey={keyOf}
      loading={list.isPending}
      empty={
        <EmptyState
          icon={IconDatabaseExport}
          title="Its output went nowhere else"
          text="Outputs of executions are delivered to output destinations: those of the job, and the global ones."
          action={<KitLink href="/outputs">Go to the outputs</KitLink>}
        />
      }
    />
  );
}
