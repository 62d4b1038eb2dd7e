import { Button, Group, Paper, Progress, Text } from '@mantine/core';
import type { ReactNode } from 'react';

interface Props {
  readonly count: number;
  readonly onClear: () => void;
  readonly progress: { readonly done: number; readonly of: number } | null;
  /** Buttons for what can be done with what is selected. */
  readonly children: ReactNode;
}

/** What can be done with the rows that are selected; nothing while none is. */
export function BulkBar({ count, onClear, progress, children }: Props) {
  if (count === 0 && progress === null) return null;
  return (
    <Paper withBorder p="xs" component="section" aria-label="Selected rows">
      {progress ? (
        <>
          <Text size="sm" role="status">
            {progress.done.toLocaleString('en')} of {progress.of.toLocaleString('en')} done
          </Text>
          <Progress value={(100 * progress.done) / progress.of} mt={4} aria-label="Progress" />
        </>
      ) : (
        <Group gap="xs">
          <Text size="sm" fw={600} mr="xs">
            {count.toLocaleString('en')} selected
          </Text>
          {children}
          <Button size="xs" variant="subtle" onClick={onClear}>
            Select none
          </Button>
        </Group>
      )}
    </Paper>
  );
}
