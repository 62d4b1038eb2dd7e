import { Anchor, Group, Stack, Text, Title } from '@mantine/core';
import { IconChevronLeft } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { useTitle } from '../../app/use-title.ts';

interface Props {
  readonly title: string;
  /** The browser's tab, where the title alone says too little. */
  readonly tab?: string;
  readonly back?: { readonly to: string; readonly label: string };
  /** Beside the title: a status. */
  readonly mark?: ReactNode;
  readonly text?: ReactNode;
  /** Buttons. */
  readonly children?: ReactNode;
}

export function PageHeader({ title, tab, back, mark, text, children }: Props) {
  useTitle(tab ?? title);
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
          <Title order={1} style={{ overflowWrap: 'anywhere' }}>
            {title}
          </Title>
          {mark}
        </Group>
        {children && <Group gap="xs">{children}</Group>}
      </Group>
      {text && (
        <Text size="sm" maw={760} component="div">
          {text}
        </Text>
      )}
    </Stack>
  );
}
