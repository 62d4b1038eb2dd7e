import { Button, Group, Stack, Switch, Text } from '@mantine/core';
import { IconBell, IconPlus } from '@tabler/icons-react';
import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { client } from '../../api/client.ts';
import { readAll } from '../../api/queries.ts';
import { useAction } from '../../api/use-action.ts';
import { useMay } from '../../api/use-identity.ts';
import { useUrlState } from '../../app/use-url-state.ts';
import { EmptyState } from '../../kit/state/empty-state.tsx';
import { ErrorPanel } from '../../kit/state/error-panel.tsx';
import { RelativeTime } from '../../kit/state/relative-time.tsx';
import { StatusBadge } from '../../kit/state/status-badge.tsx';
import { useConfirm } from '../../kit/state/use-confirm.tsx';
import { type Column, DataTable } from '../../kit/table/data-table.tsx';
import { FilterBar } from '../../kit/table/filter-bar.tsx';
import { sortOf, sortText } from '../../kit/table/sort-text.ts';
import { listing, where } from '../administration/listing.ts';
import { OpenText } from '../administration/open-text.tsx';
import { useRepositories } from '../administration/repository-choices.ts';
import { AlertDialog } from './alert-dialog.tsx';
import { figureText, metrics, type RatchetAlert } from './alert-metrics.ts';

const defaults = { q: '', state: '', metric: '', sort: 'name' };
const filters = [
  {
    key: 'state',
    label: 'State',
    kind: 'select',
    options: [
      { value: 'firing', label: 'Firing' },
      { value: 'ok', label: 'OK' },
    ],
  },
  {
    key: 'metric',
    label: 'Figure',
    kind: 'select',
    options: Object.entries(metrics).map(([value, { label }]) => ({ value, label })),
  },
] as const;

/** Figures that are watched, and which of them are too high now. */
export function Alerts() {
  const [{ q, state, metric, sort }, setUrl] = useUrlState(defaults);
  const mayChange = useMay()('administer');
  const { nameOf } = useRepositories();
  const { confirm, dialog } = useConfirm();
  const [edited, setEdited] = useState<RatchetAlert | 'new' | null>(null);
  const list = useInfiniteQuery({
    ...readAll('alerts', 'list', listing({ q, sort }, [where('state', state), where('metric', metric)])),
    placeholderData: keepPreviousData,
    refetchInterval: 15_000,
  });
  const toggle = useAction({
    act: ({ id, enabled }: RatchetAlert) => client.alerts.update({ id, enabled: !enabled }),
    changes: ['alerts'],
    done: ({ name, enabled }) => `${name} is ${enabled ? 'watched' : 'not watched any more'}`,
  });
  const remove = useAction({
    act: ({ id }: RatchetAlert) => client.alerts.delete({ id }),
    changes: ['alerts'],
    done: (_, { name }) => `The alert ${name} is gone`,
  });
  const askToRemove = async (alert: RatchetAlert) => {
    const yes = await confirm({
      title: `Delete the alert ${alert.name}?`,
      text: 'It cannot be brought back. To stop it for a while, switch it off.',
      confirmLabel: 'Delete the alert',
      danger: true,
    });
    if (yes) remove.mutate(alert);
  };
  const columns: readonly Column<RatchetAlert>[] = [
    {
      key: 'name',
      header: 'Name',
      sortField: 'name',
      render: ({ name }) => (mayChange ? <OpenText>{name}</OpenText> : name),
    },
    {
      key: 'state',
      header: 'State',
      sortField: 'state',
      render: (alert) => <StatusBadge status={alert.enabled ? alert.state : 'disabled'} />,
    },
    { key: 'metric', header: 'Figure', render: (alert) => metrics[alert.metric].label },
    {
      key: 'where',
      header: 'Of',
      width: 140,
      hideBelow: 'md',
      render: (alert) => (metrics[alert.metric].ofServer ? 'the server' : nameOf(alert.repositoryId)),
    },
    {
      key: 'value',
      header: 'Now',
      render: (alert) => (
        <>
          {figureText(alert.metric, alert.value)}
          {alert.subject && !metrics[alert.metric].ofServer && alert.repositoryId === null && ` (${alert.subject})`}
        </>
      ),
    },
    { key: 'threshold', header: 'Fires above', render: (alert) => figureText(alert.metric, alert.threshold) },
    {
      key: 'fired',
      header: 'Last fired',
      sortField: 'firedAt',
      hideBelow: 'md',
      render: ({ firedAt }) => <RelativeTime time={firedAt} />,
    },
    ...(mayChange
      ? [
          {
            key: 'actions',
            header: 'Actions',
            align: 'end' as const,
            render: (alert: RatchetAlert) => (
              <Group gap={6} justify="end" wrap="nowrap">
                <Switch
                  size="xs"
                  aria-label={`Watch ${alert.name}`}
                  checked={alert.enabled}
                  disabled={toggle.isPending}
                  onChange={() => toggle.mutate(alert)}
                />
                <Button
                  size="compact-xs"
                  variant="default"
                  aria-label={`Change ${alert.name}`}
                  onClick={() => setEdited(alert)}
                >
                  Change
                </Button>
                <Button
                  size="compact-xs"
                  variant="default"
                  aria-label={`Delete ${alert.name}`}
                  onClick={() => void askToRemove(alert)}
                >
                  Delete
                </Button>
              </Group>
            ),
          },
        ]
      : []),
  ];
  const make = mayChange && (
    <Button leftSection={<IconPlus size={16} aria-hidden />} onClick={() => setEdited('new')}>
      New alert
    </Button>
  );
  return (
    <Stack>
      <Text size="sm">
        An alert fires while a figure is greater than its threshold. One that begins to fire is a warning in the
        server’s log, and shows here.
      </Text>
      <FilterBar
        filters={filters}
        values={{ q, state, metric }}
        search={{ label: 'Search', placeholder: 'Name' }}
        onChange={(next) => setUrl({ q: next.q, state: next.state, metric: next.metric })}
      >
        {make}
      </FilterBar>
      {list.error && !list.data ? (
        <ErrorPanel error={list.error} onRetry={() => void list.refetch()} />
      ) : (
        <DataTable
          label="Alerts"
          rows={list.data?.pages.flatMap(({ items }) => items) ?? []}
          total={list.data?.pages[0]?.meta.total}
          columns={columns}
          rowKey={({ id }) => id}
          rowLabel={({ name }) => name}
          {...(mayChange ? { onOpen: setEdited } : {})}
          sort={sortOf(sort)}
          onSort={(next) => setUrl({ sort: sortText(next) })}
          loading={list.isPending || list.isFetchingNextPage}
          onEndReached={() => list.hasNextPage && void list.fetchNextPage()}
          empty={
            q || state || metric ? (
              <EmptyState icon={IconBell} title="No alert fits" text="Change or clear the filters above." />
            ) : (
              <EmptyState
                icon={IconBell}
                title="Nothing is watched"
                text="Make an alert on a figure that should not grow: failed syncs, open conflicts, wrong passwords."
                action={make || undefined}
              />
            )
          }
        />
      )}
      <AlertDialog edited={edited} onClose={() => setEdited(null)} />
      {dialog}
    </Stack>
  );
}
