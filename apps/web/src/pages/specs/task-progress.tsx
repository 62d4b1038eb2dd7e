import { Group, Progress, Text } from '@mantine/core';
import type { Spec } from '@ratchet/contract/entities/spec';

/** How many tasks of a change are done. */
export function TaskProgress({ of: { taskCounts, title } }: { readonly of: Pick<Spec, 'taskCounts' | 'title'> }) {
  const { total, done } = taskCounts;
  if (total === 0) return <Text size="sm">No tasks</Text>;
  return (
    <Group gap="xs" wrap="nowrap">
      <Progress
        value={(100 * done) / total}
        w={90}
        color={done === total ? 'teal' : undefined}
        aria-label={`Tasks done of ${title}`}
      />
      <Text size="sm" style={{ whiteSpace: 'nowrap' }}>
        {done} of {total}
      </Text>
    </Group>
  );
}
