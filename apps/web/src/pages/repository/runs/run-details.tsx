import { Button, Code, Group, List, Stack, Text } from '@mantine/core';
import { IconArrowBackUp } from '@tabler/icons-react';
import { client } from '../../../api/client.ts';
import { useAction } from '../../../api/use-action.ts';
import { useMay } from '../../../api/use-identity.ts';
import { CopyButton } from '../../../kit/state/copy-button.tsx';
import { Duration } from '../../../kit/state/duration.tsx';
import { Notice } from '../../../kit/state/notice.tsx';
import { RelativeTime } from '../../../kit/state/relative-time.tsx';
import { StatusBadge } from '../../../kit/state/status-badge.tsx';
import { TextLink } from '../../../kit/state/text-link.tsx';
import { useConfirm } from '../../../kit/state/use-confirm.tsx';
import { ProblemList } from '../parts/problem-list.tsx';
import { canUndo, changesText, type Run, triggers } from './run-words.ts';

/** One run: what it did, what it could not, and taking it back. */
export function RunDetails({ run }: { run: Run }) {
  const may = useMay();
  const { confirm, dialog } = useConfirm();
  const undo = useAction({
    act: () => client.repositories.undoRun({ id: run.repositoryId, runId: run.id }),
    changes: ['repositories', 'tasks', 'registry', 'conflicts'],
  });
  const ask = async () => {
    const sure = await confirm({
      title: 'Undo this run?',
      text: 'Each task that it changed goes back to the revision before, here only: the repository is not written, and the next sync does not bring the change again. Tasks that were edited since are left as they are.',
      confirmLabel: 'Undo the run',
    });
    if (sure) undo.mutate();
  };
  const push = run.direction === 'push';
  return (
    <Stack>
      <Group gap="xs">
        <StatusBadge status={run.status} />
        <Text size="sm">
          {push ? 'Push' : 'Sync'}, started by {run.startedBy} ({triggers[run.trigger].toLowerCase()}){' '}
          <RelativeTime time={run.startedAt} />, took <Duration ms={run.durationMs} />
        </Text>
      </Group>
      <Text>{changesText(run)}.</Text>
      {run.head && (
        <Group gap={6}>
          <Text size="sm">The repository stood at</Text>
          <Code>{run.head.slice(0, 12)}</Code>
          <CopyButton value={run.head} label="Copy the commit’s id" />
        </Group>
      )}
      {run.error && (
        <Notice tone="bad" title="Why it failed">
          {run.error}
        </Notice>
      )}
      {run.conflicts > 0 && (
        <TextLink href={`/conflicts?repository=${run.repositoryId}`}>Go to the repository’s conflicts</TextLink>
      )}
      {run.problems.length > 0 && <ProblemList problems={run.problems} label="Problems of the run" />}
      {undo.data && (
        <Notice tone="good" role="status" title="What was taken back">
          {undo.data.undone.length === 0 && <Text size="sm">Nothing: no task is as this run left it.</Text>}
          <List size="sm">
            {undo.data.undone.map(({ taskId, name, change, revision }) => (
              <List.Item key={taskId}>
                <TextLink href={`/tasks/${taskId}`}>{name}</TextLink>: {change}, now revision {revision}
              </List.Item>
            ))}
            {undo.data.skipped.map(({ taskId, name, reason }) => (
              <List.Item key={taskId}>
                <TextLink href={`/tasks/${taskId}`}>{name}</TextLink> was left as it is: {reason}
              </List.Item>
            ))}
          </List>
        </Notice>
      )}
      {canUndo(run) && !push && may('sync') && !undo.data && (
        <Group>
          <Button
            variant="default"
            leftSection={<IconArrowBackUp size={18} aria-hidden />}
            onClick={() => void ask()}
            loading={undo.isPending}
          >
            Undo this run
          </Button>
        </Group>
      )}
      {dialog}
    </Stack>
  );
}
