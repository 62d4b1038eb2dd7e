import { Button, Checkbox, Group, Modal, Select, Stack, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconTrash } from '@tabler/icons-react';
import { type FormEvent, useState } from 'react';
import { client } from '../../api/client.ts';
import { useAction } from '../../api/use-action.ts';
import { TaskPicker } from '../../parts/task-picker.tsx';
import { sinceOf, timeRanges } from '../runs/time-range.ts';

const statuses = [
  { value: 'completed', label: 'Completed' },
  { value: 'failed', label: 'Failed' },
  { value: 'cancelled', label: 'Cancelled' },
  { value: 'queued', label: 'Queued (they are cancelled first)' },
  { value: 'retrying', label: 'Retrying (they are cancelled first)' },
] as const;
type Status = (typeof statuses)[number]['value'];

/** Forgets many jobs at once, after saying which. */
export function ClearJobs({ onCleared }: { onCleared: () => void }) {
  const [opened, { open, close }] = useDisclosure(false);
  const [chosen, setChosen] = useState<Status[]>(['completed', 'failed', 'cancelled']);
  const [taskId, setTaskId] = useState<string | null>(null);
  const [older, setOlder] = useState<string | null>(null);
  const clear = useAction({
    act: () => {
      const before = sinceOf(older ?? undefined);
      return client.jobs.clear({ status: chosen, ...(taskId ? { taskId } : {}), ...(before ? { before } : {}) });
    },
    changes: ['jobs', 'executions'],
    done: ({ cleared }) => `${cleared.toLocaleString('en')} jobs were forgotten`,
    onDone: () => {
      close();
      onCleared();
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    clear.mutate();
  };
  return (
    <>
      <Button variant="default" leftSection={<IconTrash size={16} aria-hidden />} onClick={open}>
        Clear
      </Button>
      <Modal opened={opened} onClose={close} title="Forget jobs" closeButtonProps={{ 'aria-label': 'Close' }}>
        <form onSubmit={submit}>
          <Stack>
            <Checkbox.Group label="Which" value={chosen} onChange={(value) => setChosen(value as Status[])}>
              <Stack gap={6} mt={4}>
                {statuses.map(({ value, label }) => (
                  <Checkbox key={value} value={value} label={label} />
                ))}
              </Stack>
            </Checkbox.Group>
            <TaskPicker label="Only jobs of" placeholder="All tasks" value={taskId} onChange={setTaskId} clearable />
            <Select
              label="Created longer ago than"
              placeholder="At any time"
              data={timeRanges.map(({ value, label }) => ({ value, label: label.replace('Last ', '') }))}
              value={older}
              onChange={setOlder}
              clearable
              clearButtonProps={{ 'aria-label': 'Clear the age' }}
            />
            <Text size="sm">What runs is left alone. This cannot be undone.</Text>
            <Group justify="flex-end">
              <Button variant="default" onClick={close} data-autofocus>
                Cancel
              </Button>
              <Button type="submit" color="red.9" loading={clear.isPending} disabled={chosen.length === 0}>
                Forget these jobs
              </Button>
            </Group>
          </Stack>
        </form>
      </Modal>
    </>
  );
}
