import { Button, Group, Stack, Switch, Text, Title } from '@mantine/core';
import { client } from '../../../api/client.ts';
import type { OutputOf } from '../../../api/queries.ts';
import { useAction } from '../../../api/use-action.ts';
import { CopyButton } from '../../../kit/state/copy-button.tsx';
import { MetadataForm } from '../source/metadata-form.tsx';
import { usePart } from '../source/use-part.ts';
import { useTask } from '../task-context.ts';
import { DeleteTask } from './delete-task.tsx';
import { ExportTask } from './export-task.tsx';
import { NewVersion } from './new-version.tsx';
import { TaskSecrets } from './task-secrets.tsx';

/** What the task says of itself, and what is done with it as a whole. */
export default function SettingsTab() {
  const { task, mayEdit, adopt, save, saving, openTab } = useTask();
  const metadata = usePart('metadata');
  const enable = useAction<boolean, OutputOf<'tasks', 'get'>>({
    act: (enabled) => client.tasks[enabled ? 'enable' : 'disable']({ id: task.id }),
    changes: ['tasks'],
    onDone: adopt,
  });
  return (
    <Stack gap="xl">
      <Stack component="section" aria-label="Settings">
        <Title order={2} size="h4">
          Settings
        </Title>
        <Switch
          label="It may run"
          description="Switched off, neither people nor schedules start it"
          checked={task.enabled}
          disabled={!mayEdit || enable.isPending}
          onChange={(event) => enable.mutate(event.currentTarget.checked)}
        />
        <MetadataForm onJson={() => openTab('source', { part: 'metadata', file: undefined, view: 'json' })} />
        {mayEdit && (
          <Group>
            <Button disabled={!metadata.dirty} loading={saving} onClick={() => save()}>
              Save the settings
            </Button>
            {metadata.dirty && (
              <Button variant="default" onClick={metadata.discard}>
                Discard
              </Button>
            )}
            <Text size="sm" role="status">
              {metadata.dirty ? 'Not saved yet. All unsaved edits of the task are saved together.' : ''}
            </Text>
          </Group>
        )}
        <Group gap={4}>
          <Text size="xs" c="dimmed" ff="monospace" style={{ overflowWrap: 'anywhere' }}>
            {task.id}
          </Text>
          <CopyButton value={task.id} label="Copy the id" size="xs" />
        </Group>
      </Stack>
      <TaskSecrets />
      <NewVersion />
      <ExportTask />
      <DeleteTask />
    </Stack>
  );
}
