import { Button, Group, Modal, Stack, Textarea } from '@mantine/core';
import { useState } from 'react';

interface SaveNoteProps {
  readonly opened: boolean;
  readonly onClose: () => void;
  readonly onSave: (note: string) => void;
}

/** Says what a change is for, before it is saved. */
export function SaveNote({ opened, onClose, onSave }: SaveNoteProps) {
  const [note, setNote] = useState('');
  return (
    <Modal opened={opened} onClose={onClose} title="Save with a note" closeButtonProps={{ 'aria-label': 'Close' }}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          onClose();
          onSave(note.trim());
          setNote('');
        }}
      >
        <Stack>
          <Textarea
            label="What the change is for"
            description="Kept in the history, and in the commit of the next push"
            maxLength={2000}
            autosize
            minRows={2}
            data-autofocus
            value={note}
            onChange={(event) => setNote(event.currentTarget.value)}
          />
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit">Save</Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
