import { openLintPanel } from '@codemirror/lint';
import { openSearchPanel } from '@codemirror/search';
import type { EditorView } from '@codemirror/view';
import { Group, Switch, Text, UnstyledButton } from '@mantine/core';
import type { RefObject } from 'react';

interface Props {
  readonly view: RefObject<EditorView | null>;
  readonly wrap: boolean;
  readonly onWrap: (wrap: boolean) => void;
  readonly large: boolean;
  readonly readOnly: boolean;
  readonly problems: number;
}

/** What is said under an editor, and how its lines wrap. */
export function EditorFooter({ view, wrap, onWrap, large, readOnly, problems }: Props) {
  const run = (command: (view: EditorView) => boolean) => () => {
    if (view.current) command(view.current);
  };
  return (
    <Group justify="space-between" gap="xs" px="xs" py={4} style={line}>
      <Group gap="sm">
        <Text size="xs" role="status" aria-live="polite">
          {problems > 0 ? `${problems} ${problems === 1 ? 'problem' : 'problems'}` : ''}
        </Text>
        {problems > 0 && (
          <UnstyledButton fz="xs" td="underline" onClick={run(openLintPanel)}>
            List problems
          </UnstyledButton>
        )}
        {large && <Text size="xs">Too large for highlighting</Text>}
        {!readOnly && (
          <Text size="xs" visibleFrom="sm">
            Esc, then Tab, leaves the editor
          </Text>
        )}
      </Group>
      <Group gap="sm">
        <UnstyledButton fz="xs" td="underline" onClick={run(openSearchPanel)}>
          Find
        </UnstyledButton>
        {!large && (
          <Switch
            size="xs"
            label="Wrap lines"
            checked={wrap}
            onChange={(event) => onWrap(event.currentTarget.checked)}
          />
        )}
      </Group>
    </Group>
  );
}

const line = { borderTop: '1px solid var(--mantine-color-default-border)' };
