import { Code, Drawer, Skeleton, Stack, Table, Text } from '@mantine/core';
import type { Delivery } from '@ratchet/contract/entities/output';
import { useQuery } from '@tanstack/react-query';
import { client } from '../../api/client.ts';
import { read } from '../../api/queries.ts';
import { useAction } from '../../api/use-action.ts';
import { useMay } from '../../api/use-identity.ts';
import { CopyButton } from '../../kit/state/copy-button.tsx';
import { Duration } from '../../kit/state/duration.tsx';
import { ErrorPanel } from '../../kit/state/error-panel.tsx';
import { KitLink } from '../../kit/state/kit-link.tsx';
import { RelativeTime } from '../../kit/state/relative-time.tsx';
import { StatusBadge } from '../../kit/state/status-badge.tsx';
import { MayButton } from '../administration/may-button.tsx';

/** One delivery with all its attempts. */
export function DeliveryDrawer({ id, onClose }: { id: string | null; onClose: () => void }) {
  const { data, error, refetch } = useQuery({
    ...read('deliveries', 'get', { id: id ?? '' }),
    enabled: id !== null,
    refetchInterval: 3_000,
  });
  return (
    <Drawer
      opened={id !== null}
      onClose={onClose}
      position="right"
      size="lg"
      title="Delivery"
      closeButtonProps={{ 'aria-label': 'Close the delivery' }}
    >
      {data ? (
        <Details delivery={data} />
      ) : error ? (
        <ErrorPanel error={error} onRetry={() => void refetch()} />
      ) : (
        <Skeleton h={160} />
      )}
    </Drawer>
  );
}

function Details({ delivery }: { delivery: Delivery }) {
  const may = useMay();
  const again = useAction({
    act: () => client.deliveries.retry({ id: delivery.id }),
    changes: ['deliveries', 'outputDestinations'],
    done: () => 'It is sent again',
  });
  return (
    <Stack>
      <div>
        <StatusBadge status={delivery.status} />
      </div>
      <Text size="sm">
        The output of <KitLink href={`/executions/${delivery.executionId}`}>{delivery.taskName}</KitLink> to{' '}
        {delivery.destinationName}, queued <RelativeTime time={delivery.createdAt} />.
      </Text>
      {delivery.target && (
        <Text size="sm">
          Sent to <Code style={{ overflowWrap: 'anywhere' }}>{delivery.target}</Code>
        </Text>
      )}
      {delivery.bytes !== null && <Text size="sm">{delivery.bytes.toLocaleString('en')} bytes.</Text>}
      {delivery.nextAttemptAt && delivery.status === 'pending' && (
        <Text size="sm">
          Next attempt <RelativeTime time={delivery.nextAttemptAt} />.
        </Text>
      )}
      <Text size="sm">
        Its id, which goes with every attempt: <Code>{delivery.id}</Code>{' '}
        <CopyButton value={delivery.id} label="Copy the delivery’s id" size="xs" />
      </Text>
      <div>
        <MayButton
          variant="default"
          loading={again.isPending}
          refused={
            may('run')
              ? delivery.status === 'delivering'
                ? 'It is on its way right now.'
                : undefined
              : 'You may not send outputs.'
          }
          onClick={() => again.mutate()}
        >
          Send again
        </MayButton>
      </div>
      <Table.ScrollContainer minWidth={420}>
        <Table aria-label="Attempts" verticalSpacing="xs">
          <Table.Caption>
            {delivery.history.length === 0 ? 'There was no attempt yet.' : 'Attempts, the oldest first'}
          </Table.Caption>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Attempt</Table.Th>
              <Table.Th>When</Table.Th>
              <Table.Th>Took</Table.Th>
              <Table.Th>What came of it</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {delivery.history.map((attempt) => (
              <Table.Tr key={`${attempt.attempt} ${attempt.at}`}>
                <Table.Td>{attempt.attempt}</Table.Td>
                <Table.Td>
                  <RelativeTime time={attempt.at} />
                </Table.Td>
                <Table.Td>
                  <Duration ms={attempt.durationMs} />
                </Table.Td>
                <Table.Td style={{ overflowWrap: 'anywhere' }}>
                  {attempt.error ?? `Delivered${attempt.response ? `: ${attempt.response}` : ''}`}
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
    </Stack>
  );
}
