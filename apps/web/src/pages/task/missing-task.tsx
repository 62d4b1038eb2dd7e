import { Button, Group, Skeleton, Stack, Title } from '@mantine/core';
import { IconTrash, IconZoomQuestion } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { client } from '../../api/client.ts';
import { read } from '../../api/queries.ts';
import { useAction } from '../../api/use-action.ts';
import { useMay } from '../../api/use-identity.ts';
import { EmptyState } from '../../kit/state/empty-state.tsx';

const isId = (text: string): boolean => /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text);

/** Where there is no living task: one that was deleted can be brought back. */
export function MissingTask({ routeId }: { readonly routeId: string }) {
  const may = useMay();
  const input = {
    includeDeleted: true,
    filters: [{ field: 'id', op: 'eq' as const, value: routeId }],
    limit: 1,
    page: 1,
  };
  const { data, isPending } = useQuery({ ...read('tasks', 'list', input), enabled: isId(routeId) });
  const restore = useAction({
    act: () => client.tasks.restore({ id: routeId }),
    changes: ['tasks'],
    done: ({ name }) => `Restored ${name}`,
  });
  const deleted = data?.items[0];
  if (isPending && isId(routeId)) return <Skeleton height={200} />;
  const all = (
    <Button component={Link} to="/tasks" variant="default">
      All tasks
    </Button>
  );
  return (
    <Stack>
      <Title order={1}>{deleted ? `${deleted.name} is deleted` : 'There is no such task'}</Title>
      {deleted ? (
        <EmptyState
          icon={IconTrash}
          order={2}
          title="This task was deleted"
          text="Its files and history are kept. Restored, it is as it was; a push then brings it back to its repository."
          action={
            <Group>
              {may('create') && (
                <Button loading={restore.isPending} onClick={() => restore.mutate()}>
                  Restore it
                </Button>
              )}
              {all}
            </Group>
          }
        />
      ) : (
        <EmptyState
          icon={IconZoomQuestion}
          order={2}
          title="No task has this address"
          text="It may have been deleted for good, or you may not see it. Look for it by its name."
          action={all}
        />
      )}
    </Stack>
  );
}
