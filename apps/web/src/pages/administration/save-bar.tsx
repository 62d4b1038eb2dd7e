import { Button, Group, Text } from '@mantine/core';
import type { Draft } from './use-draft.ts';

interface Props<V extends object> {
  readonly draft: Draft<V>;
  readonly busy: boolean;
  readonly save?: string;
  /** Why nothing can be saved. */
  readonly refused?: string | undefined;
}

/** The end of a form: what is not saved, the way to save it and the way back. */
export function SaveBar<V extends object>({ draft, busy, save = 'Save', refused }: Props<V>) {
  const undecided = Object.keys(draft.clashes).length > 0;
  return (
    <Group gap="sm">
      <Button type="submit" loading={busy} disabled={!draft.dirty || undecided || refused !== undefined}>
        {save}
      </Button>
      {draft.dirty && (
        <Button variant="default" onClick={draft.reset} disabled={busy}>
          Undo the changes
        </Button>
      )}
      <Text size="sm" role="status">
        {refused ?? (undecided ? 'Choose above what is to stay.' : draft.dirty ? 'Not saved yet.' : '')}
      </Text>
    </Group>
  );
}
