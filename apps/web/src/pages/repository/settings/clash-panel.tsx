import { Button, Code, Group, Stack, Text } from '@mantine/core';
import { Notice } from '../../../kit/state/notice.tsx';
import { type DraftKey, labels, textOf } from '../form/draft.ts';
import type { Clash } from './use-settings.ts';

interface ClashPanelProps {
  readonly clashes: readonly Clash[];
  readonly taken: readonly DraftKey[];
  readonly onDecide: (clash: Clash, mine: boolean) => void;
}

/** What somebody else changed while these settings were edited here. */
export function ClashPanel({ clashes, taken, onDecide }: ClashPanelProps) {
  if (clashes.length === 0 && taken.length === 0) return null;
  return (
    <Notice tone="attention" role="alert" title="Somebody else changed these settings meanwhile">
      <Stack gap="sm">
        {taken.length > 0 && (
          <Text size="sm">
            Taken over, since you had not edited it: {taken.map((key) => labels[key].toLowerCase()).join(', ')}.
          </Text>
        )}
        {clashes.map((clash) => (
          <section key={clash.key} aria-label={labels[clash.key]}>
            <Text size="sm" fw={600}>
              {labels[clash.key]}
            </Text>
            <Text size="sm">
              Yours: <Code style={{ whiteSpace: 'pre-wrap' }}>{textOf(clash.mine) || 'empty'}</Code>
            </Text>
            <Text size="sm">
              Theirs: <Code style={{ whiteSpace: 'pre-wrap' }}>{textOf(clash.theirs) || 'empty'}</Code>
            </Text>
            <Group gap="xs" mt={6}>
              <Button size="xs" variant="default" onClick={() => onDecide(clash, true)}>
                Keep mine
              </Button>
              <Button size="xs" variant="default" onClick={() => onDecide(clash, false)}>
                Take theirs
              </Button>
            </Group>
          </section>
        ))}
        <Text size="sm">Nothing was saved yet, and nothing that you entered is lost. Save again when it is right.</Text>
      </Stack>
    </Notice>
  );
}
