import { SimpleGrid, Skeleton } from '@mantine/core';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { read } from '../../api/queries.ts';
import { StatTile } from '../../kit/chart/stat-tile.tsx';
import { ErrorPanel } from '../../kit/state/error-panel.tsx';
import { countText, durationText } from '../../kit/state/times.ts';
import { sinceOf } from '../runs/time-range.ts';

const percent = (share: number | null): string =>
  share === null ? '–' : `${(share * 100).toFixed(share < 0.995 ? 1 : 0)} %`;
const ms = (duration: number | null): string => (duration === null ? '–' : durationText(duration));

/** What the executions of a stretch of time come to, of all tasks or of one. */
export function ExecutionFigures({ taskId, when }: { taskId: string; when: string }) {
  const from = sinceOf(when || '24h');
  const stats = useQuery({
    ...read('executions', 'stats', { ...(taskId ? { taskId } : {}), ...(from ? { from } : {}) }),
    refetchInterval: 10_000,
    placeholderData: keepPreviousData,
  });
  if (stats.error && !stats.data) return <ErrorPanel error={stats.error} onRetry={() => void stats.refetch()} />;
  const { data } = stats;
  if (!data) return <Skeleton height={92} />;
  const { byStatus } = data;
  const failed = (byStatus.failed ?? 0) + (byStatus.timed_out ?? 0);
  return (
    <SimpleGrid cols={{ base: 2, sm: 3, lg: 6 }} spacing="sm">
      <StatTile label="Executions" value={countText(data.total)} />
      <StatTile label="Running now" value={countText(byStatus.running ?? 0)} />
      <StatTile label="Failed" value={countText(failed)} />
      <StatTile label="Success rate" value={percent(data.successRate)} />
      <StatTile label="Median duration" value={ms(data.p50DurationMs)} />
      <StatTile label="95th percentile" value={ms(data.p95DurationMs)} />
    </SimpleGrid>
  );
}
