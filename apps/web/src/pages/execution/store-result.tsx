import { Button, Group, Modal, Stack, TagsInput, TextInput } from '@mantine/core';
import type { Execution } from '@ratchet/contract/entities/execution';
import { type FormEvent, useState } from 'react';
import { client } from '../../api/client.ts';
import { useAction } from '../../api/use-action.ts';

interface Props {
  readonly execution: Execution;
  readonly opened: boolean;
  readonly onClose: () => void;
}

/** Keeps an execution's output by name, longer than the execution itself. */
export function StoreResult({ execution, opened, onClose }: Props) {
  const [name, setName] = useState('');
  const [tags, setTags] = useState<string[]>([]);
  const store = useAction({
    act: () => client.results.create({ name: name.trim(), executionId: execution.id, tags }),
    changes: ['results'],
    done: (result) => `Stored as ${result.name}`,
    onDone: () => {
      setName('');
      setTags([]);
      onClose();
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    store.mutate();
  };
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title={`Store the output of ${execution.taskName}`}
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      <form onSubmit={submit}>
        <Stack>
          <TextInput
            label="Name"
            required
            data-autofocus
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
          />
          <TagsInput label="Tags" description="Press Enter after each" value={tags} onChange={setTags} maxTags={50} />
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" loading={store.isPending} disabled={name.trim() === ''}>
              Store
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
