import { Anchor, Button, Group, List, Stack, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { client } from '../../../api/client.ts';
import { read } from '../../../api/queries.ts';
import { useAction } from '../../../api/use-action.ts';
import { useMay } from '../../../api/use-identity.ts';
import { StatusBadge } from '../../../kit/state/status-badge.tsx';
import { useTask } from '../task-context.ts';

/** The secrets that the task needs and those it is granted. */
export function TaskSecrets() {
  const { task } = useTask();
  const may = useMay();
  const administers = may('administer');
  const { data } = useQuery({ ...read('secrets', 'list', { limit: 1000, page: 1 }), enabled: administers });
  const wanted: string[] = Array.isArray(task.metadata.secrets)
    ? task.metadata.secrets.filter((name): name is string => typeof name === 'string')
    : [];
  const grant = useAction<{ id: string; taskIds: readonly string[]; revision: number; name: string }>({
    act: ({ id, taskIds, revision }) =>
      client.secrets.update({ id, taskIds: [...taskIds], expectedRevision: revision }),
    changes: ['secrets', 'tasks'],
    done: (_, { name }) => `${name} is as you wished`,
  });
  const granted = data?.items.filter(({ taskIds }) => taskIds.includes(task.id)) ?? [];
  const names = [...new Set([...wanted, ...granted.map(({ name }) => name)])].sort();
  return (
    <Stack component="section" gap="xs" aria-label="Secrets">
      <Title order={2} size="h4">
        Secrets
      </Title>
      {names.length === 0 && <Text size="sm">It needs none and is granted none. Name those it needs above.</Text>}
      {!administers && names.length > 0 && (
        <Text size="sm">It needs {names.join(', ')}. Whether they are granted is shown to administrators.</Text>
      )}
      {administers && (
        <List listStyleType="none" spacing="xs">
          {names.map((name) => {
            const secret = data?.items.find((one) => one.name === name);
            const has = secret?.taskIds.includes(task.id) ?? false;
            const status = has ? 'ok' : secret ? 'warning' : 'error';
            const text = has ? 'Granted' : secret ? 'Not granted' : 'There is none of this name';
            return (
              <List.Item key={name}>
                <Group gap="xs">
                  <Text ff="monospace" size="sm">
                    {name}
                  </Text>
                  <StatusBadge status={status} text={text} />
                  {secret && (
                    <Button
                      size="compact-xs"
                      variant="default"
                      aria-label={`${has ? 'Take back' : 'Grant'} ${name}`}
                      loading={grant.isPending && grant.variables?.id === secret.id}
                      onClick={() =>
                        grant.mutate({
                          id: secret.id,
                          name,
                          revision: secret.revision,
                          taskIds: has ? secret.taskIds.filter((id) => id !== task.id) : [...secret.taskIds, task.id],
                        })
                      }
                    >
                      {has ? 'Take back' : 'Grant'}
                    </Button>
                  )}
                  {!wanted.includes(name) && (
                    <Text size="xs" c="dimmed">
                      Not named in its metadata
                    </Text>
                  )}
                </Group>
              </List.Item>
            );
          })}
        </List>
      )}
      {administers && (
        <Anchor component={Link} to="/secrets" size="sm" underline="always">
          All secrets
        </Anchor>
      )}
    </Stack>
  );
}
