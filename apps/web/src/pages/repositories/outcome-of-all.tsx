import { List, Stack, Text } from '@mantine/core';
import type { Repository } from '@ratchet/contract/entities/repository';
import type { PushResult, SyncResult } from '@ratchet/contract/entities/sync';
import { Notice } from '../../kit/state/notice.tsx';
import { TextLink } from '../../kit/state/text-link.tsx';

interface Failure {
  readonly repositoryId: string;
  readonly code: string;
  readonly message: string;
}
export type OfAll =
  | { readonly kind: 'sync'; readonly results: readonly SyncResult[]; readonly failures: readonly Failure[] }
  | { readonly kind: 'push'; readonly results: readonly PushResult[]; readonly failures: readonly Failure[] };

interface OutcomeOfAllProps {
  readonly outcome: OfAll;
  readonly repositories: readonly Repository[];
  readonly onClose: () => void;
}

/** What a sync or a push of every repository did in each. */
export function OutcomeOfAll({ outcome, repositories, onClose }: OutcomeOfAllProps) {
  const name = (id: string) => repositories.find((one) => one.id === id)?.name ?? 'A repository';
  const lines = outcome.kind === 'sync' ? synced(outcome.results) : pushed(outcome.results);
  const troubled =
    outcome.failures.length > 0 ||
    (outcome.kind === 'sync'
      ? outcome.results.some(({ conflicts }) => conflicts.length > 0)
      : outcome.results.some(({ success }) => !success));
  return (
    <Notice
      role="status"
      tone={troubled ? 'attention' : 'good'}
      title={outcome.kind === 'sync' ? 'All repositories were synced' : 'What waited was pushed'}
      withCloseButton
      closeButtonLabel="Close this message"
      onClose={onClose}
    >
      <Stack gap="xs">
        {lines.length === 0 && outcome.failures.length === 0 && <Text size="sm">There was nothing to do.</Text>}
        <List size="sm">
          {lines.map(({ repositoryId, text, href }) => (
            <List.Item key={repositoryId}>
              <TextLink href={href ?? `/repositories/${repositoryId}`}>{name(repositoryId)}</TextLink>: {text}
            </List.Item>
          ))}
          {outcome.failures.map(({ repositoryId, code, message }) => (
            <List.Item key={repositoryId}>
              <TextLink href={`/repositories/${repositoryId}${code === 'GUARD_TRIPPED' ? '?tab=plan' : ''}`}>
                {name(repositoryId)}
              </TextLink>
              : {message}
            </List.Item>
          ))}
        </List>
      </Stack>
    </Notice>
  );
}

interface Line {
  readonly repositoryId: string;
  readonly text: string;
  readonly href?: string;
}

const synced = (results: readonly SyncResult[]): Line[] =>
  results.map(({ repositoryId, message, conflicts }) => ({
    repositoryId,
    text: message,
    ...(conflicts.length > 0 ? { href: `/conflicts?repository=${repositoryId}` } : {}),
  }));

function pushed(results: readonly PushResult[]): Line[] {
  return [...Map.groupBy(results, ({ repositoryId }) => repositoryId)].map(([repositoryId, of]) => {
    const failed = of.filter(({ success }) => !success);
    const said = failed.map(({ repositoryPath, error }) => `${repositoryPath}: ${error?.message ?? 'not pushed'}`);
    return {
      repositoryId,
      text: [`${of.length - failed.length} of ${of.length} pushed.`, ...said.slice(0, 5)].join(' '),
      href: `/repositories/${repositoryId}?tab=push`,
    };
  });
}
