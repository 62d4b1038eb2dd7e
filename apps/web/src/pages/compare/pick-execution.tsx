import { Select } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { read } from '../../api/queries.ts';
import { lookOf } from '../../kit/state/tones.ts';

interface Props {
  readonly label: string;
  readonly value: string;
  /** Executions of this task are offered; of every task without. */
  readonly taskId: string | null;
  readonly onChange: (id: string) => void;
}

const isId = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const time = new Intl.DateTimeFormat(undefined, { dateStyle: 'short', timeStyle: 'medium' });

/** Chooses among the newest executions, or takes a pasted id. */
export function PickExecution({ label, value, taskId, onChange }: Props) {
  const list = useQuery(
    read('executions', 'list', {
      limit: 50,
      page: 1,
      ...(taskId ? { filters: [{ field: 'taskId', op: 'eq', value: taskId }] } : {}),
    }),
  );
  const chosen = useQuery({ ...read('executions', 'get', { id: value }), enabled: value !== '' });
  const offered = new Map(list.data?.items.map((one) => [one.id, one]));
  if (chosen.data) offered.set(chosen.data.id, chosen.data);
  return (
    <Select
      label={label}
      description="Choose, or paste an id"
      placeholder="Newest executions"
      searchable
      value={value === '' ? null : value}
      onSearchChange={(text) => {
        if (isId.test(text.trim()) && text.trim() !== value) onChange(text.trim());
      }}
      onChange={(id) => id !== null && onChange(id)}
      allowDeselect={false}
      data={[...offered.values()].map(({ id, taskName, status, queuedAt }) => ({
        value: id,
        label: `${taskName}, ${lookOf(status).text.toLowerCase()}, ${time.format(new Date(queuedAt))}`,
      }))}
      nothingFoundMessage="No execution matches"
    />
  );
}
