import { Button, Menu } from '@mantine/core';
import type { Execution } from '@ratchet/contract/entities/execution';
import {
  IconBookmark,
  IconBookmarkOff,
  IconBug,
  IconColumns,
  IconDots,
  IconDownload,
  IconHistory,
  IconPlayerStop,
  IconRefresh,
  IconTrash,
} from '@tabler/icons-react';
import { Link, useNavigate } from '@tanstack/react-router';
import { client } from '../../api/client.ts';
import { useAction } from '../../api/use-action.ts';
import { useMay } from '../../api/use-identity.ts';
import { downloadText } from '../../kit/state/copy-text.tsx';
import { useConfirm } from '../../kit/state/use-confirm.tsx';

const changes = ['executions', 'jobs', 'deliveries'] as const;

/** What can be done with one execution. */
export function ExecutionActions({ execution }: { execution: Execution }) {
  const { id, status, record, keep, taskId, taskName, revision } = execution;
  const navigate = useNavigate();
  const may = useMay();
  const { confirm, dialog } = useConfirm();
  const open = (next: Execution) => void navigate({ to: '/executions/$executionId', params: { executionId: next.id } });
  const cancel = useAction({ act: () => client.executions.cancel({ id }), changes, done: () => 'Cancelling' });
  const retry = useAction({
    act: () => client.executions.retry({ id }),
    changes,
    done: () => 'Queued with the same input',
    onDone: open,
  });
  const replay = useAction({
    act: (current: boolean) => client.executions.replay({ id, current, wait: false }),
    changes,
    done: () => 'The replay has begun',
    onDone: open,
  });
  const setKeep = useAction({
    act: (on: boolean) => client.executions.update({ id, keep: on, expectedRevision: revision }),
    changes,
    done: (_, on) => (on ? 'Kept: time does not remove it' : 'No longer kept'),
  });
  const remove = useAction({
    act: () => client.executions.delete({ id }),
    changes: [],
    done: () => 'The execution was deleted',
    onDone: () => void navigate({ to: '/executions' }),
  });
  const recording = useAction({
    act: () => client.executions.recording({ id }),
    changes: [],
    onDone: (har) => downloadText(`${taskName}-${id}.har`, JSON.stringify(har, null, 2), 'application/json'),
  });
  const runs = status === 'pending' || status === 'running';
  const askDelete = async () => {
    const sure = await confirm({
      title: `Delete this execution of ${taskName}?`,
      text: `Its input, output, log and recording are forgotten. This cannot be undone.${keep ? ' Somebody chose to keep it.' : ''}`,
      confirmLabel: 'Delete the execution',
      danger: true,
    });
    if (sure) remove.mutate();
  };
  return (
    <>
      {runs && may('run') && (
        <Button
          variant="default"
          c="var(--mantine-color-error)"
          leftSection={<IconPlayerStop size={16} aria-hidden />}
          loading={cancel.isPending}
          onClick={() => cancel.mutate()}
        >
          Cancel
        </Button>
      )}
      {may('run') && taskId !== null && (
        <Button
          leftSection={<IconRefresh size={16} aria-hidden />}
          loading={retry.isPending}
          onClick={() => retry.mutate()}
        >
          Run again
        </Button>
      )}
      <Menu position="bottom-end" withinPortal>
        <Menu.Target>
          <Button variant="default" px="sm" aria-label="More actions">
            <IconDots size={18} aria-hidden />
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          {record && !runs && may('run') && (
            <>
              <Menu.Item
                leftSection={<IconHistory size={16} aria-hidden />}
                onClick={() => replay.mutate(false)}
                disabled={replay.isPending}
              >
                Replay as it was
              </Menu.Item>
              <Menu.Item
                leftSection={<IconHistory size={16} aria-hidden />}
                onClick={() => replay.mutate(true)}
                disabled={replay.isPending}
              >
                Replay with the present code
              </Menu.Item>
            </>
          )}
          {record && !runs && (
            <Menu.Item leftSection={<IconDownload size={16} aria-hidden />} onClick={() => recording.mutate()}>
              Download its requests (HAR)
            </Menu.Item>
          )}
          <Menu.Item
            leftSection={<IconColumns size={16} aria-hidden />}
            component={Link}
            to={`/executions/compare?a=${id}` as string}
          >
            Compare with another
          </Menu.Item>
          {taskId !== null && may('debug') && (
            <Menu.Item
              leftSection={<IconBug size={16} aria-hidden />}
              component={Link}
              to={`/debugger?taskId=${taskId}&from=${id}` as string}
            >
              Debug with this input
            </Menu.Item>
          )}
          {may('run') && (
            <Menu.Item
              leftSection={keep ? <IconBookmarkOff size={16} aria-hidden /> : <IconBookmark size={16} aria-hidden />}
              onClick={() => setKeep.mutate(!keep)}
            >
              {keep ? 'Keep no longer' : 'Keep it'}
            </Menu.Item>
          )}
          {!runs && may('delete') && (
            <Menu.Item leftSection={<IconTrash size={16} aria-hidden />} onClick={() => void askDelete()}>
              Delete
            </Menu.Item>
          )}
        </Menu.Dropdown>
      </Menu>
      {dialog}
    </>
  );
}
