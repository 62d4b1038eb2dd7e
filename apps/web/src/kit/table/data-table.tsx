import { Skeleton, Text, VisuallyHidden } from '@mantine/core';
import { useMediaQuery } from '@mantine/hooks';
import { defaultRangeExtractor, useVirtualizer } from '@tanstack/react-virtual';
import {
  Fragment,
  type KeyboardEvent,
  type MouseEvent,
  useCallback,
  useEffect,
  useMemo,
  useRef,
  useState,
} from 'react';
import { useOpenHref } from '../state/kit-link.tsx';
import { countText } from '../state/times.ts';
import type { DataTableProps } from './columns.ts';
import { moveRow, selectAll, selectRow } from './row-moves.ts';
import '../state/palette.css';
import classes from './table.module.css';
import { PhoneSort, TableHead } from './table-head.tsx';
import { TableRow } from './table-row.tsx';
import { useEnd } from './use-end.tsx';

export type { Column, DataTableProps } from './columns.ts';

const virtualAbove = 100;
const cardsBelow = '(max-width: 35.99em)';

/**
 * Rows of data as a table, on a phone as cards. Arrow keys, Home, End and the page keys go from row to row, Enter opens, Space
 * selects, Shift selects from the last one on. More than a hundred rows are drawn as they come into sight.
 */
