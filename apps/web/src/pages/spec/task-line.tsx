import { ActionIcon, Button, Checkbox, Group, TextInput } from '@mantine/core';
import type { Spec } from '@ratchet/contract/entities/spec';
import { IconPencil, IconTrash } from '@tabler/icons-react';
import { type FormEvent, useState } from 'react';
import type { useTaskEdits } from './use-task-edits.ts';

interface Props {
  readonly n: number;
  readonly task: Spec['tasks'][number];
  readonly mayEdit: boolean;
  readonly edits: ReturnType<typeof useTaskEdits>;
}

/** One task: ticked, reworded, removed. */
export function TaskLine({ n, task, mayEdit, edits }: Props) {
  const { text, done, number, depth } = task;
  const [draft, setDraft] = useState<string | null>(null);
  const said = number === null ? text : `${number} ${text}`;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const next = draft?.trim() ?? '';
    if (next === '' || next === text) setDraft(null);
    else edits.reword.mutate({ n, text: next, was: text }, { onSuccess: () => setDraft(null) });
  };
  const indent = { paddingInlineStart: `${Math.min(depth, 6) * 24}px` };
  if (draft !== null)
    return (
      <form onSubmit={submit} style={indent}>
        <Group gap="xs" wrap="nowrap" maw={720}>
          <TextInput
            size="xs"
            style={{ flex: 1 }}
            aria-label={`Text of ${said}`}
            value={draft}
            maxLength={10_000}
            autoFocus
            onChange={(event) => setDraft(event.currentTarget.value)}
            onKeyDown={(event) => event.key === 'Escape' && setDraft(null)}
          />
          <Button size="xs" type="submit" loading={edits.reword.isPending} disabled={draft.trim() === ''}>
            Save
          </Button>
          <Button size="xs" variant="default" onClick={() => setDraft(null)}>
            Cancel
          </Button>
        </Group>
      </form>
    );
  return (
    <Group gap={4} wrap="nowrap" align="flex-start" style={indent}>
      <Checkbox
        style={{ flex: 1, minWidth: 0 }}
        label={said}
        checked={done}
        disabled={!mayEdit}
        onChange={(event) => edits.tick.mutate({ n, text, done: event.currentTarget.checked })}
        styles={{ label: { overflowWrap: 'anywhere' } }}
      />
      {mayEdit && (
        <>
          <ActionIcon variant="subtle" color="gray" aria-label={`Reword ${said}`} onClick={() => setDraft(text)}>
            <IconPencil size={16} aria-hidden />
          </ActionIcon>
          <ActionIcon
            variant="subtle"
            color="gray"
            aria-label={`Remove ${said}`}
            loading={edits.remove.isPending && edits.remove.variables?.n === n}
            onClick={() => edits.remove.mutate({ n, text })}
          >
            <IconTrash size={16} aria-hidden />
          </ActionIcon>
        </>
      )}
    </Group>
  );
}
