import { Text } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { matchesPattern } from '@ratchet/contract/access';
import { useQuery } from '@tanstack/react-query';
import { read } from '../../api/queries.ts';

interface Props {
  readonly patterns: readonly string[];
  /** Only tasks of these repositories; null: of any. */
  readonly repositoryIds: readonly string[] | null;
}

const looked = 1000;

/** Which tasks there are now that patterns fit. */
export function PatternHelp({ patterns, repositoryIds }: Props) {
  const [text] = useDebouncedValue(patterns.join('\n'), 250);
  const tasks = useQuery({ ...read('tasks', 'list', { limit: looked }), staleTime: 30_000 });
  if (!tasks.data) return null;
  const wanted = text.split('\n').filter(Boolean);
  const among = tasks.data.items.filter(
    ({ repositoryInfo }) => repositoryIds === null || repositoryIds.includes(repositoryInfo?.repositoryId ?? ''),
  );
  const fits = among.filter(
    ({ name }) => wanted.length === 0 || wanted.some((pattern) => matchesPattern(pattern, name)),
  );
  const more = tasks.data.meta.total > looked ? ` of the first ${looked} tasks` : ` of ${among.length} tasks there now`;
  const names = fits.slice(0, 5).map(({ name }) => name);
  return (
    <Text size="sm" role="status">
      Fits {fits.length}
      {more}
      {names.length > 0 && `: ${names.join(', ')}${fits.length > names.length ? ' …' : ''}`}.
    </Text>
  );
}