export function DataTable<Row>(props: DataTableProps<Row>) {
  const { rows, columns, rowKey, selection, label, total, loading = false } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const cards = useMediaQuery(cardsBelow, false, { getInitialValueInEffect: false }) ?? false;
  const openHref = useOpenHref();
  const keys = useMemo(() => rows.map(rowKey), [rows, rowKey]);
  const [activeKey, setActiveKey] = useState<string | null>(null);
  const active = Math.max(0, activeKey === null ? 0 : keys.indexOf(activeKey));
  const anchor = useRef<string | null>(null);
  const wantsFocus = useRef(false);
  const virtual = rows.length > virtualAbove;

  const virtualizer = useVirtualizer({
    count: virtual ? rows.length : 0,
    getScrollElement: () => scroller.current,
    estimateSize: () => (cards ? 44 + 26 * columns.length : 41),
    getItemKey: (index) => keys[index] ?? index,
    overscan: 8,
    // Rows that come a moment later are better than a scroll that stands still.
    useFlushSync: false,
    // The row that holds the focus stays, wherever it was scrolled to.
    rangeExtractor: (range) => {
      const indexes = defaultRangeExtractor(range);
      if (!indexes.includes(active)) indexes.push(active);
      return indexes.sort((a, b) => a - b);
    },
  });
  const end = useEnd(props.onEndReached, { count: rows.length, loading, total });

  useEffect(() => {
    if (!wantsFocus.current) return;
    const row = scroller.current?.querySelector<HTMLElement>(`tr[data-index="${active}"]`);
    if (row === null || row === undefined) return;
    wantsFocus.current = false;
    row.focus({ preventScroll: virtual });
  });

  const goTo = (index: number) => {
    const key = keys[index];
    if (key === undefined) return;
    setActiveKey(key);
    wantsFocus.current = true;
    if (virtual) virtualizer.scrollToIndex(index, { align: 'auto' });
  };
  const open = (index: number) => {
    const row = rows[index];
    if (row === undefined) return;
    const href = props.rowHref?.(row);
    if (href !== undefined) openHref(href);
    else props.onOpen?.(row);
  };
  const toggle = (index: number, range: boolean) => {
    if (selection === undefined) return;
    const from = range && anchor.current !== null ? keys.indexOf(anchor.current) : -1;
    selection.onChange(selectRow({ keys, selected: selection.selected }, index, from < 0 ? null : from));
    anchor.current = keys[index] ?? null;
    setActiveKey(anchor.current);
  };
  const onKeyDown = (event: KeyboardEvent<HTMLTableSectionElement>) => {
    const target = event.target as HTMLElement;
    const row = target.closest<HTMLElement>('tr[data-index]');
    if (row === null || event.altKey || event.ctrlKey || event.metaKey) return;
    // Controls inside a cell keep their keys.
    if (target !== row) {
      if (!target.matches('a, input[type="checkbox"]') || !event.key.startsWith('Arrow')) return;
    }
    const index = Number(row.dataset.index);
    if (event.key === 'Enter') open(index);
    else if (event.key === ' ' && selection !== undefined) toggle(index, event.shiftKey);
    else {
      const page = Math.max(1, Math.floor((scroller.current?.clientHeight ?? 400) / row.offsetHeight) - 1);
      const to = moveRow(event.key, index, rows.length, page);
      if (to === null) return;
      goTo(to);
    }
    event.preventDefault();
  };
  const onClick = (event: MouseEvent, index: number) => {
    if ((event.target as HTMLElement).closest('a, button, input, label, select, textarea') !== null) return;
    setActiveKey(keys[index] ?? null);
    if (selection !== undefined && event.shiftKey) {
      toggle(index, true);
      window.getSelection()?.removeAllRanges();
    }
  };

  const selected = selection?.selected;
  const chosen = useMemo(
    () => (selected === undefined || selected.size === 0 ? 0 : keys.filter((key) => selected.has(key)).length),
    [keys, selected],
  );
  // Rows are drawn anew only for their own sake: what they call stays the same.
  const calls = useRef({ toggle, onClick });
  calls.current = { toggle, onClick };
  const onToggle = useCallback((index: number, range: boolean) => calls.current.toggle(index, range), []);
  const onRowClick = useCallback((event: MouseEvent, index: number) => calls.current.onClick(event, index), []);
  const rowAt = (index: number) => {
    const row = rows[index];
    const key = keys[index];
    if (row === undefined || key === undefined) return null;
    return (
      <TableRow
        key={key}
        table={props}
        row={row}
        index={index}
        name={props.rowLabel?.(row) ?? key}
        active={index === active}
        selected={selection?.selected.has(key)}
        measure={virtual ? virtualizer.measureElement : undefined}
        onToggle={onToggle}
        onClick={onRowClick}
      />
    );
  };
  const width = columns.length + (selection === undefined ? 0 : 1);
  const items = virtualizer.getVirtualItems();
  const body = virtual
    ? items.map((item, at) => (
        <Fragment key={item.key}>
          <Spacer height={item.start - (items[at - 1]?.end ?? 0)} width={width} />
          {rowAt(item.index)}
        </Fragment>
      ))
    : rows.map((_, index) => rowAt(index));
  const height = props.height ?? (cards && !virtual ? undefined : 'max(22rem, calc(100dvh - 15rem))');

  if (rows.length === 0 && !loading) return <div className={classes.frame}>{props.empty}</div>;
  return (
    <div className={classes.frame}>
      {cards && (
        <PhoneSort
          table={props}
          chosen={chosen}
          onAll={() => selection?.onChange(selectAll(keys, selection.selected))}
        />
      )}
      <div ref={scroller} className={classes.scroller} style={{ maxHeight: height }}>
        <div className={classes.content}>
          <table
            {...role('table')}
            className={classes.table}
            aria-label={label}
            aria-rowcount={total === undefined ? (props.onEndReached === undefined ? rows.length + 1 : -1) : total + 1}
            aria-busy={loading}
            data-virtual={virtual || undefined}
            data-cards={cards || undefined}
            data-selectable={selection !== undefined || undefined}
          >
            <TableHead
              table={props}
              plain={cards}
              chosen={chosen}
              onAll={() => selection?.onChange(selectAll(keys, selection.selected))}
            />
            <tbody {...role('rowgroup')} onKeyDown={onKeyDown}>
              {body}
              {virtual && <Spacer height={virtualizer.getTotalSize() - (items.at(-1)?.end ?? 0)} width={width} />}
              {rows.length === 0 && loading && <Waiting width={width} />}
            </tbody>
          </table>
          {loading && rows.length > 0 && (
            <Text size="sm" className={classes.note}>
              Loading more
            </Text>
          )}
          <div ref={end} className={classes.near} aria-hidden />
        </div>
      </div>
      <VisuallyHidden role="status">
        {loading ? 'Loading' : selection !== undefined && chosen > 0 ? `${countText(chosen)} selected` : ''}
      </VisuallyHidden>
    </div>
  );
}

/** Said aloud: what is laid out as cards loses the roles of its elements. */
const role = (name: 'table' | 'rowgroup') => ({ role: name });

function Spacer({ height, width }: { height: number; width: number }) {
  if (height <= 0) return null;
  return (
    <tr aria-hidden className={classes.spacer} style={{ height }}>
      <td colSpan={width} style={{ height }} />
    </tr>
  );
}

function Waiting({ width }: { width: number }) {
  return [0, 1, 2, 3, 4].map((line) => (
    <tr key={line} aria-hidden>
      <td colSpan={width} className={classes.cell}>
        <Skeleton height={18} width={`${90 - line * 9}%`} />
      </td>
    </tr>
  ));
}
