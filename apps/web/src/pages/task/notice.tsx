import { Alert } from '@mantine/core';
import type { ReactNode } from 'react';

interface NoticeProps {
  readonly tone: 'warning' | 'danger' | 'info' | 'success' | 'neutral';
  readonly title?: string;
  readonly role?: 'alert' | 'status';
  readonly children?: ReactNode;
}

const colors = { warning: 'orange', danger: 'red', info: 'blue', success: 'teal', neutral: 'gray' } as const;

/** Something to know before going on. The colour is that of the frame; the words are in the colour of text. */
export function Notice({ tone, title, role, children }: NoticeProps) {
  return (
    <Alert
      color={colors[tone]}
      variant="outline"
      // Said at once only where it comes of itself.
      role={role ?? 'group'}
      title={title}
      styles={{ title: { color: 'var(--mantine-color-text)' } }}
    >
      {children}
    </Alert>
  );
}
