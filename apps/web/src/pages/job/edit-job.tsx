import '@mantine/dates/styles.css';
import { Alert, Button, Group, Modal, NumberInput, Select, SimpleGrid, Skeleton, Stack, Text } from '@mantine/core';
import { DateTimePicker } from '@mantine/dates';
import type { Job } from '@ratchet/contract/entities/job';
import { RatchetError } from '@ratchet/contract/errors';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { client } from '../../api/client.ts';
import { read } from '../../api/queries.ts';
import { useAction } from '../../api/use-action.ts';
import { SchemaForm } from '../../kit/form/schema-form.tsx';
import { words } from '../../kit/state/tones.ts';
import { priorities } from '../jobs/job-filters.ts';
import { isoOfLocal, localOfIso } from '../runs/local-time.ts';

type Draft = Pick<Job, 'priority' | 'scheduledFor' | 'maxRetries' | 'input'>;
const draftOf = ({ priority, scheduledFor, maxRetries, input }: Job): Draft => ({
  priority,
  scheduledFor,
  maxRetries,
  input,
});
const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);
const names = { priority: 'priority', scheduledFor: 'time', maxRetries: 'retries', input: 'input' } as const;
const members = Object.keys(names) as (keyof Draft)[];

/**
 * Changes a job that has not begun. Only what was changed here is sent, over the revision that it was changed from; where
 * somebody else changed the job meanwhile, what they did is shown and nothing typed is lost.
 */
export function EditJob({ job, onClose }: { job: Job; onClose: () => void }) {
  const [base, setBase] = useState(job);
  const [draft, setDraft] = useState(() => draftOf(job));
  const [valid, setValid] = useState(true);
  const [theirs, setTheirs] = useState<Job | null>(null);
  const task = useQuery({ ...read('tasks', 'get', { id: job.taskId ?? '' }), enabled: job.taskId !== null });
  const changed = members.filter((name) => !same(draft[name], base[name]));
  const save = useAction({
    act: () =>
      client.jobs.update({
        id: job.id,
        expectedRevision: base.revision,
        ...Object.fromEntries(changed.map((name) => [name, draft[name]])),
      }),
    changes: ['jobs'],
    done: () => 'The job was changed',
    onDone: onClose,
    onFailed: (error) => {
      if (!(error instanceof RatchetError) || error.code !== 'REVISION_MISMATCH') return false;
      void client.jobs.get({ id: job.id }).then(setTheirs, () => undefined);
      return true;
    },
  });
  const set = <K extends keyof Draft>(name: K, value: Draft[K]) => setDraft((before) => ({ ...before, [name]: value }));
  const theirChanges = theirs ? members.filter((name) => !same(theirs[name], base[name])) : [];
  const rebase = (onto: Job, mine: boolean) => {
    setDraft(
      (before) =>
        Object.fromEntries(
          members.map((name) => {
            const both = !same(onto[name], base[name]) && !same(before[name], base[name]);
            const keep = !same(before[name], base[name]) && (mine || !both);
            return [name, keep ? before[name] : onto[name]];
          }),
        ) as unknown as Draft,
    );
    setBase(onto);
    setTheirs(null);
  };
  const schema = task.data?.inputSchema;
  return (
    <Modal
      opened
      onClose={onClose}
      title={`Change the job of ${job.taskName}`}
      size="lg"
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      <Stack>
        {theirs && (
          <Alert
            role="alert"
            color="yellow"
            variant="outline"
            title="The job changed meanwhile"
            styles={{ title: { color: 'var(--mantine-color-text)' } }}
          >
            <Text size="sm">
              {theirChanges.length === 0
                ? `It is ${theirs.status} now; nothing that can be changed here differs.`
                : `Somebody else changed its ${theirChanges.map((name) => names[name]).join(', ')}: ${theirChanges
                    .map(
                      (name) =>
                        `${names[name]} is ${name === 'priority' ? words(String(theirs[name])) : JSON.stringify(theirs[name])}`,
                    )
                    .join('; ')}.`}
            </Text>
            <Group gap="xs" mt="xs">
              <Button size="xs" variant="default" onClick={() => rebase(theirs, true)}>
                Keep mine where both changed
              </Button>
              <Button size="xs" variant="default" onClick={() => rebase(theirs, false)}>
                Take theirs where both changed
              </Button>
            </Group>
          </Alert>
        )}
        <SimpleGrid cols={{ base: 1, xs: 3 }}>
          <Select
            label="Priority"
            data={priorities.map((each) => ({ ...each }))}
            value={draft.priority}
            onChange={(next) => set('priority', (next ?? 'normal') as Job['priority'])}
            allowDeselect={false}
            data-autofocus
          />
          <DateTimePicker
            label="Not before"
            placeholder="At once"
            value={draft.scheduledFor === null ? null : localOfIso(draft.scheduledFor)}
            onChange={(next) => set('scheduledFor', next === null ? null : isoOfLocal(next))}
            clearable
            clearButtonProps={{ 'aria-label': 'Clear the time' }}
          />
          <NumberInput
            label="Retries"
            min={0}
            max={100}
            value={draft.maxRetries}
            onChange={(next) => set('maxRetries', Number(next) || 0)}
          />
        </SimpleGrid>
        {job.taskId !== null && task.isPending ? (
          <Skeleton height={120} />
        ) : (
          <SchemaForm
            schema={typeof schema === 'object' ? schema : null}
            value={draft.input}
            onChange={(next, ok) => {
              set('input', next as Draft['input']);
              setValid(ok);
            }}
            label="Input"
          />
        )}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button
            loading={save.isPending}
            disabled={changed.length === 0 || !valid || theirs !== null}
            onClick={() => save.mutate()}
          >
            Save
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
