import { Code, List, Skeleton, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { read } from '../../api/queries.ts';
import { ErrorPanel } from '../../kit/state/error-panel.tsx';
import { RelativeTime } from '../../kit/state/relative-time.tsx';

interface Props {
  /** Null: it is not stored yet. */
  readonly id: string | null;
  /** Stored as it stands in the form. */
  readonly current: boolean;
  readonly enabled: boolean;
}

/** When it runs next, as the server works it out: clocks that change are reckoned with. */
export function NextRuns({ id, current, enabled }: Props) {
  const asked = id !== null && current;
  const { data, error, refetch } = useQuery({
    ...read('schedules', 'preview', { id: id ?? '', count: 5 }),
    enabled: asked,
  });
  if (!asked)
    return (
      <Text size="sm" role="status">
        Save it, and the server shows here when it runs next.
      </Text>
    );
  if (error) return <ErrorPanel error={error} onRetry={() => void refetch()} />;
  return (
    <Stack gap={4} aria-live="polite">
      <Text size="sm" fw={600}>
        {enabled ? 'Next runs' : 'It is paused. When it is not, it runs next'}
      </Text>
      {data ? (
        <List size="sm" type="ordered">
          {data.runs.map(({ at, local }) => (
            <List.Item key={at}>
              <Code>{local}</Code> <RelativeTime time={at} />
            </List.Item>
          ))}
        </List>
      ) : (
        <Skeleton h={90} />
      )}
    </Stack>
  );
}
