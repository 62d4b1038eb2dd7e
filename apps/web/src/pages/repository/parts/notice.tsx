import { Alert, type AlertProps } from '@mantine/core';
import type { Ref } from 'react';

interface NoticeProps extends AlertProps {
  readonly ref?: Ref<HTMLDivElement>;
  readonly tabIndex?: number;
}

const text = { color: 'var(--mantine-color-text)' };

/** Something the person should know, in the page's own colour of text; the frame's colour only goes with what it says. */
export function Notice(props: NoticeProps) {
  return <Alert variant="outline" {...props} styles={{ title: text, message: text, closeButton: text }} />;
}
