import { Button, Group, Stack, Text, Title } from '@mantine/core';
import { IconTrash } from '@tabler/icons-react';
import { useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { client } from '../../../api/client.ts';
import { showError, useAction } from '../../../api/use-action.ts';
import { useMay } from '../../../api/use-identity.ts';
import { useConfirm } from '../../../kit/state/use-confirm.tsx';
import { showUndo } from '../../../parts/undo-note.tsx';
import { draftKeys, dropped } from '../drafts/draft-state.ts';
import { useTask } from '../task-context.ts';

/** Deletes the task; it can be brought back at once, and later from its own address. */
export function DeleteTask() {
  const { task, drafts, changeDrafts } = useTask();
  const may = useMay();
  const queries = useQueryClient();
  const navigate = useNavigate();
  const { confirm, dialog } = useConfirm();
  const remove = useAction<void, void>({
    act: () => client.tasks.delete({ id: task.id, expectedRevision: task.revision }),
    changes: [],
    onDone: () => {
      changeDrafts((all) => dropped(all, draftKeys(drafts)));
      // Away first, so that the page does not read what is gone.
      void navigate({ to: '/tasks' }).then(() => queries.invalidateQueries({ queryKey: ['tasks'] }));
      showUndo(`${task.name} is deleted`, () => {
        client.tasks.restore({ id: task.id }).then(({ id }) => {
          void queries.invalidateQueries({ queryKey: ['tasks'] });
          void navigate({ to: '/tasks/$taskId', params: { taskId: id } });
        }, showError);
      });
    },
  });
  if (!may('delete')) return null;
  const ask = async () => {
    const lost = draftKeys(drafts).length;
    const yes = await confirm({
      title: `Delete ${task.name}?`,
      text: [
        'It can be restored.',
        task.repositoryInfo ? ` The next push removes it from ${task.repositoryInfo.repositoryName}.` : '',
        lost > 0 ? ' Its unsaved edits are dropped.' : '',
      ].join(''),
      confirmLabel: 'Delete',
      danger: true,
    });
    if (yes) remove.mutate();
  };
  return (
    <Stack component="section" gap="xs" aria-label="Delete">
      {dialog}
      <Title order={2} size="h4">
        Delete
      </Title>
      <Text size="sm">It stops being listed and run. Its files and history are kept, so that it can be restored.</Text>
      <Group>
        <Button
          variant="default"
          leftSection={<IconTrash size={16} aria-hidden />}
          loading={remove.isPending}
          onClick={() => void ask()}
        >
          Delete {task.name}
        </Button>
      </Group>
    </Stack>
  );
}
