import { Button, Group, TextInput } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { type FormEvent, useState } from 'react';

interface Props {
  /** Where it goes. */
  readonly label: string;
  readonly busy: boolean;
  /** Calls `done` when it is there; what was typed stays until then. */
  readonly onAdd: (text: string, done: () => void) => void;
}

/** One line to add a task by. */
export function AddTask({ label, busy, onAdd }: Props) {
  const [text, setText] = useState('');
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (text.trim() !== '' && !busy) onAdd(text.trim(), () => setText(''));
  };
  return (
    <form onSubmit={submit}>
      <Group gap="xs" wrap="nowrap" maw={640}>
        <TextInput
          size="xs"
          style={{ flex: 1 }}
          aria-label={`New task of ${label}`}
          placeholder="What is to be done"
          value={text}
          maxLength={10_000}
          onChange={(event) => setText(event.currentTarget.value)}
        />
        <Button
          size="xs"
          variant="default"
          type="submit"
          leftSection={<IconPlus size={14} aria-hidden />}
          disabled={text.trim() === ''}
          loading={busy}
        >
          Add
        </Button>
      </Group>
    </form>
  );
}
