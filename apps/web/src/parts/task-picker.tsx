import { Select } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { read } from '../api/queries.ts';

interface Props {
  readonly value: string | null;
  readonly onChange: (taskId: string | null) => void;
  readonly label?: string;
  readonly placeholder?: string;
  readonly required?: boolean;
  readonly clearable?: boolean;
  readonly error?: string | undefined;
  readonly description?: string;
  readonly disabled?: boolean;
  readonly name?: string;
  readonly maw?: number;
  /** Beside the filters of a list: as wide as they are. */
  readonly filter?: boolean;
}

/** Finds a task by its name; its value is the task's id. */
export function TaskPicker({
  value,
  onChange,
  label = 'Task',
  placeholder = 'Any',
  maw,
  filter = false,
  ...rest
}: Props) {
  const [search, setSearch] = useState('');
  const [q] = useDebouncedValue(search.trim(), 200);
  const chosen = useQuery({
    ...read('tasks', 'get', { id: value ?? '' }),
    enabled: value !== null && value !== '',
    retry: false,
  });
  // The field holds the chosen one's name, for which nobody searches.
  const wanted = q === '' || q === chosen.data?.name ? {} : { q };
  const found = useQuery(read('tasks', 'list', { limit: 30, page: 1, ...wanted }));
  const options = new Map(found.data?.items.map(({ id, name }) => [id, name]));
  if (value)
    options.set(value, chosen.data?.name ?? options.get(value) ?? (chosen.isError ? 'A task that is gone' : 'Loading'));
  return (
    <Select
      {...rest}
      label={label}
      placeholder={placeholder}
      size="sm"
      maw={maw}
      {...(filter ? { w: { base: '100%', xs: '12rem' } } : {})}
      data={[...options].map(([id, name]) => ({ value: id, label: name }))}
      value={value === '' ? null : value}
      onChange={onChange}
      searchable
      searchValue={search}
      onSearchChange={setSearch}
      // The server has searched, in more than the name.
      filter={({ options: all }) => all}
      nothingFoundMessage={found.isFetching ? 'Searching' : 'No task of this name'}
      clearButtonProps={{ 'aria-label': `Clear ${label}` }}
      comboboxProps={{ withinPortal: true }}
    />
  );
}
