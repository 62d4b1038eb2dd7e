import { Alert } from '@mantine/core';
import type { Icon } from '@tabler/icons-react';
import type { ReactNode } from 'react';

interface Props {
  readonly tone: 'good' | 'attention' | 'bad';
  readonly title: string;
  readonly icon?: Icon;
  /** Said aloud when it appears: at once, or when there is a pause. */
  readonly said?: 'alert' | 'status';
  readonly children: ReactNode;
}

const colours = { good: 'teal', attention: 'yellow', bad: 'red' } as const;

/** A notice within a page. Its colour is in the frame and the icon; what is to be read has the contrast of text. */
export function Notice({ tone, title, icon: Icon, said, children }: Props) {
  return (
    <Alert
      variant="outline"
      color={colours[tone]}
      {...(said ? { role: said } : {})}
      {...(Icon ? { icon: <Icon aria-hidden /> } : {})}
      title={title}
      styles={{ title: { color: 'var(--mantine-color-text)' }, message: { color: 'var(--mantine-color-text)' } }}
    >
      {children}
    </Alert>
  );
}
