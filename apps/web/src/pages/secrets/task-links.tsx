import { useQuery } from '@tanstack/react-query';
import { read } from '../../api/queries.ts';
import { KitLink } from '../../kit/state/kit-link.tsx';

const shown = 3;

/** Tasks by their names, each a link. */
export function TaskLinks({ ids }: { ids: readonly string[] }) {
  const wanted = ids.slice(0, shown);
  const { data } = useQuery({
    ...read('tasks', 'list', { limit: shown, filters: [{ field: 'id', op: 'eq', value: wanted }] }),
    enabled: wanted.length > 0,
    staleTime: 60_000,
  });
  if (ids.length === 0) return <span>no task</span>;
  return (
    <span>
      {wanted.map((id, index) => (
        <span key={id}>
          {index > 0 && ', '}
          <KitLink href={`/tasks/${id}`}>{data?.items.find((task) => task.id === id)?.name ?? 'a task'}</KitLink>
        </span>
      ))}
      {ids.length > shown && ` and ${ids.length - shown} more`}
    </span>
  );
}
