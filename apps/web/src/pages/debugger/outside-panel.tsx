import { Alert, Button, Code, Group, Stack, Text } from '@mantine/core';
import type { DebugSession } from '@ratchet/contract/entities/debug';
import { IconBug } from '@tabler/icons-react';
import { CopyButton } from '../../kit/state/copy-button.tsx';
import { RelativeTime } from '../../kit/state/relative-time.tsx';

/** Where Chrome DevTools or an editor attaches to a run that waits for one. */
export function OutsidePanel({ session, onEnd }: { session: DebugSession; onEnd: () => void }) {
  const line = (label: string, address: string) => (
    <div>
      <Text size="sm" fw={600}>
        {label}
      </Text>
      <Group gap="xs" wrap="nowrap">
        <Code style={{ overflowWrap: 'anywhere', whiteSpace: 'normal' }}>{address}</Code>
        <CopyButton value={address} label={`Copy the address: ${label}`} />
      </Group>
    </div>
  );
  return (
    <Alert
      role="status"
      variant="outline"
      icon={<IconBug aria-hidden />}
      title="The run waits for a debugger"
      styles={{ title: { color: 'var(--mantine-color-text)' } }}
    >
      <Stack gap="sm" align="start">
        {line('Chrome DevTools: paste into the address bar of Chrome', session.devtoolsFrontendUrl)}
        {line('An editor: attach by WebSocket', session.webSocketDebuggerUrl)}
        <Text size="sm">
          The address works once. The run ends by itself <RelativeTime time={session.expiresAt} />.
        </Text>
        <Button size="xs" variant="default" onClick={onEnd}>
          End the run
        </Button>
      </Stack>
    </Alert>
  );
}
