import { Anchor, Group, Stack, Text, Title } from '@mantine/core';
import { IconChevronLeft } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { useTitle } from './use-title.ts';

interface Props {
  readonly title: string;
  /** In the browser's tab, where the title alone says too little. */
  readonly tabTitle?: string;
  /** The list that the page belongs to. */
  readonly back?: { readonly to: string; readonly label: string };
  /** Beside the title, such as where it stands. */
  readonly mark?: ReactNode;
  readonly text?: ReactNode;
  readonly actions?: ReactNode;
}

/** A page's title with what can be done there. */
export function PageHead({ title, tabTitle, back, mark, text, actions }: Props) {
  useTitle(tabTitle ?? title);
  return (
    <Stack gap={4}>
      {back && (
        <Anchor component={Link} to={back.to} size="sm" style={{ alignSelf: 'start' }}>
          <Group gap={2} component="span">
            <IconChevronLeft size={16} aria-hidden />
            {back.label}
          </Group>
        </Anchor>
      )}
      <Group justify="space-between" align="start" gap="sm">
        <Group gap="sm" style={{ minWidth: 0 }}>
          <Title order={1} size="h2" style={{ overflowWrap: 'anywhere' }}>
            {title}
          </Title>
          {mark}
        </Group>
        {actions && <Group gap="xs">{actions}</Group>}
      </Group>
      {text !== undefined && (
        <Text size="sm" c="dimmed" maw={760} component="div">
          {text}
        </Text>
      )}
    </Stack>
  );
}
