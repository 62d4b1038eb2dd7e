import { useQuery } from '@tanstack/react-query';
import { read } from '../../api/queries.ts';

/** Repositories as choices, and their names by id. */
export function useRepositories(enabled = true) {
  const { data } = useQuery({ ...read('repositories', 'list', { limit: 1000 }), enabled, staleTime: 60_000 });
  const items = data?.items ?? [];
  const names = new Map(items.map(({ id, name }) => [id, name]));
  return {
    choices: items.map(({ id, name }) => ({ value: id, label: name })),
    nameOf: (id: string | null): string =>
      id === null ? 'every repository' : (names.get(id) ?? 'a repository that is gone'),
  };
}
