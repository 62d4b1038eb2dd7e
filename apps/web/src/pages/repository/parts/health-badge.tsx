import { Skeleton } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { read } from '../../../api/queries.ts';
import { StatusBadge } from '../../../kit/state/status-badge.tsx';

/** How well one repository keeps in step. */
export function HealthBadge({ repositoryId }: { repositoryId: string }) {
  const { data, isPending } = useQuery({
    ...read('repositories', 'health', { id: repositoryId }),
    staleTime: 30_000,
  });
  if (isPending) return <Skeleton height={20} width={80} />;
  if (!data) return <StatusBadge status="unknown" />;
  return <StatusBadge status={data.status} text={data.status === 'unknown' ? 'Not synced yet' : undefined} />;
}
