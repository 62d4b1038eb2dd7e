import { Group, Skeleton, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { read } from '../../../api/queries.ts';
import { ErrorPanel } from '../../../kit/state/error-panel.tsx';
import { StatusBadge } from '../../../kit/state/status-badge.tsx';
import { UnifiedDiff } from './unified-diff.tsx';

/** What of a task is here and not in its repository, file by file. */
export function PendingChanges({ taskId }: { taskId: string }) {
  const diff = useQuery(read('tasks', 'diff', { id: taskId, pending: true }));
  if (diff.isPending) return <Skeleton height={120} />;
  if (diff.error) return <ErrorPanel error={diff.error} onRetry={() => void diff.refetch()} />;
  if (diff.data.files.length === 0) return <Text size="sm">Nothing differs from what its repository holds.</Text>;
  return (
    <Stack gap="md">
      {diff.data.files.map((file) => (
        <Stack key={file.path} gap={6}>
          <Group gap="xs">
            <Text size="sm" fw={600} style={{ overflowWrap: 'anywhere' }}>
              {file.path}
            </Text>
            <StatusBadge status={file.change} />
          </Group>
          <UnifiedDiff {...file} />
        </Stack>
      ))}
    </Stack>
  );
}
