import { Button, Group, Loader, Stack, Switch, Text } from '@mantine/core';
import { IconPlugConnected } from '@tabler/icons-react';
import { ErrorPanel } from '../../../kit/state/error-panel.tsx';
import { ConnectionResult } from '../../repository/form/connection-result.tsx';
import type { AddRepository } from './use-add-repository.ts';

interface TestStepProps {
  readonly add: AddRepository;
  readonly asDefault: boolean;
  readonly onAsDefault: (asDefault: boolean) => void;
}

/** Whether what was entered works, before anything is taken over. */
export function TestStep({ add, asDefault, onAsDefault }: TestStepProps) {
  return (
    <Stack gap="md">
      {add.busy && (
        <Group gap="sm" role="status">
          <Loader size="sm" />
          <Text>Trying the connection</Text>
        </Group>
      )}
      {add.error !== null && <ErrorPanel error={add.error} onRetry={() => void add.saveAndTest()} />}
      {add.test && <ConnectionResult test={add.test} writable={add.draft.isWritable} />}
      {add.test && !add.busy && (
        <Group>
          <Button
            variant="default"
            size="xs"
            leftSection={<IconPlugConnected size={16} aria-hidden />}
            onClick={() => void add.saveAndTest()}
          >
            Test again
          </Button>
        </Group>
      )}
      {add.made && (
        <>
          <Text size="sm">
            It is saved and paused: nothing was taken over. A first sync only adds; nothing is deleted on either side.
          </Text>
          <Switch
            label="New tasks go to it"
            description="It becomes the default repository in place of the present one"
            checked={asDefault}
            onChange={(event) => onAsDefault(event.currentTarget.checked)}
            disabled={!add.draft.isWritable}
          />
        </>
      )}
    </Stack>
  );
}
