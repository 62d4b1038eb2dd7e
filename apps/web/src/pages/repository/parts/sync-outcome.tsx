import { Anchor, Button, Group, List, Stack, Text } from '@mantine/core';
import type { SyncResult } from '@ratchet/contract/entities/sync';
import { Link } from '@tanstack/react-router';
import { ErrorPanel } from '../../../kit/state/error-panel.tsx';
import { Notice } from '../../../kit/state/notice.tsx';
import { planIn } from '../plan/plan-query.ts';
import { ProblemList } from './problem-list.tsx';

interface SyncOutcomeProps {
  readonly result: SyncResult | null;
  readonly error: Error | null;
  readonly onClose: () => void;
  readonly onPlan: () => void;
  readonly onRetry: () => void;
}

/** What a sync did, or what held it back. */
export function SyncOutcome({ result, error, onClose, onPlan, onRetry }: SyncOutcomeProps) {
  if (error) {
    if (!planIn(error)) return <ErrorPanel error={error} onRetry={onRetry} />;
    return (
      <Notice tone="attention" role="alert" title="Held back by a guard">
        <Stack gap="sm" align="flex-start">
          <Text size="sm">{error.message}</Text>
          <Text size="sm">
            Nothing was written. Look at what it would do; if that is right, let exactly that plan through.
          </Text>
          <Button size="xs" onClick={onPlan}>
            Look at the plan
          </Button>
        </Stack>
      </Notice>
    );
  }
  if (!result) return null;
  const { conflicts, problems } = result;
  const troubled = conflicts.length > 0 || problems.some(({ severity }) => severity === 'error');
  return (
    <Notice
      tone={troubled ? 'attention' : 'good'}
      role="status"
      title="Synced"
      withCloseButton
      closeButtonLabel="Close this message"
      onClose={onClose}
    >
      <Stack gap="xs">
        <Text size="sm">{result.message}</Text>
        {conflicts.length > 0 && (
          <>
            <Text size="sm">
              {conflicts.length === 1 ? 'One task was' : `${conflicts.length} tasks were`} changed on both sides.
              Neither side is written until you decide:
            </Text>
            <List size="sm">
              {conflicts.slice(0, 10).map(({ id, repositoryPath }) => (
                <List.Item key={id}>
                  <Anchor component={Link} to={`/conflicts/${id}`} inherit underline="always">
                    {repositoryPath}
                  </Anchor>
                </List.Item>
              ))}
            </List>
          </>
        )}
        {problems.length > 0 && <ProblemList problems={problems.slice(0, 20)} label="Problems of the sync" />}
        {result.pendingPush > 0 && (
          <Group>
            <Anchor
              component={Link}
              {...({ to: `/repositories/${result.repositoryId}`, search: { tab: 'push' } } as object)}
              size="sm"
              underline="always"
            >
              See the {result.pendingPush} to push
            </Anchor>
          </Group>
        )}
      </Stack>
    </Notice>
  );
}
