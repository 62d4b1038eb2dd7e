import { Anchor, Code, Group, List, Stack, Text } from '@mantine/core';
import type { Repository } from '@ratchet/contract/entities/repository';
import { awaitsApproval, type PushResult } from '@ratchet/contract/entities/sync';
import { CopyButton } from '../../../kit/state/copy-button.tsx';
import { Notice } from '../../../kit/state/notice.tsx';
import { TextLink } from '../../../kit/state/text-link.tsx';
import { commitUrl } from './commit-url.ts';

interface PushOutcomeProps {
  readonly repository: Repository;
  readonly results: readonly PushResult[];
  readonly onClose: () => void;
}

/** What a push did with each task: the commit it is in, the pull request, or why it did not go out. */
export function PushOutcome({ repository, results, onClose }: PushOutcomeProps) {
  const out = results.filter(({ success }) => success);
  const waiting = results.filter(awaitsApproval);
  const failed = results.filter((result) => !result.success && !awaitsApproval(result));
  const commits = [...new Set(out.flatMap(({ commitHash }) => (commitHash ? [commitHash] : [])))];
  const requests = [...new Set(results.flatMap(({ pullRequestUrl }) => (pullRequestUrl ? [pullRequestUrl] : [])))];
  return (
    <Notice
      role="status"
      tone={failed.length > 0 ? 'bad' : waiting.length > 0 ? 'attention' : 'good'}
      title={titleOf(out.length, waiting.length, failed.length)}
      withCloseButton
      closeButtonLabel="Close this message"
      onClose={onClose}
    >
      <Stack gap="xs">
        {commits.map((commit) => {
          const href = commitUrl(repository, commit);
          return (
            <Group key={commit} gap={6}>
              <Text size="sm">Commit</Text>
              {href ? (
                <Anchor href={href} target="_blank" rel="noreferrer" size="sm" underline="always">
                  {commit.slice(0, 12)} (opens another site)
                </Anchor>
              ) : (
                <Code>{commit.slice(0, 12)}</Code>
              )}
              <CopyButton value={commit} label="Copy the commit’s id" />
            </Group>
          );
        })}
        {requests.map((url) => (
          <Anchor key={url} href={url} target="_blank" rel="noreferrer" size="sm" underline="always">
            Pull request {url} (opens another site)
          </Anchor>
        ))}
        {waiting.length > 0 && (
          <Text size="sm">
            Nothing has left yet: someone who manages the repository approves it under “Waiting for approval” below.
          </Text>
        )}
        {failed.length > 0 && (
          <List size="sm" aria-label="What did not go out">
            {failed.map(({ repositoryPath, error }) => (
              <List.Item key={repositoryPath}>
                <Code>{repositoryPath}</Code> {error?.message}{' '}
                {error?.code === 'SYNC_CONFLICT' && (
                  <TextLink href={`/conflicts?repository=${repository.id}`}>Go to its conflicts</TextLink>
                )}
              </List.Item>
            ))}
          </List>
        )}
      </Stack>
    </Notice>
  );
}

function titleOf(out: number, waiting: number, failed: number): string {
  const tasks = (count: number) => (count === 1 ? '1 task' : `${count} tasks`);
  const parts = [
    ...(out > 0 ? [`${tasks(out)} pushed`] : []),
    ...(waiting > 0 ? [`${tasks(waiting)} waiting for approval`] : []),
    ...(failed > 0 ? [`${tasks(failed)} not pushed`] : []),
  ];
  return parts.length === 0 ? 'There was nothing to push' : parts.join(', ');
}
