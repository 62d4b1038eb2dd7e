import { Alert, type AlertProps } from '@mantine/core';
import type { Ref } from 'react';

interface NoticeProps extends Omit<AlertProps, 'color' | 'variant' | 'styles'> {
  readonly tone: 'good' | 'attention' | 'bad' | 'info' | 'neutral';
  readonly ref?: Ref<HTMLDivElement>;
  readonly tabIndex?: number;
}

const colours = { good: 'teal', attention: 'yellow', bad: 'red', info: 'blue', neutral: 'gray' } as const;
const text = { color: 'var(--mantine-color-text)' };

/**
 * Something to know, within a page. Its colour is in the frame and the icon; what is to be read has the contrast of text. It is
 * said aloud only where it comes of itself: with the role `alert` at once, with `status` when there is a pause.
 */
export function Notice({ tone, role = 'group', ...rest }: NoticeProps) {
  const styles = { title: text, message: text, closeButton: text };
  return <Alert variant="outline" color={colours[tone]} role={role} styles={styles} {...rest} />;
}
