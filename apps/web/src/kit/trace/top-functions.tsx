import { Code } from '@mantine/core';
import type { FlameFrame } from '@ratchet/contract/entities/trace';
import { useMemo } from 'react';
import { durationText } from '../state/times.ts';
import { DataTable } from '../table/data-table.tsx';
import { frameMatches, placeText, type TopFunction, topFunctions } from './flame-layout.ts';

interface TopFunctionsProps {
  flame: FlameFrame;
  /** What is searched for; empty shows all. */
  text: string;
  label: string;
  onOpenFile?: (file: string, line: number | null) => void;
}

/** The functions that took the most time themselves, as a table. */
export function TopFunctions({ flame, text, label, onOpenFile }: TopFunctionsProps) {
  const all = useMemo(() => topFunctions(flame), [flame]);
  const rows = text.trim() === '' ? all : all.filter((row) => frameMatches({ ...row, value: 0, children: [] }, text));
  return (
    <DataTable
      rows={rows}
      rowKey={keyOf}
      rowLabel={nameOf}
      label={label}
      height="34rem"
      empty="No function matches the search."
      onOpen={onOpenFile === undefined ? undefined : (row) => row.file !== null && onOpenFile(row.file, row.line)}
      columns={columns}
    />
  );
}

const keyOf = (row: TopFunction) => row.key;
const nameOf = (row: TopFunction) => row.name;

const columns = [
  { key: 'name', header: 'Function', render: nameOf },
  {
    key: 'place',
    header: 'Place',
    render: (row: TopFunction) => <Code>{placeText(row)}</Code>,
    hideBelow: 'sm' as const,
  },
  { key: 'self', header: 'Itself', align: 'end' as const, render: (row: TopFunction) => durationText(row.self) },
  {
    key: 'total',
    header: 'With what it called',
    align: 'end' as const,
    render: (row: TopFunction) => durationText(row.total),
  },
  {
    key: 'share',
    header: 'Share',
    align: 'end' as const,
    render: (row: TopFunction) => `${Math.round(row.share * 1000) / 10}%`,
  },
];
