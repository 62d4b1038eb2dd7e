import { Button, Group, Paper, Text, Textarea, Title } from '@mantine/core';
import type { Execution } from '@ratchet/contract/entities/execution';
import { RatchetError } from '@ratchet/contract/errors';
import { useState } from 'react';
import { client } from '../../api/client.ts';
import { useAction } from '../../api/use-action.ts';
import { useMay } from '../../api/use-identity.ts';

/** What somebody wrote of an execution. A note that another person changed meanwhile is shown beside what was typed. */
export function NotePanel({ execution }: { execution: Execution }) {
  const { id, note } = execution;
  const may = useMay();
  const [typed, setTyped] = useState<{ readonly text: string; readonly over: string | null } | null>(null);
  const [theirs, setTheirs] = useState<string | null | undefined>(undefined);
  const save = useAction({
    act: async ({ text, over }: { text: string; over: string | null }) => {
      const now = await client.executions.get({ id });
      // The state of a run grows its revision too; only another note is in the way.
      if (now.note !== over) {
        setTheirs(now.note);
        throw new RatchetError('REVISION_MISMATCH', 'Somebody else wrote another note.');
      }
      return client.executions.update({ id, note: text === '' ? null : text, expectedRevision: now.revision });
    },
    changes: ['executions'],
    done: () => 'Noted',
    onDone: () => {
      setTyped(null);
      setTheirs(undefined);
    },
    onFailed: (error) => error instanceof RatchetError && error.code === 'REVISION_MISMATCH',
  });
  const text = typed?.text ?? note ?? '';
  const change = (next: string) => setTyped((before) => ({ text: next, over: before ? before.over : note }));
  const changed = typed !== null && typed.text !== (note ?? '');
  return (
    <Paper withBorder p="md">
      <Title order={2} size="h4" mb="xs">
        Note
      </Title>
      {may('run') ? (
        <form
          onSubmit={(event) => {
            event.preventDefault();
            // Another person’s note, once shown, was seen.
            save.mutate({ text: text.trim(), over: theirs === undefined ? (typed ? typed.over : note) : theirs });
          }}
        >
          <Textarea
            aria-label="Note"
            placeholder="What people should know of this execution"
            autosize
            minRows={2}
            maxLength={10_000}
            value={text}
            onChange={(event) => change(event.currentTarget.value)}
          />
          {theirs !== undefined && (
            <Text size="sm" mt="xs" role="alert">
              Somebody else’s note now says: “{theirs ?? '(nothing)'}”. Save again to put yours in its place, or{' '}
              <Button
                size="compact-xs"
                variant="default"
                onClick={() => {
                  setTyped({ text: theirs ?? '', over: theirs });
                  setTheirs(undefined);
                }}
              >
                take theirs
              </Button>
            </Text>
          )}
          {changed && (
            <Group mt="xs" gap="xs">
              <Button type="submit" size="xs" loading={save.isPending}>
                Save the note
              </Button>
              <Button
                size="xs"
                variant="default"
                onClick={() => {
                  setTyped(null);
                  setTheirs(undefined);
                }}
              >
                Leave it as it was
              </Button>
            </Group>
          )}
        </form>
      ) : (
        <Text size="sm">{note ?? 'Nobody noted anything.'}</Text>
      )}
    </Paper>
  );
}
