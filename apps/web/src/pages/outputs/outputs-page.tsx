import { Button, Stack, Switch } from '@mantine/core';
import type { OutputDestination } from '@ratchet/contract/entities/output';
import { IconDatabaseExport, IconPlus } from '@tabler/icons-react';
import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { client } from '../../api/client.ts';
import { readAll } from '../../api/queries.ts';
import { useAction } from '../../api/use-action.ts';
import { useMay } from '../../api/use-identity.ts';
import { PageHead } from '../../app/page-head.tsx';
import { useUrlState } from '../../app/use-url-state.ts';
import { EmptyState } from '../../kit/state/empty-state.tsx';
import { ErrorPanel } from '../../kit/state/error-panel.tsx';
import { RelativeTime } from '../../kit/state/relative-time.tsx';
import { StatusBadge } from '../../kit/state/status-badge.tsx';
import { type Column, DataTable } from '../../kit/table/data-table.tsx';
import { FilterBar } from '../../kit/table/filter-bar.tsx';
import { readList } from '../../kit/table/filter-values.ts';
import { sortOf, sortText } from '../../kit/table/sort-text.ts';
import { EverywhereOnly } from '../../parts/everywhere-only.tsx';
import { listing, where, whereFlag, whereIn } from '../administration/listing.ts';
import { outputTypes, typeNames } from '../output/config-fields.ts';

const defaults = { q: '', type: '', enabled: '', global: '', on: '', sort: 'name' };
const yesNo = (yes: string, no: string) => [
  { value: 'yes', label: yes },
  { value: 'no', label: no },
];
const ends: Readonly<Record<OutputDestination['on'], string>> = {
  success: 'Completed',
  failure: 'Failed',
  always: 'Every one',
};
const filters = [
  {
    key: 'type',
    label: 'Kind',
    kind: 'multi',
    options: outputTypes.map((value) => ({ value, label: typeNames[value].label })),
  },
  { key: 'enabled', label: 'State', kind: 'select', options: yesNo('Enabled', 'Disabled') },
  { key: 'global', label: 'Takes', kind: 'select', options: yesNo('Every output', 'What names it') },
  {
    key: 'on',
    label: 'Executions',
    kind: 'select',
    options: Object.entries(ends).map(([value, label]) => ({ value, label })),
  },
] as const;

export function OutputsPage() {
  return (
    <EverywhereOnly title="Outputs">
      <Outputs />
    </EverywhereOnly>
  );
}

function Outputs() {
  const [state, setUrl] = useUrlState(defaults);
  const { q, type, enabled, global, on, sort } = state;
  const may = useMay();
  const mayAdminister = may('administer');
  const list = useInfiniteQuery({
    ...readAll(
      'outputDestinations',
      'list',
      listing({ q, sort }, [
        whereIn('type', readList(type)),
        whereFlag('enabled', enabled),
        whereFlag('isGlobal', global),
        where('on', on),
      ]),
    ),
    placeholderData: keepPreviousData,
    refetchInterval: 30_000,
  });
  const toggle = useAction({
    act: ({ id, enabled: was }: OutputDestination) => client.outputDestinations.update({ id, enabled: !was }),
    changes: ['outputDestinations'],
    done: ({ enabled: now, name }) => `${name} is ${now ? 'enabled' : 'disabled'}`,
  });
  const columns: readonly Column<OutputDestination>[] = [
    { key: 'name', header: 'Name', sortField: 'name', render: ({ name }) => name },
    { key: 'type', header: 'Kind', sortField: 'type', render: (row) => typeNames[row.type].label },
    {
      key: 'takes',
      header: 'Takes',
      hideBelow: 'sm',
      render: (row) => `${row.isGlobal ? 'Every output' : 'What names it'}, ${ends[row.on].toLowerCase()}`,
    },
    {
      key: 'state',
      header: 'State',
      render: (row) =>
        row.circuit !== 'closed' ? (
          <StatusBadge
            status="half_open"
            text={row.circuit === 'open' ? 'Left alone' : 'Trying again'}
            title={row.lastError ?? undefined}
          />
        ) : row.lastError ? (
          <StatusBadge status="failed" text="Last one failed" title={row.lastError} />
        ) : (
          <StatusBadge status={row.enabled ? 'enabled' : 'disabled'} />
        ),
    },
    {
      key: 'last',
      header: 'Last delivered',
      sortField: 'lastDeliveredAt',
      render: (row) => <RelativeTime time={row.lastDeliveredAt} />,
    },
    ...(mayAdminister
      ? [
          {
            key: 'enabled',
            header: 'Enabled',
            align: 'end' as const,
            render: (row: OutputDestination) => (
              <Switch
                aria-label={`Enable ${row.name}`}
                checked={row.enabled}
                disabled={toggle.isPending}
                onChange={() => toggle.mutate(row)}
              />
            ),
          },
        ]
      : []),
  ];
  const make = (
    <Button component={Link} to="/outputs/new" leftSection={<IconPlus size={16} aria-hidden />}>
      New destination
    </Button>
  );
  const filtered = [q, type, enabled, global, on].some((value) => value !== '');
  return (
    <Stack>
      <PageHead title="Outputs" text="Where the outputs of executions are delivered." actions={mayAdminister && make} />
      <FilterBar
        filters={filters}
        values={{ q, type, enabled, global, on }}
        search={{ label: 'Search', placeholder: 'Name' }}
        onChange={(next) =>
          setUrl({ q: next.q, type: next.type, enabled: next.enabled, global: next.global, on: next.on })
        }
      />
      {list.error && !list.data ? (
        <ErrorPanel error={list.error} onRetry={() => void list.refetch()} />
      ) : (
        <DataTable
          label="Output destinations"
          rows={list.data?.pages.flatMap(({ items }) => items) ?? []}
          total={list.data?.pages[0]?.meta.total}
          columns={columns}
          rowKey={({ id }) => id}
          rowHref={({ id }) => `/outputs/${id}`}
          rowLabel={({ name }) => name}
          sort={sortOf(sort)}
          onSort={(next) => setUrl({ sort: sortText(next) })}
          loading={list.isPending || list.isFetchingNextPage}
          onEndReached={() => list.hasNextPage && void list.fetchNextPage()}
          empty={
            filtered ? (
              <EmptyState
                icon={IconDatabaseExport}
                title="No destination fits"
                text="Change or clear the filters above."
              />
            ) : (
              <EmptyState
                icon={IconDatabaseExport}
                title="Outputs are delivered nowhere yet"
                text={
                  mayAdminister
                    ? 'Every output is kept with its execution. Make a destination to have it sent on: to an address, a table, a bucket, a queue, a folder or a mailbox.'
                    : 'Every output is kept with its execution. An administrator can make destinations.'
                }
                action={mayAdminister ? make : undefined}
              />
            )
          }
        />
      )}
    </Stack>
  );
}
