import { Stack, Text, ThemeIcon, Title } from '@mantine/core';
import { type Icon, IconInbox } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import './palette.css';
import classes from './state.module.css';

export interface EmptyStateProps {
  icon?: Icon;
  title: string;
  /** What to do first. */
  text?: ReactNode;
  /** The button or link that does it. */
  action?: ReactNode;
  /** The heading's level in its page. */
  order?: 2 | 3 | 4;
}

/** Where there is nothing yet: what would be here and what to do first. */
export function EmptyState({ icon: Icon = IconInbox, title, text, action, order = 3 }: EmptyStateProps) {
  return (
    <Stack align="center" gap="xs" py="xl" px="md" ta="center">
      <ThemeIcon variant="default" size={48} radius="xl" aria-hidden>
        <Icon size={26} stroke={1.5} />
      </ThemeIcon>
      <Title order={order} size="h4">
        {title}
      </Title>
      {text !== undefined && (
        <Text className={classes.muted} maw={520}>
          {text}
        </Text>
      )}
      {action}
    </Stack>
  );
}
