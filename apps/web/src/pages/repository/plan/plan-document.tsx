import { Accordion, Anchor, Code, Group, List, Stack, Text } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { StatusBadge } from '../../../kit/state/status-badge.tsx';
import { PendingChanges } from '../parts/pending-changes.tsx';
import { OpenConflictOf } from './open-conflict-of.tsx';
import { type Action, sentenceOf } from './plan-words.ts';

interface PlanDocumentProps {
  readonly action: Action;
  readonly repositoryId: string;
  /** Its details are read when it is opened. */
  readonly opened: boolean;
}

/** What a plan would do to one document; opened, file by file. */
export function PlanDocument({ action, repositoryId, opened }: PlanDocumentProps) {
  const { path, taskId, files } = action;
  const word = action.action === 'merge' ? 'merged' : action.action === 'conflict' ? 'conflict' : action.change;
  const text = { merge: 'Merged', detach: 'Detached', move: 'Moved' }[action.action as string];
  return (
    <Accordion.Item value={path}>
      <Accordion.Control>
        <Group gap="xs" wrap="wrap">
          <StatusBadge status={word} {...(text === undefined ? {} : { text })} />
          <Text size="sm" fw={600} style={{ overflowWrap: 'anywhere' }}>
            {path}
          </Text>
          {files.length > 0 && (
            <Text size="sm" c="dimmed">
              {files.length === 1 ? '1 file' : `${files.length} files`}
            </Text>
          )}
        </Group>
      </Accordion.Control>
      <Accordion.Panel>
        {opened && (
          <Stack gap="sm">
            <Text size="sm">{sentenceOf(action)}</Text>
            {action.action === 'conflict' && <OpenConflictOf repositoryId={repositoryId} path={path} />}
            {(action.action === 'push' || action.action === 'merge') && taskId !== null ? (
              <PendingChanges taskId={taskId} />
            ) : (
              files.length > 0 && (
                <>
                  <Text size="sm">
                    Files that differ. Their text comes with the sync, which can be undone under Runs:
                  </Text>
                  <List size="sm">
                    {files.map((file) => (
                      <List.Item key={file}>
                        <Code>{file}</Code>
                      </List.Item>
                    ))}
                  </List>
                </>
              )
            )}
            {taskId !== null && (
              <Anchor component={Link} to={`/tasks/${taskId}`} size="sm" underline="always">
                Open the task
              </Anchor>
            )}
          </Stack>
        )}
      </Accordion.Panel>
    </Accordion.Item>
  );
}
