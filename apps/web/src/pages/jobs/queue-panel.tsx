import { Alert, Button, Group, Modal, Stack, Text, TextInput } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconPlayerPause, IconPlayerPlay } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { client } from '../../api/client.ts';
import { read } from '../../api/queries.ts';
import { useAction } from '../../api/use-action.ts';
import { useMay } from '../../api/use-identity.ts';
import { RelativeTime } from '../../kit/state/relative-time.tsx';
import { TextLink } from '../../kit/state/text-link.tsx';
import { TaskPicker } from '../../parts/task-picker.tsx';

/** Whether jobs are taken from the queue, where they are not all. */
export function QueuePanel() {
  const may = useMay();
  const { data } = useQuery({ ...read('jobs', 'queue', {}), refetchInterval: 15_000 });
  const resume = useAction({
    act: (taskId: string | null) => client.jobs.resume(taskId ? { taskId } : {}),
    changes: ['jobs'],
    done: () => 'Jobs are taken again',
  });
  if (!data || (!data.paused && data.pausedTasks.length === 0)) return null;
  const go = (taskId: string | null, name: string) =>
    may('administer') && (
      <Button
        size="compact-sm"
        variant="default"
        leftSection={<IconPlayerPlay size={14} aria-hidden />}
        loading={resume.isPending && resume.variables === taskId}
        onClick={() => resume.mutate(taskId)}
      >
        Resume {name}
      </Button>
    );
  return (
    <Alert
      color="yellow"
      variant="outline"
      icon={<IconPlayerPause aria-hidden />}
      title={data.paused ? 'The queue is paused' : 'Some tasks wait'}
      styles={{ title: { color: 'var(--mantine-color-text)' } }}
    >
      <Stack gap="xs" align="start">
        {data.paused && (
          <>
            <Text size="sm">
              No job begins until it is resumed; what runs goes on.
              {data.pausedBy !== null && ` Paused by ${data.pausedBy}`}
              {data.pausedAt !== null && (
                <>
                  {' '}
                  <RelativeTime time={data.pausedAt} />
                </>
              )}
              {data.reason !== null && `: ${data.reason}`}
            </Text>
            {go(null, 'the queue')}
          </>
        )}
        {data.pausedTasks.map(({ taskId, taskName }) => (
          <Group key={taskId} gap="xs">
            <Text size="sm">
              Jobs of <TextLink href={`/tasks/${taskId}`}>{taskName ?? taskId}</TextLink> wait.
            </Text>
            {go(taskId, taskName ?? 'this task')}
          </Group>
        ))}
      </Stack>
    </Alert>
  );
}

/** Asks which jobs are to wait, and why. */
export function PauseButton() {
  const [opened, { open, close }] = useDisclosure(false);
  const [taskId, setTaskId] = useState<string | null>(null);
  const [reason, setReason] = useState('');
  const pause = useAction({
    act: () =>
      client.jobs.pause({ ...(taskId ? { taskId } : {}), ...(reason.trim() ? { reason: reason.trim() } : {}) }),
    changes: ['jobs'],
    done: () => (taskId ? 'Jobs of the task wait' : 'The queue is paused'),
    onDone: () => {
      setReason('');
      setTaskId(null);
      close();
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    pause.mutate();
  };
  return (
    <>
      <Button variant="default" leftSection={<IconPlayerPause size={16} aria-hidden />} onClick={open}>
        Pause
      </Button>
      <Modal opened={opened} onClose={close} title="Pause jobs" closeButtonProps={{ 'aria-label': 'Close' }}>
        <form onSubmit={submit}>
          <Stack>
            <Text size="sm">Jobs stay in the queue until it is resumed. What runs already goes on.</Text>
            <TaskPicker label="Only jobs of" placeholder="All tasks" value={taskId} onChange={setTaskId} clearable />
            <TextInput
              label="Why"
              description="Shown to everybody who looks at the queue"
              maxLength={1000}
              value={reason}
              onChange={(event) => setReason(event.currentTarget.value)}
            />
            <Group justify="flex-end">
              <Button variant="default" onClick={close}>
                Cancel
              </Button>
              <Button type="submit" loading={pause.isPending}>
                {taskId ? 'Pause this task' : 'Pause the queue'}
              </Button>
            </Group>
          </Stack>
        </form>
      </Modal>
    </>
  );
}
