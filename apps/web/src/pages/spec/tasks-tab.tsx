import { Button, Group, Stack, Title } from '@mantine/core';
import type { Spec } from '@ratchet/contract/entities/spec';
import { EmptyState } from '../../kit/state/empty-state.tsx';
import { AddTask } from './add-task.tsx';
import { TaskLine } from './task-line.tsx';
import { taskGroups } from './tick-state.ts';
import { useTaskEdits } from './use-task-edits.ts';
import { useWritable } from './use-writable.ts';

interface Props {
  readonly spec: Spec;
  /** Opens tasks.md itself. */
  readonly onText: () => void;
}

/** The tasks of the change under their headings, to be ticked. */
export function TasksTab({ spec, onText }: Props) {
  const edits = useTaskEdits(spec);
  const { reason } = useWritable(spec);
  const mayEdit = reason === null;
  const groups = taskGroups(spec.tasks);
  const add = (group: string | null, after?: number) => (
    <AddTask
      label={group ?? 'the change'}
      busy={edits.add.isPending}
      onAdd={(text, done) =>
        edits.add.mutate({ text, group, ...(after === undefined ? {} : { after }) }, { onSuccess: done })
      }
    />
  );
  if (groups.length === 0)
    return (
      <Stack>
        <EmptyState
          title="No task yet"
          text="Tasks are lines of tasks.md such as “- [ ] 1.1 Build the form”. OpenSpec counts them."
          action={
            <Button variant="default" onClick={onText}>
              Open tasks.md
            </Button>
          }
        />
        {mayEdit && add(null)}
      </Stack>
    );
  return (
    <Stack gap="lg">
      {groups.map(({ group, tasks }, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: two headings may read the same
        <Stack key={`${at} ${group}`} component="section" gap={4} aria-label={group ?? 'Tasks without a heading'}>
          <Group justify="space-between">
            <Title order={2} size="h5" style={{ overflowWrap: 'anywhere' }}>
              {group ?? 'Without a heading'} ({tasks.filter(({ task }) => task.done).length}/{tasks.length})
            </Title>
          </Group>
          {tasks.map(({ n, task }) => (
            <TaskLine key={`${n} ${task.text}`} n={n} task={task} mayEdit={mayEdit} edits={edits} />
          ))}
          {mayEdit && add(group, tasks.at(-1)?.n)}
        </Stack>
      ))}
    </Stack>
  );
}
