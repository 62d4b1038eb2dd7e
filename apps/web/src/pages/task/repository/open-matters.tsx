import { Anchor, Button, Group, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { read } from '../../../api/queries.ts';
import { Notice } from '../../../kit/state/notice.tsx';
import { useTask } from '../task-context.ts';

/** What waits for somebody: conflicts, pushes that are to be approved, pull requests that are to be merged. */
export function OpenMatters({ repositoryId }: { readonly repositoryId: string }) {
  const { task } = useTask();
  const page = { limit: 100, page: 1 };
  const open = [{ field: 'status', op: 'eq' as const, value: 'open' }];
  const conflicts = useQuery(
    read('conflicts', 'list', { ...page, filters: [...open, { field: 'taskId', op: 'eq' as const, value: task.id }] }),
  );
  const requests = useQuery(
    read('pullRequests', 'list', {
      ...page,
      filters: [
        { field: 'status', op: 'eq' as const, value: ['opening', 'open'] },
        { field: 'repositoryId', op: 'eq' as const, value: repositoryId },
      ],
    }),
  );
  const pushes = useQuery(
    read('pushes', 'list', {
      ...page,
      id: repositoryId,
      filters: [{ field: 'status', op: 'eq' as const, value: 'awaiting' }],
    }),
  );
  const ofThis = <D extends { readonly documents: readonly { readonly taskId: string | null }[] }>(
    items?: readonly D[],
  ) => (items ?? []).filter(({ documents }) => documents.some(({ taskId }) => taskId === task.id));
  const waiting = ofThis(pushes.data?.items);
  const toMerge = ofThis(requests.data?.items);
  const inConflict = conflicts.data?.items ?? [];
  if (inConflict.length + waiting.length + toMerge.length === 0) return null;
  return (
    <Stack gap="xs">
      {inConflict.map(({ id, conflictType, files }) => (
        <Notice key={id} tone="bad" title="It is in conflict with its repository">
          <Group justify="space-between">
            <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
              {conflictType.replaceAll('_', ' ')}: {files.map(({ path }) => path).join(', ')}
            </Text>
            <Button component={Link} to={`/conflicts/${id}`}>
              Resolve it
            </Button>
          </Group>
        </Notice>
      ))}
      {waiting.map(({ id, requestedBy }) => (
        <Notice key={id} tone="info" title="A push waits for approval">
          <Group justify="space-between">
            <Text size="sm">Asked for by {requestedBy}.</Text>
            <Button variant="default" component={Link} to={`/repositories/${repositoryId}`}>
              Open the repository
            </Button>
          </Group>
        </Notice>
      ))}
      {toMerge.map(({ id, title, url, branch, number, error }) => (
        <Notice key={id} tone="info" title="A pull request waits to be merged">
          <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
            {url === null ? (
              `${title}, branch ${branch}`
            ) : (
              <Anchor href={url} target="_blank" rel="noreferrer" underline="always">
                {title} {number === null ? '' : `(#${number})`}
              </Anchor>
            )}
            {error === null ? '' : ` ${error}`}
          </Text>
        </Notice>
      ))}
    </Stack>
  );
}
