import { Text } from '@mantine/core';
import type { BatchItem } from '@ratchet/contract/entities/batch';
import { useMemo } from 'react';
import { useUrlState } from '../../app/use-url-state.ts';
import { EmptyState } from '../../kit/state/empty-state.tsx';
import { KitLink } from '../../kit/state/kit-link.tsx';
import { RelativeTime } from '../../kit/state/relative-time.tsx';
import { StatusBadge } from '../../kit/state/status-badge.tsx';
import { lookOf } from '../../kit/state/tones.ts';
import type { Column } from '../../kit/table/columns.ts';
import { DataTable } from '../../kit/table/data-table.tsx';
import { FilterBar } from '../../kit/table/filter-bar.tsx';
import { readList } from '../../kit/table/filter-values.ts';

const defaults = { q: '', status: '' } as const;
const filters = [
  {
    key: 'status',
    label: 'Status',
    kind: 'multi' as const,
    options: ['waiting', 'queued', 'completed', 'failed', 'cancelled', 'skipped'].map((value) => ({
      value,
      label: lookOf(value).text,
    })),
  },
];
const shown = 120;
const brief = (value: unknown): string => {
  const text = JSON.stringify(value) ?? '';
  return text.length > shown ? `${text.slice(0, shown)}…` : text;
};

const columns: Column<BatchItem>[] = [
  { key: 'key', header: 'Request', width: 160, render: ({ key }) => key },
  { key: 'status', header: 'Status', width: 140, render: ({ status }) => <StatusBadge status={status} /> },
  { key: 'task', header: 'Task', width: 180, render: ({ taskName }) => taskName },
  {
    key: 'result',
    header: 'Result',
    render: ({ output, outputOmitted, error, executionId, status, dependsOn }) =>
      error ? (
        <Text size="sm" lineClamp={2} title={`${error.class}: ${error.message}`}>
          {error.class}: {error.message}
        </Text>
      ) : outputOmitted ? (
        <KitLink href={`/executions/${executionId}`}>Read it from its execution</KitLink>
      ) : status === 'completed' ? (
        <Text size="sm" ff="monospace" lineClamp={2}>
          {brief(output)}
        </Text>
      ) : status === 'waiting' && dependsOn.length > 0 ? (
        `After ${dependsOn.join(', ')}`
      ) : (
        '–'
      ),
  },
  {
    key: 'finished',
    header: 'Ended',
    width: 140,
    hideBelow: 'md',
    render: ({ finishedAt }) => <RelativeTime time={finishedAt} missing="–" />,
  },
];
const keyOf = ({ key }: BatchItem): string => key;
const hrefOf = ({ executionId, jobId }: BatchItem): string | undefined =>
  executionId !== null ? `/executions/${executionId}` : jobId !== null ? `/jobs/${jobId}` : undefined;

/** The requests of a batch and what became of each. */
export function BatchItems({ items }: { items: readonly BatchItem[] }) {
  const [{ q, status }, setState] = useUrlState(defaults);
  const rows = useMemo(() => {
    const wanted = readList(status);
    const text = q.toLowerCase();
    return items.filter(
      (item) =>
        (wanted.length === 0 || wanted.includes(item.status)) &&
        (text === '' || `${item.key} ${item.taskName} ${item.error?.message ?? ''}`.toLowerCase().includes(text)),
    );
  }, [items, q, status]);
  return (
    <>
      <FilterBar
        search={{ label: 'Search requests', placeholder: 'Key, task or error' }}
        filters={filters}
        values={{ q, status }}
        onChange={({ q, status }) => setState({ q, status })}
      />
      <DataTable
        label="Requests of the batch"
        rows={rows}
        columns={columns}
        rowKey={keyOf}
        rowHref={hrefOf}
        total={rows.length}
        empty={<EmptyState title="No request matches" text="Take away a filter." />}
      />
    </>
  );
}
