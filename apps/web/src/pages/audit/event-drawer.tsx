import { Button, Code, Drawer, Group, Skeleton, Stack, Table, Text } from '@mantine/core';
import type { AuditEvent } from '@ratchet/contract/entities/audit';
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { read } from '../../api/queries.ts';
import { CopyButton } from '../../kit/state/copy-button.tsx';
import { ErrorPanel } from '../../kit/state/error-panel.tsx';
import { StatusBadge } from '../../kit/state/status-badge.tsx';
import { actorKinds, surfaces } from './audit-filters.ts';
import type { AuditState } from './audit-input.ts';
import { TargetLink } from './target-link.tsx';

interface Props {
  readonly id: string | null;
  /** The event, where the list has it; else it is looked up. */
  readonly listed: AuditEvent | undefined;
  readonly onClose: () => void;
  readonly onFilter: (change: Partial<AuditState>) => void;
}

/** All that is kept of an event. */
export function EventDrawer({ id, listed, onClose, onFilter }: Props) {
  const looked = useQuery({
    ...read('audit', 'list', { limit: 1, filters: [{ field: 'id', op: 'eq', value: id ?? '' }] }),
    enabled: id !== null && listed === undefined,
  });
  const event = listed ?? looked.data?.items[0];
  return (
    <Drawer
      opened={id !== null}
      onClose={onClose}
      position="right"
      size="lg"
      title="Event of the audit"
      closeButtonProps={{ 'aria-label': 'Close the event' }}
    >
      {event ? (
        <Details event={event} onFilter={onFilter} />
      ) : looked.error ? (
        <ErrorPanel error={looked.error} onRetry={() => void looked.refetch()} />
      ) : looked.data ? (
        <Text>There is no such event. It may be older than what is kept.</Text>
      ) : (
        <Skeleton h={240} />
      )}
    </Drawer>
  );
}

const exact = new Intl.DateTimeFormat(undefined, { dateStyle: 'full', timeStyle: 'long' });

function Details({ event, onFilter }: { event: AuditEvent; onFilter: Props['onFilter'] }) {
  const rows: readonly (readonly [name: string, value: ReactNode])[] = [
    ['Number', event.sequence],
    ['When', `${exact.format(new Date(event.at))} (${event.at})`],
    ['Who', `${event.actorName}: ${actorKinds[event.actorKind].toLowerCase()}`],
    ['Their id', <Long key="id" text={event.actorId} what="their id" />],
    ['What', event.operation],
    ['Through', surfaces[event.surface as keyof typeof surfaces] ?? event.surface],
    ['Result', <StatusBadge key="result" status={event.outcome} />],
    ['Code', event.errorCode ?? '–'],
    ['How often', event.repeats === 1 ? 'once' : `${event.repeats} times within a minute`],
    ['On what', <TargetLink key="target" kind={event.targetKind} id={event.targetId} />],
    ['Its id', event.targetId ? <Long key="target-id" text={event.targetId} what="the id of what it was on" /> : '–'],
    ['From', event.address ?? '–'],
    ['Request', <Long key="request" text={event.requestId} what="the request’s id" />],
    [
      'Digest before',
      event.beforeDigest ? (
        <Long key="before" text={event.beforeDigest} what="the digest before" />
      ) : (
        'There was nothing'
      ),
    ],
    [
      'Digest after',
      event.afterDigest ? <Long key="after" text={event.afterDigest} what="the digest after" /> : 'There is nothing',
    ],
    ['Hash before', <Long key="previous" text={event.previousHash || 'The first event'} what="the hash before" />],
    ['Hash', <Long key="hash" text={event.hash} what="the hash" />],
  ];
  return (
    <Stack>
      <Table aria-label="What is kept of the event" verticalSpacing={6}>
        <Table.Tbody>
          {rows.map(([name, value]) => (
            <Table.Tr key={name}>
              <Table.Th scope="row" w={110} style={{ verticalAlign: 'top' }}>
                {name}
              </Table.Th>
              <Table.Td style={{ overflowWrap: 'anywhere' }}>{value}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
      <Text size="sm">
        What was sent is not kept, and no secret. The digests tell whether what it was on has changed.
      </Text>
      <Group gap="xs">
        <Button variant="default" size="xs" onClick={() => onFilter({ who: event.actorName, kind: event.actorKind })}>
          All of {event.actorName}
        </Button>
        {event.targetId && (
          <Button
            variant="default"
            size="xs"
            onClick={() => onFilter({ target: event.targetKind ?? '', targetId: event.targetId ?? '' })}
          >
            All on this
          </Button>
        )}
        <Button variant="default" size="xs" onClick={() => onFilter({ operation: event.operation })}>
          All {event.operation}
        </Button>
      </Group>
    </Stack>
  );
}

function Long({ text, what }: { text: string; what: string }) {
  return (
    <Group gap={4} wrap="nowrap" align="start">
      <Code style={{ overflowWrap: 'anywhere' }}>{text}</Code>
      <CopyButton value={text} label={`Copy ${what}`} size="xs" />
    </Group>
  );
}
