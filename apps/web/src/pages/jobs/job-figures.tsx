import { SimpleGrid, Skeleton } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { read } from '../../api/queries.ts';
import { StatTile } from '../../kit/chart/stat-tile.tsx';
import { ErrorPanel } from '../../kit/state/error-panel.tsx';
import { countText, durationText } from '../../kit/state/times.ts';

/** How many jobs stand where; each figure leads to its jobs. */
export function JobFigures() {
  const stats = useQuery({ ...read('jobs', 'stats', {}), refetchInterval: 5000 });
  if (stats.error && !stats.data) return <ErrorPanel error={stats.error} onRetry={() => void stats.refetch()} />;
  if (!stats.data) return <Skeleton height={84} />;
  const { byStatus, oldestQueuedAt } = stats.data;
  const tile = (label: string, status: string) => (
    <StatTile label={label} value={countText(byStatus[status] ?? 0)} href={`/jobs?status=${status}`} />
  );
  return (
    <SimpleGrid cols={{ base: 2, sm: 3, lg: 6 }} spacing="sm">
      {tile('Queued', 'queued')}
      {tile('Processing', 'processing')}
      {tile('Retrying', 'retrying')}
      {tile('Failed', 'failed')}
      {tile('Completed', 'completed')}
      <StatTile
        label="Oldest in the queue"
        value={oldestQueuedAt === null ? 'None' : durationText(Math.max(0, Date.now() - Date.parse(oldestQueuedAt)))}
      />
    </SimpleGrid>
  );
}
