import { Button, Group, MultiSelect, Pill, Select, TextInput } from '@mantine/core';
import { IconSearch } from '@tabler/icons-react';
import { type ReactNode, useEffect, useRef, useState } from 'react';
import {
  activeChips,
  clearFilters,
  type Filter,
  type FilterValues,
  readList,
  withFilter,
  withoutChip,
  writeList,
} from './filter-values.ts';
import '../state/palette.css';
import classes from './table.module.css';

export type { Filter, FilterValues } from './filter-values.ts';

export interface FilterBarProps {
  filters?: readonly Filter[];
  values: FilterValues;
  /** The whole of the values with the change. */
  onChange: (values: FilterValues) => void;
  /** Text search; null leaves it out. */
  search?: { key?: string; label: string; placeholder?: string } | null;
  /** Buttons at the end of the bar. */
  children?: ReactNode;
}

/** Search and filters over a list, and chips of what is set. `/` goes to the search. */
export function FilterBar({ filters = [], values, onChange, search = null, children }: FilterBarProps) {
  const searchKey = search === null ? undefined : (search.key ?? 'q');
  const chips = activeChips(filters, values);
  const set = (key: string, value: string | undefined) => onChange(withFilter(values, key, value));
  const bar = useRef<HTMLElement>(null);
  const focusBar = () => bar.current?.querySelector<HTMLElement>('input')?.focus();
  return (
    <search ref={bar}>
      <div className={classes.filters}>
        {search !== null && searchKey !== undefined && (
          <SearchField
            label={search.label}
            placeholder={search.placeholder}
            value={values[searchKey] ?? ''}
            onChange={(value) => set(searchKey, value)}
          />
        )}
        {filters.map((filter) => (
          <FilterField
            key={filter.key}
            filter={filter}
            value={values[filter.key]}
            onChange={(value) => set(filter.key, value)}
          />
        ))}
        {children}
      </div>
      {chips.length > 0 && (
        <Group gap={6} mt="xs">
          {chips.map((chip) => (
            <Pill
              key={`${chip.key} ${chip.value}`}
              withRemoveButton
              removeButtonProps={{ 'aria-label': `Remove filter ${chip.text}`, tabIndex: 0, 'aria-hidden': false }}
              onRemove={() => {
                onChange(withoutChip(filters, values, chip));
                focusBar();
              }}
            >
              {chip.text}
            </Pill>
          ))}
          <Button
            size="compact-xs"
            variant="default"
            onClick={() => {
              onChange(clearFilters(filters, values, searchKey));
              focusBar();
            }}
          >
            Clear all
          </Button>
        </Group>
      )}
    </search>
  );
}

function FilterField({
  filter: { label, kind, options = [] },
  value,
  onChange,
}: {
  filter: Filter;
  value: string | undefined;
  onChange: (value: string | undefined) => void;
}) {
  if (kind === 'text')
    return <SearchField label={label} value={value ?? ''} onChange={onChange} className={classes.filter} />;
  const data = options.map((option) => ({ ...option }));
  const searchable = options.length > 10;
  if (kind === 'multi')
    return (
      <MultiSelect
        className={classes.filter}
        label={label}
        size="sm"
        data={data}
        value={readList(value)}
        onChange={(list) => onChange(writeList(list))}
        searchable={searchable}
        placeholder={value ? `${readList(value).length} chosen` : 'Any'}
        // The chips below say which.
        classNames={{ pill: classes.hiddenPill }}
        clearable
        clearButtonProps={{ 'aria-label': `Clear ${label}` }}
      />
    );
  return (
    <Select
      className={classes.filter}
      label={label}
      size="sm"
      data={data}
      value={value ?? null}
      onChange={(one) => onChange(one ?? undefined)}
      searchable={searchable}
      placeholder="Any"
      clearable
      clearButtonProps={{ 'aria-label': `Clear ${label}` }}
    />
  );
}

interface SearchFieldProps {
  label: string;
  placeholder?: string;
  value: string;
  onChange: (value: string | undefined) => void;
  className?: string;
}

const debounceMs = 250;

/** Text that is told when the person pauses, on Enter, and when the field is left. */
function SearchField({ label, placeholder, value, onChange, className }: SearchFieldProps) {
  const [text, setText] = useState(value);
  const field = useRef<HTMLInputElement>(null);
  const told = useRef(value);
  const tell = useRef(onChange);
  tell.current = onChange;
  // The address changed by other means than this field: what it says is shown.
  if (value !== told.current) {
    told.current = value;
    setText(value);
  }
  const send = (next: string) => {
    if (next === told.current) return;
    told.current = next;
    tell.current(next === '' ? undefined : next);
  };
  useEffect(() => {
    const timer = setTimeout(() => send(text), debounceMs);
    return () => clearTimeout(timer);
  });
  const slash = className === undefined;
  useEffect(() => {
    if (!slash) return;
    const onKey = (event: KeyboardEvent) => {
      const target = event.target as HTMLElement;
      if (event.key !== '/' || event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
      if (target.isContentEditable || target.closest('input, textarea, select, [role="dialog"]') !== null) return;
      event.preventDefault();
      field.current?.focus();
      field.current?.select();
    };
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, [slash]);
  return (
    <TextInput
      ref={field}
      type="search"
      size="sm"
      className={className ?? classes.search}
      label={label}
      placeholder={placeholder}
      leftSection={<IconSearch size={16} aria-hidden />}
      value={text}
      aria-keyshortcuts={slash ? '/' : undefined}
      onChange={(event) => setText(event.currentTarget.value)}
      onBlur={() => send(text)}
      onKeyDown={(event) => {
        if (event.key === 'Enter') send(text);
        if (event.key === 'Escape' && text !== '') {
          event.stopPropagation();
          setText('');
          send('');
        }
      }}
    />
  );
}
