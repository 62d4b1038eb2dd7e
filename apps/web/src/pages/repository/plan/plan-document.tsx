import { Accordion, Anchor, Group, Stack, Text } from '@mantine/core';
import type { SyncPlan } from '@ratchet/contract/entities/sync';
import { Link } from '@tanstack/react-router';
import { StatusBadge } from '../../../kit/state/status-badge.tsx';
import { OpenConflictOf } from './open-conflict-of.tsx';
import { PlanFiles } from './plan-files.tsx';
import { type Action, sentenceOf } from './plan-words.ts';

interface PlanDocumentProps {
  readonly action: Action;
  readonly repositoryId: string;
  readonly planId: string;
  readonly onStale: (plan: SyncPlan) => void;
  /** Its details are read when it is opened. */
  readonly opened: boolean;
}

/** What a plan would do to one document; opened, file by file. */
export function PlanDocument({ action, repositoryId, planId, onStale, opened }: PlanDocumentProps) {
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
            {files.length > 0 && (
              <PlanFiles repositoryId={repositoryId} planId={planId} action={action} onStale={onStale} />
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
