import { Group, Skeleton, Stack, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { read } from '../../../api/queries.ts';
import { DiffView, languageOf } from '../../../kit/editor/index.tsx';
import { ErrorPanel } from '../../../kit/state/error-panel.tsx';
import { StatusBadge } from '../../../kit/state/status-badge.tsx';
import { useTask } from '../task-context.ts';
import { type Side, useTwoTexts } from './revision-text.ts';

interface ComparisonProps {
  readonly from: Side;
  readonly to: number;
  readonly fromLabel: string;
  readonly toLabel: string;
  /** What is said where the two are the same. */
  readonly same?: string;
}

/** How two states of a task differ, file by file, side by side. */
export function Comparison({ from, to, fromLabel, toLabel, same = 'The two are the same.' }: ComparisonProps) {
  const { task } = useTask();
  const input = from === 'repository' ? { id: task.id, pending: true } : { id: task.id, from, to };
  const { data, error, refetch } = useQuery(read('tasks', 'diff', input));
  if (error) return <ErrorPanel error={error} onRetry={() => void refetch()} />;
  if (!data) return <Skeleton height={200} />;
  if (data.files.length === 0) return <Text role="status">{same}</Text>;
  return (
    <Stack>
      {data.files.map(({ path, change }) => (
        <section key={path} aria-label={path}>
          <Group gap="xs" mb={4}>
            <Title order={3} size="h5" ff="monospace" style={{ overflowWrap: 'anywhere' }}>
              {path}
            </Title>
            <StatusBadge status={change} />
          </Group>
          <FileComparison path={path} from={from} to={to} fromLabel={fromLabel} toLabel={toLabel} />
        </section>
      ))}
    </Stack>
  );
}

function FileComparison({ path, from, to, fromLabel, toLabel }: ComparisonProps & { readonly path: string }) {
  const { task } = useTask();
  const { data, error, refetch } = useTwoTexts(task, path, from, to);
  if (error) return <ErrorPanel error={error} onRetry={() => void refetch()} />;
  if (!data) return <Skeleton height={160} />;
  const { before, after } = data;
  if ('binary' in before || 'binary' in after)
    return <Text c="dimmed">It is not text, or too large: its lines are not shown.</Text>;
  return (
    <DiffView
      before={before.text}
      after={after.text}
      beforeLabel={fromLabel}
      afterLabel={toLabel}
      language={languageOf(path)}
      collapseUnchanged
      maxHeight={520}
    />
  );
}
