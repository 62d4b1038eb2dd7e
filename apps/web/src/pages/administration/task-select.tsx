import { Select } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { read } from '../../api/queries.ts';

interface Props {
  readonly label: string;
  readonly value: string | null;
  readonly onChange: (id: string | null) => void;
  readonly error?: string | undefined;
  readonly description?: string;
  readonly required?: boolean;
  readonly disabled?: boolean;
  readonly name?: string;
}

/** A task by its name, looked for by the server. */
export function TaskSelect({ value, onChange, ...rest }: Props) {
  const [search, setSearch] = useState('');
  const chosen = useQuery({ ...read('tasks', 'get', { id: value ?? '' }), enabled: value !== null, retry: false });
  const name = chosen.data?.name;
  const [q] = useDebouncedValue(search === name ? '' : search.trim(), 200);
  const found = useQuery(read('tasks', 'list', { limit: 50, ...(q ? { q } : {}) }));
  const data = (found.data?.items ?? []).map((task) => ({ value: task.id, label: task.name }));
  if (value !== null && !data.some((option) => option.value === value))
    data.unshift({ value, label: name ?? (chosen.isError ? 'A task that is gone' : 'Loading') });
  return (
    <Select
      {...rest}
      data={data}
      value={value}
      onChange={onChange}
      searchable
      searchValue={search}
      onSearchChange={setSearch}
      filter={({ options }) => options}
      nothingFoundMessage={found.isPending ? 'Looking' : 'No task of this name'}
      placeholder="Type a part of its name"
      maxDropdownHeight={280}
    />
  );
}
