import { Code, Group, List, Stack, Text } from '@mantine/core';
import { IconSettings } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { read } from '../../api/queries.ts';
import { useUrlState } from '../../app/use-url-state.ts';
import { EmptyState } from '../../kit/state/empty-state.tsx';
import { ErrorPanel } from '../../kit/state/error-panel.tsx';
import { Notice } from '../../kit/state/notice.tsx';
import { StatusBadge } from '../../kit/state/status-badge.tsx';
import { type Column, DataTable } from '../../kit/table/data-table.tsx';
import { type Filter, FilterBar } from '../../kit/table/filter-bar.tsx';
import { OpenText } from '../administration/open-text.tsx';
import { SettingDialog } from './setting-dialog.tsx';
import { settingSections } from './setting-notes.ts';
import { type Config, rowsOf, type SettingRow, shownValue, sourceWords } from './setting-values.ts';

const defaults = { q: '', section: '', source: '', counts: '', setting: '' };

const filters: readonly Filter[] = [
  {
    key: 'section',
    label: 'Section',
    kind: 'select',
    options: settingSections.map(({ name }) => ({ value: name, label: name })),
  },
  {
    key: 'source',
    label: 'Comes from',
    kind: 'select',
    options: Object.entries(sourceWords).map(([value, label]) => ({ value, label })),
  },
  {
    key: 'counts',
    label: 'A change counts',
    kind: 'select',
    options: [
      { value: 'live', label: 'At once' },
      { value: 'restart', label: 'After the next start' },
    ],
  },
];

const columns: readonly Column<SettingRow>[] = [
  { key: 'name', header: 'Setting', width: 250, render: ({ name }) => <OpenText>{name}</OpenText> },
  { key: 'meaning', header: 'Meaning', hideBelow: 'md', render: ({ meaning }) => meaning },
  {
    key: 'value',
    header: 'Value',
    width: '22%',
    render: ({ value }) => (
      <Code style={{ overflowWrap: 'anywhere', whiteSpace: 'pre-wrap' }}>{shownValue(value)}</Code>
    ),
  },
  {
    key: 'source',
    header: 'Comes from',
    render: ({ source, waits }) => (
      <Group gap={6}>
        {sourceWords[source ?? 'default']}
        {waits && <StatusBadge status="waiting" text="Waits for a start" />}
      </Group>
    ),
  },
  {
    key: 'counts',
    header: 'A change counts',
    hideBelow: 'sm',
    render: ({ restart }) => (restart ? 'After the next start' : 'At once'),
  },
];

/** Every setting as it counts now. A row opens the setting, to be changed. */
export function Configuration() {
  const [{ q, section, source, counts, setting }, setUrl] = useUrlState(defaults);
  const { data, error, refetch } = useQuery({ ...read('config', 'get', {}), refetchInterval: 30_000 });
  const all = useMemo(() => (data ? rowsOf(data, settingSections) : []), [data]);
  const rows = useMemo(() => {
    const wanted = q.toLowerCase();
    return all.filter(
      (row) =>
        (section === '' || row.section === section) &&
        (source === '' || row.source === source) &&
        (counts === '' || row.restart === (counts === 'restart')) &&
        (wanted === '' || `${row.name} ${row.meaning}`.toLowerCase().includes(wanted)),
    );
  }, [all, q, section, source, counts]);
  if (error && !data) return <ErrorPanel error={error} onRetry={() => void refetch()} />;
  const open = all.find(({ name }) => name === setting);
  return (
    <Stack>
      {data && <Where config={data} />}
      <FilterBar
        filters={filters}
        values={{ q, section, source, counts }}
        search={{ label: 'Search', placeholder: 'Name or meaning' }}
        onChange={(next) => setUrl({ q: next.q, section: next.section, source: next.source, counts: next.counts })}
      />
      <DataTable
        label="Settings of the server"
        rows={rows}
        total={rows.length}
        columns={columns}
        rowKey={({ name }) => name}
        onOpen={({ name }) => setUrl({ setting: name }, { replace: false })}
        loading={!data}
        empty={<EmptyState icon={IconSettings} title="No setting fits" text="Change or clear the filters above." />}
      />
      {data && <SettingDialog row={open ?? null} config={data} onClose={() => setUrl({ setting: '' })} />}
    </Stack>
  );
}

function Where({ config: { path, restartNeeded } }: { config: Config }) {
  return (
    <>
      <Text size="sm">
        {path ? (
          <>
            Changes are written to <Code>{path}</Code>, whose comments stay.
          </>
        ) : (
          'There is no configuration file yet. The first change makes one in the data folder.'
        )}{' '}
        What the environment or the command line sets counts more than the file, and can only be changed there. Secrets
        show as <Code>***</Code>.
      </Text>
      {restartNeeded.length > 0 && (
        <Notice tone="attention" role="status" title="Start the server anew to let these count">
          <List size="sm">
            {restartNeeded.map((name) => (
              <List.Item key={name}>
                <Code>{name}</Code>
              </List.Item>
            ))}
          </List>
        </Notice>
      )}
    </>
  );
}
