import { Button, Group, Stack, Text, TextInput, Title } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';
import { client } from '../../../api/client.ts';
import type { OutputOf } from '../../../api/queries.ts';
import { useAction } from '../../../api/use-action.ts';
import { useMay } from '../../../api/use-identity.ts';
import { ErrorPanel } from '../../../kit/state/error-panel.tsx';
import { useTask } from '../task-context.ts';

/** Puts a new version beside this one, which stays as it is. */
export function NewVersion() {
  const { task } = useTask();
  const may = useMay();
  const navigate = useNavigate();
  const [version, setVersion] = useState('');
  const make = useAction<void, OutputOf<'tasks', 'get'>>({
    act: () => client.tasks.createVersion({ id: task.id, version: version.trim() }),
    changes: ['tasks'],
    done: (made) => `Version ${made.version} stands beside ${task.version}`,
    onDone: ({ id }) => void navigate({ to: '/tasks/$taskId', params: { taskId: id } }),
    onFailed: () => true,
  });
  if (!may('create')) return null;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (version.trim() !== '') make.mutate();
  };
  return (
    <Stack component="section" gap="xs" aria-label="Another version">
      <Title order={2} size="h4">
        Another version
      </Title>
      <Text size="sm">
        A copy under another version number, to be changed without touching this one. There are{' '}
        {task.availableVersions.join(', ') || task.version}.
      </Text>
      <form onSubmit={submit}>
        <Group align="flex-end">
          <TextInput
            label="New version"
            placeholder="2.0.0"
            value={version}
            onChange={(event) => setVersion(event.currentTarget.value)}
          />
          <Button type="submit" variant="default" disabled={version.trim() === ''} loading={make.isPending}>
            Make it
          </Button>
        </Group>
      </form>
      {make.error && <ErrorPanel error={make.error} title="No version was made" />}
    </Stack>
  );
}
