import { Badge, Button, Group, List, Modal, Paper, Stack, Text, Textarea, Title } from '@mantine/core';
import type { PushRequest } from '@ratchet/contract/entities/push';
import type { Repository } from '@ratchet/contract/entities/repository';
import type { PushResult } from '@ratchet/contract/entities/sync';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { client } from '../../../api/client.ts';
import { readAll } from '../../../api/queries.ts';
import { useAction } from '../../../api/use-action.ts';
import { useMay } from '../../../api/use-identity.ts';
import { ErrorPanel } from '../../../kit/state/error-panel.tsx';
import { RelativeTime } from '../../../kit/state/relative-time.tsx';
import { StatusBadge } from '../../../kit/state/status-badge.tsx';
import { TextLink } from '../../../kit/state/text-link.tsx';

interface ApprovalsProps {
  readonly repository: Repository;
  readonly onApproved: (results: PushResult[]) => void;
}

/** Pushes that wait for approval, and what became of earlier ones. */
export function Approvals({ repository, onApproved }: ApprovalsProps) {
  const { id } = repository;
  const may = useMay();
  const requests = useInfiniteQuery(readAll('pushes', 'list', { id, limit: 25 }));
  const [rejecting, setRejecting] = useState<PushRequest | null>(null);
  const approve = useAction({
    act: (pushId: string) => client.pushes.approve({ id, pushId }),
    changes: ['pushes', 'repositories', 'registry', 'tasks', 'pullRequests', 'conflicts'],
    onDone: onApproved,
  });
  const rows = requests.data?.pages.flatMap(({ items }) => items) ?? [];
  if (requests.error) return <ErrorPanel error={requests.error} onRetry={() => void requests.refetch()} />;
  if (rows.length === 0) return null;
  return (
    <Stack>
      <Title order={2} size="h3">
        Waiting for approval
      </Title>
      {rows.map((request) => (
        <Paper key={request.id} withBorder p="md">
          <Stack gap="xs">
            <Group justify="space-between">
              <Group gap="xs">
                <StatusBadge status={request.status} />
                <Text size="sm">
                  Asked for by {request.requestedBy} <RelativeTime time={request.createdAt} />
                </Text>
              </Group>
              {request.status === 'awaiting' && may('manage_repository') && (
                <Group gap="xs">
                  <Button size="xs" variant="default" onClick={() => setRejecting(request)}>
                    Reject
                  </Button>
                  <Button
                    size="xs"
                    onClick={() => approve.mutate(request.id)}
                    loading={approve.isPending && approve.variables === request.id}
                  >
                    Approve and push
                  </Button>
                </Group>
              )}
            </Group>
            {request.message && <Text size="sm">{request.message}</Text>}
            <List size="sm">
              {request.documents.map(({ path, taskId, name, change, revision }) => (
                <List.Item key={path}>
                  {taskId ? <TextLink href={`/tasks/${taskId}`}>{name}</TextLink> : name}, revision {revision}{' '}
                  <Badge variant="default" size="sm">
                    {change}
                  </Badge>
                </List.Item>
              ))}
            </List>
            {request.decidedBy && (
              <Text size="sm">
                {request.status === 'approved' ? 'Approved' : 'Rejected'} by {request.decidedBy}{' '}
                <RelativeTime time={request.decidedAt} />
                {request.reason && `: ${request.reason}`}
              </Text>
            )}
          </Stack>
        </Paper>
      ))}
      {requests.hasNextPage && (
        <Group>
          <Button variant="default" size="xs" onClick={() => void requests.fetchNextPage()}>
            Show earlier ones
          </Button>
        </Group>
      )}
      <RejectDialog repositoryId={id} request={rejecting} onClose={() => setRejecting(null)} />
    </Stack>
  );
}

interface RejectDialogProps {
  readonly repositoryId: string;
  readonly request: PushRequest | null;
  readonly onClose: () => void;
}

function RejectDialog({ repositoryId, request, onClose }: RejectDialogProps) {
  const [reason, setReason] = useState('');
  const reject = useAction({
    act: (pushId: string) =>
      client.pushes.reject({ id: repositoryId, pushId, ...(reason.trim() === '' ? {} : { reason: reason.trim() }) }),
    changes: ['pushes', 'registry', 'tasks'],
    done: () => 'The push is rejected',
    onDone: () => {
      setReason('');
      onClose();
    },
  });
  return (
    <Modal
      opened={request !== null}
      onClose={onClose}
      title={`Reject the push that ${request?.requestedBy ?? 'someone'} asked for?`}
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (request) reject.mutate(request.id);
        }}
      >
        <Stack>
          <Text size="sm">Its tasks keep their changes here, and go out with another request only.</Text>
          <Textarea
            label="Why"
            description="For who asked"
            value={reason}
            onChange={(event) => setReason(event.currentTarget.value)}
            maxLength={2000}
            autosize
            minRows={2}
            data-autofocus
          />
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" color="red.9" loading={reject.isPending}>
              Reject the push
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
