import { Progress as Bar, Group, Stack, Text } from '@mantine/core';
import type { Progress } from '@ratchet/contract/dispatcher';

/** How far something long is; before it has said so, that it began. */
export function RunProgress({ title, progress }: { title: string; progress: Progress | null }) {
  const known = progress !== null && progress.total > 0;
  const share = known ? Math.min(100, (progress.done / progress.total) * 100) : 100;
  return (
    <Stack gap={6}>
      <Group justify="space-between" gap="xs">
        <Text size="sm" fw={600}>
          {title}
        </Text>
        <Text size="sm" role="status">
          {progress === null
            ? 'Started'
            : known
              ? `${progress.stage}: ${progress.done.toLocaleString('en')} of ${progress.total.toLocaleString('en')}`
              : progress.stage}
        </Text>
      </Group>
      <Bar.Root size="md">
        <Bar.Section value={share} animated={!known} striped={!known} aria-label={title} />
      </Bar.Root>
    </Stack>
  );
}
