import { type MouseEvent, memo, type ReactNode } from 'react';
import { KitLink } from '../state/kit-link.tsx';
import '../state/palette.css';
import stateClasses from '../state/state.module.css';
import type { Column, DataTableProps } from './columns.ts';
import { SelectBox } from './select-box.tsx';
import classes from './table.module.css';

export const cellClass = ({ hideBelow, align }: Pick<Column<never>, 'hideBelow' | 'align'>): string =>
  [
    hideBelow === 'sm' ? classes.belowSm : hideBelow === 'md' ? classes.belowMd : '',
    align === 'end' ? classes.end : align === 'center' ? classes.center : '',
  ].join(' ');

interface TableRowProps<Row> {
  table: DataTableProps<Row>;
  row: Row;
  index: number;
  name: string;
  active: boolean;
  selected: boolean | undefined;
  measure: ((element: HTMLElement | null) => void) | undefined;
  onToggle: (index: number, range: boolean) => void;
  onClick: (event: MouseEvent, index: number) => void;
}

/** One row. Only the active one can be reached with Tab, with its link and its box. */
function TableRowView<Row>(props: TableRowProps<Row>) {
  const { table, row, index, name, active, selected, measure, onToggle, onClick } = props;
  const tabIndex = active ? 0 : -1;
  const href = table.rowHref?.(row);
  const first = (content: ReactNode): ReactNode => {
    if (href !== undefined)
      return (
        <KitLink href={href} tabIndex={tabIndex}>
          {content}
        </KitLink>
      );
    if (table.onOpen === undefined) return content;
    return (
      <button
        type="button"
        className={`${classes.sort} ${stateClasses.link}`}
        tabIndex={tabIndex}
        onClick={() => table.onOpen?.(row)}
      >
        {content}
      </button>
    );
  };
  return (
    <tr
      {...role('row')}
      ref={measure}
      className={classes.row}
      data-index={index}
      data-selected={selected || undefined}
      aria-rowindex={index + 2}
      aria-selected={selected}
      tabIndex={tabIndex}
      onClick={(event) => onClick(event, index)}
    >
      {selected !== undefined && (
        <td {...role('cell')} className={`${classes.cell} ${classes.check}`}>
          <SelectBox
            label={`Select ${name}`}
            checked={selected}
            tabIndex={tabIndex}
            onToggle={(range) => onToggle(index, range)}
          />
        </td>
      )}
      {table.columns.map((column, at) => (
        <td
          {...role('cell')}
          key={column.key}
          className={`${classes.cell} ${cellClass(column)} ${at === 0 ? classes.title : ''}`}
          data-label={column.header}
        >
          {at === 0 ? first(column.render(row, index)) : column.render(row, index)}
        </td>
      ))}
    </tr>
  );
}

export const TableRow = memo(TableRowView) as typeof TableRowView;

/** Said aloud: what is laid out as cards loses the roles of its elements. */
const role = (name: 'row' | 'cell') => ({ role: name });
