import { Button, Group, Modal, Stack, TextInput } from '@mantine/core';
import { type FormEvent, useEffect, useState } from 'react';
import { useTask } from '../task-context.ts';
import { wrongPath } from './file-tree.ts';
import { useFileActs } from './use-file-acts.tsx';

interface AddFileProps {
  readonly opened: boolean;
  readonly onClose: () => void;
  readonly onAdded: (path: string) => void;
}

/** Makes a new, nearly empty file. */
export function AddFile({ opened, onClose, onAdded }: AddFileProps) {
  const { add } = useFileActs();
  return (
    <PathDialog
      opened={opened}
      onClose={onClose}
      title="Add a file"
      button="Add"
      initial=""
      busy={add.isPending}
      onPath={(path) =>
        add.mutate(
          { path, content: path.endsWith('.json') ? '{}\n' : '\n' },
          {
            onSuccess: () => {
              onClose();
              onAdded(path);
            },
          },
        )
      }
    />
  );
}

interface PathDialogProps {
  readonly opened: boolean;
  readonly onClose: () => void;
  readonly title: string;
  readonly button: string;
  readonly initial: string;
  readonly busy: boolean;
  readonly onPath: (path: string) => void;
}

/** Asks for the path of a file. */
export function PathDialog({ opened, onClose, title, button, initial, busy, onPath }: PathDialogProps) {
  const { task } = useTask();
  const [path, setPath] = useState(initial);
  const [tried, setTried] = useState(false);
  useEffect(() => {
    if (!opened) return;
    setPath(initial);
    setTried(false);
  }, [opened, initial]);
  const wrong = wrongPath(
    path,
    task.files.map((file) => file.path),
  );
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (wrong === null) onPath(path);
  };
  return (
    <Modal opened={opened} onClose={onClose} title={title} closeButtonProps={{ 'aria-label': 'Close' }}>
      <form onSubmit={submit}>
        <Stack>
          <TextInput
            label="Path within the task"
            description="Such as README.md, lib/parse.js or tests/empty.json"
            value={path}
            onChange={(event) => setPath(event.currentTarget.value)}
            error={tried ? wrong : undefined}
            spellCheck={false}
            autoComplete="off"
            data-autofocus
          />
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" loading={busy}>
              {button}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
