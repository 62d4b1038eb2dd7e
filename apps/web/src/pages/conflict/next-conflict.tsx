import { Button } from '@mantine/core';
import type { Conflict } from '@ratchet/contract/entities/conflict';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { read } from '../../api/queries.ts';

/** The way to the next open conflict, those of the same repository first; nothing when there is none. */
export function NextConflict({ after, primary = false }: { after: Conflict; primary?: boolean }) {
  const open = useQuery(
    read('conflicts', 'list', { limit: 100, filters: [{ field: 'status', op: 'eq', value: 'open' }] }),
  );
  const others = (open.data?.items ?? []).filter(({ id }) => id !== after.id);
  const later = others.filter(({ createdAt }) => createdAt >= after.createdAt);
  const near = (list: Conflict[]) => list.find(({ repositoryId }) => repositoryId === after.repositoryId);
  const next = near(later) ?? near(others) ?? later[0] ?? others[0];
  if (!next) return null;
  return (
    <Button component={Link} to={`/conflicts/${next.id}`} variant={primary ? 'filled' : 'default'} maw={340}>
      Next conflict: {next.repositoryPath}
    </Button>
  );
}
