import { Button, Group, Modal, Stack, Text, TextInput } from '@mantine/core';
import { type ReactNode, useState } from 'react';

export interface ConfirmDialogProps {
  opened: boolean;
  /** Names the thing: "Delete task nightly-report?" */
  title: string;
  /** What happens, and whether it can be undone. */
  text: ReactNode;
  /** The verb: "Delete task". */
  confirmLabel: string;
  cancelLabel?: string;
  danger?: boolean;
  /** Must be typed before it can be confirmed. */
  typeToConfirm?: string;
  busy?: boolean;
  onConfirm: () => void;
  onCancel: () => void;
}

/** Asks before something that cannot be undone. Focus starts on the way back and returns to where it was. */
export function ConfirmDialog(props: ConfirmDialogProps) {
  const { opened, title, text, confirmLabel, cancelLabel = 'Cancel', danger, typeToConfirm, busy } = props;
  const [typed, setTyped] = useState('');
  const ready = typeToConfirm === undefined || typed.trim() === typeToConfirm;
  const close = (then: () => void) => {
    setTyped('');
    then();
  };
  return (
    <Modal
      opened={opened}
      onClose={() => close(props.onCancel)}
      title={title}
      centered
      closeButtonProps={{ 'aria-label': 'Close' }}
      styles={{ title: { fontWeight: 600, overflowWrap: 'anywhere' } }}
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (ready && !busy) close(props.onConfirm);
        }}
      >
        <Stack>
          <Text component="div">{text}</Text>
          {typeToConfirm !== undefined && (
            <TextInput
              label={`Type ${typeToConfirm} to confirm`}
              value={typed}
              onChange={(event) => setTyped(event.currentTarget.value)}
              autoComplete="off"
              spellCheck={false}
              data-autofocus
            />
          )}
          <Group justify="flex-end">
            <Button
              variant="default"
              onClick={() => close(props.onCancel)}
              data-autofocus={typeToConfirm === undefined ? true : undefined}
            >
              {cancelLabel}
            </Button>
            <Button type="submit" color={danger ? 'red.9' : undefined} disabled={!ready} loading={busy}>
              {confirmLabel}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
