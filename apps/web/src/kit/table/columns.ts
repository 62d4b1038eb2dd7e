import type { ReactNode } from 'react';
import type { Sort } from './row-moves.ts';

export interface Column<Row> {
  readonly key: string;
  readonly header: string;
  readonly render: (row: Row, index: number) => ReactNode;
  /** The list's field to sort by; without it the column cannot be sorted by. */
  readonly sortField?: string;
  /** A CSS width. */
  readonly width?: string | number;
  /** Not shown on narrower screens. */
  readonly hideBelow?: 'sm' | 'md';
  readonly align?: 'start' | 'center' | 'end';
}

export interface Selection {
  readonly selected: ReadonlySet<string>;
  readonly onChange: (selected: ReadonlySet<string>) => void;
}

export interface DataTableProps<Row> {
  rows: readonly Row[];
  columns: readonly Column<Row>[];
  rowKey: (row: Row) => string;
  /** The address that a row opens: its first column becomes a link. */
  rowHref?: (row: Row) => string | undefined;
  /** What a row is called where it is selected or opened; else the key. */
  rowLabel?: (row: Row) => string;
  /** Instead of an address: what Enter and a click on the first column do. */
  onOpen?: (row: Row) => void;
  sort?: Sort;
  onSort?: (sort: Sort) => void;
  selection?: Selection;
  /** What the table holds, for screen readers. */
  label: string;
  loading?: boolean;
  empty: ReactNode;
  /** Rows over all pages, where it is known. */
  total?: number;
  /** Asks for the next rows when the end comes near; not called again until rows came. */
  onEndReached?: () => void;
  /** The tallest the table may be, as CSS; else what the window leaves. */
  height?: string | number;
}
