import { MultiSelect } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { read } from '../../api/queries.ts';

interface Props {
  readonly value: readonly string[];
  readonly onChange: (ids: string[]) => void;
  readonly error?: string | undefined;
}

/** Tasks by their names, looked for by the server. */
export function TasksField({ value, onChange, error }: Props) {
  const [search, setSearch] = useState('');
  const [q] = useDebouncedValue(search.trim(), 200);
  const chosen = useQuery({
    ...read('tasks', 'list', { limit: 1000, filters: [{ field: 'id', op: 'eq', value: [...value] }] }),
    enabled: value.length > 0,
    staleTime: 60_000,
  });
  const found = useQuery(read('tasks', 'list', { limit: 50, ...(q ? { q } : {}) }));
  const names = new Map(
    [...(chosen.data?.items ?? []), ...(found.data?.items ?? [])].map(({ id, name }) => [id, name]),
  );
  for (const id of value) if (!names.has(id)) names.set(id, chosen.isSuccess ? 'A task that is gone' : 'Loading');
  return (
    <MultiSelect
      label="Granted to"
      description="Only these tasks can read it"
      data={[...names].map(([id, label]) => ({ value: id, label }))}
      value={[...value]}
      onChange={onChange}
      error={error}
      searchable
      searchValue={search}
      onSearchChange={setSearch}
      filter={({ options }) => options}
      placeholder={value.length > 0 ? undefined : 'Type a part of a task’s name'}
      nothingFoundMessage={found.isPending ? 'Looking' : 'No task of this name'}
      maxDropdownHeight={240}
    />
  );
}
