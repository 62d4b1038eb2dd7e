import { Group, Stack, Text, Title } from '@mantine/core';
import type { ReactNode } from 'react';
import { useTitle } from '../../app/use-title.ts';

interface Props {
  readonly title: string;
  /** In the browser's tab, where it is another than on the page. */
  readonly tabTitle?: string;
  /** Beside the title, such as where it stands. */
  readonly mark?: ReactNode;
  readonly text?: ReactNode;
  readonly actions?: ReactNode;
}

/** A page's title with what can be done there. */
export function PageHead({ title, tabTitle, mark, text, actions }: Props) {
  useTitle(tabTitle ?? title);
  return (
    <Group justify="space-between" align="start" gap="sm">
      <Stack gap={2} style={{ minWidth: 0 }}>
        <Group gap="sm">
          <Title order={1} size="h2" style={{ overflowWrap: 'anywhere' }}>
            {title}
          </Title>
          {mark}
        </Group>
        {text !== undefined && (
          <Text size="sm" c="dimmed" component="div">
            {text}
          </Text>
        )}
      </Stack>
      {actions && <Group gap="xs">{actions}</Group>}
    </Group>
  );
}
