import { Anchor, Button, Group, Stack, Text, Title } from '@mantine/core';
import type { Conflict } from '@ratchet/contract/entities/conflict';
import { IconArrowBackUp, IconUpload } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { useEffect, useRef } from 'react';
import { client } from '../../api/client.ts';
import { useAction } from '../../api/use-action.ts';
import { useMay } from '../../api/use-identity.ts';
import { Notice } from '../../kit/state/notice.tsx';
import { RelativeTime } from '../../kit/state/relative-time.tsx';
import { TextLink } from '../../kit/state/text-link.tsx';
import { useConfirm } from '../../kit/state/use-confirm.tsx';
import { resolutionNames } from './conflict-words.ts';
import { FileSides } from './file-sides.tsx';
import { NextConflict } from './next-conflict.tsx';
import { TestReport } from './test-report.tsx';
import { undoResolution } from './undo-resolution.ts';

interface ResolvedConflictProps {
  readonly conflict: Conflict;
  /** It was resolved on this page just now. */
  readonly justNow: boolean;
  readonly runTests: boolean;
}

/** A conflict that was decided: by whom and how, what both sides were, and taking it back. */
export function ResolvedConflict({ conflict, justNow, runTests }: ResolvedConflictProps) {
  const { taskId, repositoryId, repositoryPath, documentKind, documentId } = conflict;
  const may = useMay();
  const { confirm, dialog } = useConfirm();
  const panel = useRef<HTMLDivElement>(null);
  const test = useAction({
    act: () => client.tasks.test({ id: taskId ?? '' }),
    changes: ['executions'],
    onFailed: () => true,
  });
  const push = useAction({
    act: () => client.tasks.push({ id: taskId ?? '' }),
    changes: ['tasks', 'repositories', 'registry', 'pullRequests', 'pushes'],
    done: ({ success, error }) => (success ? 'Pushed' : (error?.message ?? 'It was not pushed')),
  });
  const undo = useAction({
    act: () => undoResolution(conflict),
    changes: ['tasks', 'conflicts', 'repositories', 'registry'],
    done: (revision) => `What was here is back, as revision ${revision}`,
  });
  const { mutate: runThem } = test;
  const begun = useRef(false);
  useEffect(() => {
    if (!justNow || begun.current) return;
    begun.current = true;
    panel.current?.focus();
    if (runTests && taskId !== null) runThem();
  }, [justNow, runTests, taskId, runThem]);
  const takeBack = async () => {
    const sure = await confirm({
      title: `Bring back what was here of ${repositoryPath}?`,
      text: 'The task becomes again what it was here before the conflict was resolved, as a new revision. The repository is not written; a push would carry it there.',
      confirmLabel: 'Bring it back',
    });
    if (sure) undo.mutate();
  };
  const superseded = conflict.status === 'superseded';
  return (
    <Stack>
      <Notice
        ref={panel}
        tabIndex={-1}
        tone={superseded ? 'neutral' : 'good'}
        role="status"
        title={superseded ? 'There is nothing to decide any more' : 'It is decided'}
      >
        <Stack gap="sm" align="flex-start">
          <Text size="sm">
            {superseded ? (
              <>
                The two sides came together by themselves, or another conflict took its place,{' '}
                <RelativeTime time={conflict.resolvedAt} missing="since" />.
              </>
            ) : (
              <>
                {conflict.resolvedBy ?? 'Someone'} {resolutionNames[conflict.resolution ?? ''] ?? 'decided it'},{' '}
                <RelativeTime time={conflict.resolvedAt} />. What was left out is on record below and in the history.
              </>
            )}
          </Text>
          <Group gap="xs">
            <NextConflict after={conflict} primary />
            {justNow && taskId !== null && may('push') && (
              <Button
                variant="default"
                leftSection={<IconUpload size={18} aria-hidden />}
                onClick={() => push.mutate()}
                loading={push.isPending}
              >
                Push it
              </Button>
            )}
            {!superseded && taskId !== null && may('edit') && (
              <Button
                variant="default"
                leftSection={<IconArrowBackUp size={18} aria-hidden />}
                onClick={() => void takeBack()}
                loading={undo.isPending}
              >
                Bring back what was here
              </Button>
            )}
            {taskId !== null && <TextLink href={`/tasks/${taskId}?tab=history`}>History of the task</TextLink>}
            {documentKind === 'task' ? (
              <Anchor
                component={Link}
                {...({ to: `/repositories/${repositoryId}`, search: { tab: 'push' } } as object)}
                underline="always"
                size="sm"
              >
                What waits to be pushed
              </Anchor>
            ) : (
              <TextLink href={`/specs/${documentId}?tab=history`}>History of the change</TextLink>
            )}
          </Group>
        </Stack>
      </Notice>
      <TestReport report={test.data} error={test.error} running={test.isPending} />
      {conflict.files.map((file) => (
        <section key={file.path} aria-label={file.path}>
          <Title order={2} size="h4" mb="xs" style={{ overflowWrap: 'anywhere' }}>
            {file.path}
          </Title>
          <FileSides file={file} />
        </section>
      ))}
      {dialog}
    </Stack>
  );
}
