import { useDebouncedValue } from '@mantine/hooks';
import { Spotlight, type SpotlightActionGroupData, spotlight } from '@mantine/spotlight';
import { IconSearch } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { read } from '../api/queries.ts';
import { useEverywhere, useMay } from '../api/use-identity.ts';
import { isOffered, nav } from './nav.ts';

export const openPalette = (): void => spotlight.open();

/** Pages, tasks, repositories and schedules by name. */
export function CommandPalette() {
  const navigate = useNavigate();
  const may = useMay();
  const everywhere = useEverywhere();
  const [query, setQuery] = useState('');
  const [q] = useDebouncedValue(query.trim(), 150);
  const search = { q, limit: 6, page: 1 } as const;
  const enabled = q.length > 1;
  const tasks = useQuery({ ...read('tasks', 'list', search), enabled });
  const repositories = useQuery({ ...read('repositories', 'list', search), enabled });
  const schedules = useQuery({ ...read('schedules', 'list', search), enabled });
  const found = <T extends { id: string; name: string }>(
    group: string,
    items: readonly T[] | undefined,
    to: (item: T) => string,
  ): SpotlightActionGroupData[] =>
    enabled && items && items.length > 0
      ? [
          {
            group,
            actions: items.map((item) => ({
              id: `${group}:${item.id}`,
              label: item.name,
              // The server has searched already, in more than the name.
              keywords: q,
              onClick: () => void navigate({ to: to(item) }),
            })),
          },
        ]
      : [];
  const actions: SpotlightActionGroupData[] = [
    ...nav.map(({ label, items }) => ({
      group: label,
      actions: items
        .filter((item) => isOffered(item, may, everywhere))
        .map(({ to, label: page, icon: Icon, keys }) => ({
          id: to,
          label: page,
          description: `Keys: ${keys}`,
          leftSection: <Icon size={18} aria-hidden />,
          onClick: () => void navigate({ to }),
        })),
    })),
    ...found('Tasks', tasks.data?.items, ({ id }) => `/tasks/${id}`),
    ...found('Repositories', repositories.data?.items, ({ id }) => `/repositories/${id}`),
    ...found('Schedules', schedules.data?.items, ({ id }) => `/schedules/${id}`),
  ];
  return (
    <Spotlight
      actions={actions}
      query={query}
      onQueryChange={setQuery}
      shortcut={null}
      highlightQuery
      scrollable
      maxHeight={420}
      nothingFound="Nothing of this name"
      searchProps={{
        leftSection: <IconSearch size={18} aria-hidden />,
        placeholder: 'A page, a task, a repository …',
        'aria-label': 'Search for a page, a task, a repository or a schedule',
      }}
    />
  );
}
