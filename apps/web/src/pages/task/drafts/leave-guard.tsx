import { Button, Group, List, Modal, Stack, Text } from '@mantine/core';
import { useBlocker } from '@tanstack/react-router';
import { draftKeys, dropped, isDirty, keyName, type TaskDrafts } from './draft-state.ts';
import { draftsOf, outlivesReload } from './draft-store.ts';

interface LeaveGuardProps {
  readonly taskId: string;
  readonly drafts: TaskDrafts;
  readonly changeDrafts: (change: (drafts: TaskDrafts) => TaskDrafts) => void;
}

/** Asks before a page with unsaved edits is left. */
export function LeaveGuard({ taskId, drafts, changeDrafts }: LeaveGuardProps) {
  const blocker = useBlocker({
    // As it is now, which may not be drawn yet.
    shouldBlockFn: ({ current, next }) => isDirty(draftsOf(taskId)) && current.pathname !== next.pathname,
    // A reload brings them back; a tab that is closed does not.
    enableBeforeUnload: () => isDirty(draftsOf(taskId)),
    withResolver: true,
  });
  const keys = draftKeys(drafts);
  return (
    <Modal
      opened={blocker.status === 'blocked'}
      onClose={() => blocker.reset?.()}
      title="There are unsaved edits"
      closeButtonProps={{ 'aria-label': 'Stay here' }}
    >
      <Stack>
        <Text>
          {outlivesReload(taskId)
            ? 'These are not saved. They are kept in this browser tab, and are here when you come back.'
            : 'These are not saved. They are too large for the browser to keep: a reload or another address loses them.'}
        </Text>
        <List>
          {keys.map((key) => (
            <List.Item key={key}>{keyName(key)}</List.Item>
          ))}
        </List>
        <Group justify="flex-end">
          <Button variant="default" data-autofocus onClick={() => blocker.reset?.()}>
            Stay here
          </Button>
          <Button
            variant="default"
            onClick={() => {
              changeDrafts((all) => dropped(all, keys));
              blocker.proceed?.();
            }}
          >
            Discard the edits
          </Button>
          <Button onClick={() => blocker.proceed?.()}>Leave and keep them</Button>
        </Group>
      </Stack>
    </Modal>
  );
}
