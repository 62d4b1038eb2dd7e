import '@mantine/dates/styles.css';
import { Button, Group, Modal, NumberInput, Select, SimpleGrid, Skeleton, Stack, Switch } from '@mantine/core';
import { DateTimePicker } from '@mantine/dates';
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';
import { client } from '../../api/client.ts';
import { read } from '../../api/queries.ts';
import { useAction } from '../../api/use-action.ts';
import { SchemaForm } from '../../kit/form/schema-form.tsx';
import { TaskPicker } from '../../parts/task-picker.tsx';
import { isoOfLocal } from '../runs/local-time.ts';
import { priorities } from './job-filters.ts';

type Priority = (typeof priorities)[number]['value'];

/** Queues one job: of which task, with what, how urgent and when. */
export function CreateJob({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  return (
    <Modal opened={opened} onClose={onClose} title="Queue a job" size="lg" closeButtonProps={{ 'aria-label': 'Close' }}>
      <JobForm onClose={onClose} />
    </Modal>
  );
}

function JobForm({ onClose }: { onClose: () => void }) {
  const navigate = useNavigate();
  const [taskId, setTaskId] = useState<string | null>(null);
  const [input, setInput] = useState<unknown>({});
  const [valid, setValid] = useState(true);
  const [priority, setPriority] = useState<Priority>('normal');
  const [when, setWhen] = useState<string | null>(null);
  const [maxRetries, setMaxRetries] = useState<number | string>(0);
  const [record, setRecord] = useState(false);
  const task = useQuery({ ...read('tasks', 'get', { id: taskId ?? '' }), enabled: taskId !== null });
  const create = useAction({
    act: () =>
      client.jobs.create({
        taskId: taskId ?? '',
        input: input as never,
        priority,
        maxRetries: Number(maxRetries) || 0,
        record,
        ...(when ? { scheduledFor: isoOfLocal(when) } : {}),
      }),
    changes: ['jobs'],
    done: ({ taskName }) => `A job of ${taskName} is queued`,
    onDone: ({ id }) => {
      onClose();
      void navigate({ to: '/jobs/$jobId', params: { jobId: id } });
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    // Fields of the input’s own form send that form, which lies in this one only on the screen.
    if (event.target === event.currentTarget) create.mutate();
  };
  const schema = task.data?.inputSchema;
  return (
    <Stack>
      <TaskPicker
        value={taskId}
        onChange={(id) => {
          setTaskId(id);
          setInput({});
        }}
        placeholder="Choose a task"
        required
      />
      {taskId !== null &&
        (task.data ? (
          <SchemaForm
            key={taskId}
            schema={typeof schema === 'object' ? schema : null}
            value={input}
            onChange={(next, ok) => {
              setInput(next);
              setValid(ok);
            }}
            label={`Input of ${task.data.name}`}
          />
        ) : (
          <Skeleton height={120} />
        ))}
      <form onSubmit={submit}>
        <Stack>
          <SimpleGrid cols={{ base: 1, xs: 2 }}>
            <Select
              label="Priority"
              data={priorities.map((each) => ({ ...each }))}
              value={priority}
              onChange={(next) => setPriority((next ?? 'normal') as Priority)}
              allowDeselect={false}
            />
            <DateTimePicker
              label="Not before"
              placeholder="At once"
              value={when}
              onChange={setWhen}
              clearable
              clearButtonProps={{ 'aria-label': 'Clear the time' }}
            />
            <NumberInput
              label="Retries after a failure"
              min={0}
              max={100}
              value={maxRetries}
              onChange={setMaxRetries}
            />
            <Switch
              label="Record it, so that it can be replayed"
              checked={record}
              onChange={(event) => setRecord(event.currentTarget.checked)}
              mt="xl"
            />
          </SimpleGrid>
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" loading={create.isPending} disabled={taskId === null || !valid}>
              Queue the job
            </Button>
          </Group>
        </Stack>
      </form>
    </Stack>
  );
}
