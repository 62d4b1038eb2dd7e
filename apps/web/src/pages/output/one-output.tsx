import { Stack, Text } from '@mantine/core';
import type { OutputDestination } from '@ratchet/contract/entities/output';
import { IconPlugConnected, IconTrash } from '@tabler/icons-react';
import { useNavigate } from '@tanstack/react-router';
import { client } from '../../api/client.ts';
import { useAction } from '../../api/use-action.ts';
import { useMay } from '../../api/use-identity.ts';
import { PageHead } from '../../app/page-head.tsx';
import { useUrlState } from '../../app/use-url-state.ts';
import { Notice } from '../../kit/state/notice.tsx';
import { RelativeTime } from '../../kit/state/relative-time.tsx';
import { StatusBadge } from '../../kit/state/status-badge.tsx';
import { useConfirm } from '../../kit/state/use-confirm.tsx';
import { PageTabs } from '../../parts/page-tabs.tsx';
import { MayButton } from '../administration/may-button.tsx';
import { typeNames } from './config-fields.ts';
import { Deliveries } from './deliveries.tsx';
import { OutputSettings } from './output-settings.tsx';
import { TestResult } from './test-result.tsx';

const defaults = { tab: 'settings' };

export function OneOutput({ output }: { output: OutputDestination }) {
  const { id, name, enabled, circuit } = output;
  const [{ tab }, setUrl] = useUrlState(defaults);
  const may = useMay();
  const navigate = useNavigate();
  const { confirm, dialog } = useConfirm();
  const test = useAction({ act: () => client.outputDestinations.test({ id }), changes: ['outputDestinations'] });
  const toggle = useAction({
    act: () => client.outputDestinations.update({ id, enabled: !enabled }),
    changes: ['outputDestinations'],
    done: (changed) => (changed.enabled ? 'It takes outputs from now on' : 'It is disabled'),
  });
  const remove = useAction({
    act: () => client.outputDestinations.delete({ id }),
    changes: ['outputDestinations', 'deliveries'],
    done: () => `The destination ${name} is gone`,
    onDone: () => void navigate({ to: '/outputs' }),
  });
  const askToRemove = async () => {
    const yes = await confirm({
      title: `Delete the destination ${name}?`,
      text: 'It cannot be brought back, and its secrets are forgotten. What waits for it fails and says so.',
      confirmLabel: 'Delete the destination',
      danger: true,
    });
    if (yes) remove.mutate();
  };
  const refused = may('administer') ? undefined : 'Only administrators may do this.';
  return (
    <Stack>
      <PageHead
        title={name}
        back={{ to: '/outputs', label: 'Outputs' }}
        mark={<StatusBadge status={enabled ? 'enabled' : 'disabled'} />}
        text={
          <Text size="sm">
            {typeNames[output.type].label}: {typeNames[output.type].text.toLowerCase()}. Last delivered{' '}
            <RelativeTime time={output.lastDeliveredAt} />.
          </Text>
        }
        actions={
          <>
            <MayButton
              leftSection={<IconPlugConnected size={16} aria-hidden />}
              loading={test.isPending}
              refused={refused}
              onClick={() => test.mutate()}
            >
              Send a test
            </MayButton>
            <MayButton variant="default" loading={toggle.isPending} refused={refused} onClick={() => toggle.mutate()}>
              {enabled ? 'Disable' : 'Enable'}
            </MayButton>
            <MayButton
              variant="default"
              leftSection={<IconTrash size={16} aria-hidden />}
              loading={remove.isPending}
              refused={refused}
              onClick={() => void askToRemove()}
            >
              Delete
            </MayButton>
          </>
        }
      />
      <TestResult result={test.data} />
      {circuit !== 'closed' && (
        <Notice
          tone="attention"
          title={circuit === 'open' ? 'It is left alone for a while' : 'It is being tried again'}
        >
          Several deliveries in a row failed. What waits uses up no attempts. A test that succeeds, or a changed
          configuration, lets everything through at once.
        </Notice>
      )}
      {output.lastError && (
        <Notice tone="bad" title="The last delivery failed">
          <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
            {output.lastError}
          </Text>
        </Notice>
      )}
      <PageTabs
        label="Parts of the destination"
        value={tab}
        onChange={(next) => setUrl({ tab: next })}
        tabs={[
          { value: 'settings', label: 'Settings', content: <OutputSettings output={output} /> },
          { value: 'deliveries', label: 'Deliveries', content: <Deliveries output={output} /> },
        ]}
      />
      {dialog}
    </Stack>
  );
}
