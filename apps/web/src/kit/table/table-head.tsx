import { Button, Group, NativeSelect, VisuallyHidden } from '@mantine/core';
import { IconArrowDown, IconArrowsSort, IconArrowUp } from '@tabler/icons-react';
import type { Column, DataTableProps } from './columns.ts';
import { nextSort } from './row-moves.ts';
import { SelectBox } from './select-box.tsx';
import '../state/palette.css';
import classes from './table.module.css';
import { cellClass } from './table-row.tsx';

interface HeadProps<Row> {
  table: DataTableProps<Row>;
  /** Without controls: only names of columns, where rows are cards. */
  plain: boolean;
  /** Rows that are selected, of those that are here. */
  chosen: number;
  onAll: () => void;
}

export function TableHead<Row>({ table, plain, chosen, onAll }: HeadProps<Row>) {
  const { columns, selection, rows } = table;
  return (
    <thead {...role('rowgroup')}>
      <tr {...role('row')} aria-rowindex={1}>
        {selection !== undefined && (
          <th {...role('columnheader')} scope="col" className={`${classes.head} ${classes.check}`}>
            {plain ? (
              'Selected'
            ) : (
              <SelectBox
                label={`Select all ${rows.length} rows`}
                checked={rows.length > 0 && chosen === rows.length}
                indeterminate={chosen > 0 && chosen < rows.length}
                onToggle={onAll}
              />
            )}
          </th>
        )}
        {columns.map((column) => (
          <Header key={column.key} column={column} table={table} plain={plain} />
        ))}
      </tr>
    </thead>
  );
}

function Header<Row>({ column, table, plain }: { column: Column<Row>; table: DataTableProps<Row>; plain: boolean }) {
  const { sort, onSort } = table;
  const field = onSort === undefined ? undefined : column.sortField;
  const sorted = field !== undefined && sort?.field === field ? sort.order : null;
  const Icon = sorted === null ? IconArrowsSort : sorted === 'asc' ? IconArrowUp : IconArrowDown;
  const order =
    field === undefined ? undefined : sorted === null ? 'none' : sorted === 'asc' ? 'ascending' : 'descending';
  return (
    <th
      {...role('columnheader')}
      scope="col"
      className={`${classes.head} ${cellClass(column)}`}
      style={{ width: column.width }}
      aria-sort={order}
    >
      {field === undefined || plain ? (
        column.header
      ) : (
        <button type="button" className={classes.sort} onClick={() => onSort?.(nextSort(field, sort))}>
          {column.header}
          <Icon size={14} aria-hidden opacity={sorted === null ? 0.45 : 1} />
        </button>
      )}
    </th>
  );
}

/** Cards have no headers to press: the order and the selection of all are above them. */
export function PhoneSort<Row>({ table, chosen, onAll }: Omit<HeadProps<Row>, 'plain'>) {
  const { columns, sort, onSort, selection, rows } = table;
  const sortable = onSort === undefined ? [] : columns.filter((column) => column.sortField !== undefined);
  if (sortable.length === 0 && selection === undefined) return null;
  const value = sort === undefined ? '' : `${sort.field} ${sort.order}`;
  return (
    <Group p="xs" gap="xs" align="flex-end">
      {sortable.length > 0 && (
        <NativeSelect
          label="Sort by"
          size="xs"
          style={{ flex: 1 }}
          value={value}
          data={[
            ...(sort === undefined ? [{ value: '', label: 'As it comes' }] : []),
            ...sortable.flatMap(({ header, sortField }) => [
              { value: `${sortField} asc`, label: `${header}, ascending` },
              { value: `${sortField} desc`, label: `${header}, descending` },
            ]),
          ]}
          onChange={(event) => {
            const [field, order] = event.currentTarget.value.split(' ');
            if (field) onSort?.({ field, order: order === 'desc' ? 'desc' : 'asc' });
          }}
        />
      )}
      {selection !== undefined && (
        <Button size="xs" variant="default" onClick={onAll}>
          {chosen === rows.length ? 'Select none' : 'Select all'}
          <VisuallyHidden>{` ${rows.length} rows`}</VisuallyHidden>
        </Button>
      )}
    </Group>
  );
}

/** Said aloud: what is laid out as cards loses the roles of its elements. */
const role = (name: 'rowgroup' | 'row' | 'columnheader') => ({ role: name });
