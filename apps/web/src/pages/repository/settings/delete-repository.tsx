import { Button, Fieldset, Group, Modal, Radio, Select, Stack, Text, TextInput } from '@mantine/core';
import type { Repository } from '@ratchet/contract/entities/repository';
import { IconTrash } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { client } from '../../../api/client.ts';
import { read } from '../../../api/queries.ts';
import { useAction } from '../../../api/use-action.ts';
import { ErrorPanel } from '../../../kit/state/error-panel.tsx';

type Fate = 'detach' | 'move' | 'delete';

const fates: readonly { value: Fate; label: string; description: string }[] = [
  {
    value: 'detach',
    label: 'Keep them here, without a repository',
    description: 'They can be run and edited as before, and moved to a repository later',
  },
  {
    value: 'move',
    label: 'Move them to another repository',
    description: 'They keep their ids and history. The next push writes them there',
  },
  {
    value: 'delete',
    label: 'Delete them here too',
    description: 'They stay restorable under Tasks, without a repository',
  },
];

/** Deletes a repository, once it is said what becomes of its tasks. What is upstream is not touched. */
export function DeleteRepository({ repository }: { repository: Repository }) {
  const [opened, setOpened] = useState(false);
  const { isDefault, name } = repository;
  return (
    <Fieldset legend="Delete">
      <Stack gap="sm" align="flex-start">
        <Text size="sm">
          {isDefault
            ? `${name} is the default repository and cannot be deleted. Make another one the default first.`
            : 'Ratchet forgets the repository. What is in it upstream is not touched.'}
        </Text>
        <Button
          color="red.9"
          leftSection={<IconTrash size={18} aria-hidden />}
          onClick={() => setOpened(true)}
          disabled={isDefault}
        >
          Delete the repository
        </Button>
      </Stack>
      {opened && <DeleteDialog repository={repository} onClose={() => setOpened(false)} />}
    </Fieldset>
  );
}

function DeleteDialog({ repository, onClose }: { repository: Repository; onClose: () => void }) {
  const { id, name, taskCount, revision } = repository;
  const navigate = useNavigate();
  const [fate, setFate] = useState<Fate>('detach');
  const [to, setTo] = useState<string | null>(null);
  const [typed, setTyped] = useState('');
  const others = useQuery({ ...read('repositories', 'list', { limit: 1000 }), enabled: taskCount > 0 });
  const targets = (others.data?.items ?? [])
    .filter((other) => other.id !== id && other.isWritable)
    .map((other) => ({ value: other.id, label: other.isDefault ? `${other.name} (default)` : other.name }));
  const remove = useAction({
    act: () =>
      client.repositories.delete({
        id,
        expectedRevision: revision,
        ...(taskCount > 0 ? { tasks: fate } : {}),
        ...(fate === 'move' && to !== null ? { to } : {}),
      }),
    changes: ['registry', 'tasks', 'conflicts', 'credentials'],
    done: () => `Repository ${name} is deleted`,
    onDone: () => void navigate({ to: '/repositories' }),
    onFailed: () => true,
  });
  const ready = typed.trim() === name && (taskCount === 0 || fate !== 'move' || to !== null);
  return (
    <Modal
      opened
      onClose={onClose}
      title={`Delete repository ${name}?`}
      size="lg"
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (ready) remove.mutate();
        }}
      >
        <Stack>
          <Text size="sm">
            What is in it upstream is not touched. Its runs, its settings and its own credential are gone for good.
          </Text>
          {taskCount > 0 && (
            <Radio.Group
              label={`What becomes of its ${taskCount === 1 ? 'task' : `${taskCount} tasks`} here?`}
              value={fate}
              onChange={(value) => setFate(value as Fate)}
            >
              <Stack gap="xs" mt="xs">
                {fates.map((one) => (
                  <Radio key={one.value} {...one} />
                ))}
              </Stack>
            </Radio.Group>
          )}
          {taskCount > 0 && fate === 'move' && (
            <Select
              label="To which repository"
              description="Only those that take changes from here"
              data={targets}
              value={to}
              onChange={setTo}
              searchable
              required
              nothingFoundMessage="No other repository takes changes"
            />
          )}
          <TextInput
            label={`Type ${name} to confirm`}
            value={typed}
            onChange={(event) => setTyped(event.currentTarget.value)}
            autoComplete="off"
            spellCheck={false}
          />
          {remove.error && <ErrorPanel error={remove.error} />}
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose} data-autofocus>
              Cancel
            </Button>
            <Button type="submit" color="red.9" disabled={!ready} loading={remove.isPending}>
              Delete the repository
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
