import { Button, Code, Group, Stack, Text } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { CopyButton } from '../../kit/state/copy-button.tsx';
import { Notice } from '../../kit/state/notice.tsx';

interface Props {
  readonly what: string;
  readonly value: string;
  readonly text: string;
  readonly children?: ReactNode;
  readonly onClose: () => void;
}

/** Something that is shown once and can be had from nowhere afterwards. */
export function SecretOnce({ what, value, text, children, onClose }: Props) {
  return (
    <Stack>
      <Notice tone="attention" role="alert" icon={<IconAlertTriangle aria-hidden />} title={`Copy the ${what} now`}>
        <Text size="sm">{text}</Text>
      </Notice>
      <Group gap="xs" wrap="nowrap" align="center">
        <Code block aria-label={what} style={{ flex: 1, whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}>
          {value}
        </Code>
        <CopyButton value={value} label={`Copy the ${what}`} variant="button" />
      </Group>
      {children}
      <Group justify="flex-end">
        <Button onClick={onClose}>I have kept it</Button>
      </Group>
    </Stack>
  );
}
