import { Anchor, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { read } from '../../../api/queries.ts';

/** The way to the conflict at a path, where one is on record already. */
export function OpenConflictOf({ repositoryId, path }: { repositoryId: string; path: string }) {
  const found = useQuery(
    read('conflicts', 'list', {
      limit: 1,
      filters: [
        { field: 'repositoryId', op: 'eq', value: repositoryId },
        { field: 'repositoryPath', op: 'eq', value: path },
        { field: 'status', op: 'eq', value: 'open' },
      ],
    }),
  );
  const conflict = found.data?.items[0];
  if (!conflict) return <Text size="sm">A sync puts it on record; then it can be decided under Conflicts.</Text>;
  return (
    <Anchor component={Link} to={`/conflicts/${conflict.id}`} size="sm" underline="always">
      Decide the conflict
    </Anchor>
  );
}
