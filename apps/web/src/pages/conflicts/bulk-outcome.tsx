import { List, Text } from '@mantine/core';
import { Notice } from '../../kit/state/notice.tsx';
import { TextLink } from '../../kit/state/text-link.tsx';
import type { BulkResult } from './use-bulk-resolve.ts';

/** What came of deciding several conflicts together. */
export function BulkOutcome({ result, onClose }: { result: BulkResult; onClose: () => void }) {
  const { resolved, failed } = result;
  return (
    <Notice
      role="status"
      tone={failed.length > 0 ? 'attention' : 'good'}
      title={`${resolved.length} of ${resolved.length + failed.length} decided`}
      withCloseButton
      closeButtonLabel="Close this message"
      onClose={onClose}
    >
      <Text size="sm">What was left out stays on record with each conflict; it can be brought back there.</Text>
      {failed.length > 0 && (
        <List size="sm" mt="xs">
          {failed.map(({ conflict, message }) => (
            <List.Item key={conflict.id}>
              <TextLink href={`/conflicts/${conflict.id}`}>{conflict.repositoryPath}</TextLink>: {message}
            </List.Item>
          ))}
        </List>
      )}
    </Notice>
  );
}
