import { Button, Code, Group, Stack, Switch, Text } from '@mantine/core';
import type { ApiKey } from '@ratchet/contract/entities/api-key';
import type { User } from '@ratchet/contract/entities/user';
import { IconKey, IconPlus } from '@tabler/icons-react';
import { keepPreviousData, useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { client } from '../../api/client.ts';
import { read, readAll } from '../../api/queries.ts';
import { useAction } from '../../api/use-action.ts';
import { useMay } from '../../api/use-identity.ts';
import { useUrlState } from '../../app/use-url-state.ts';
import { EmptyState } from '../../kit/state/empty-state.tsx';
import { ErrorPanel } from '../../kit/state/error-panel.tsx';
import { KitLink } from '../../kit/state/kit-link.tsx';
import { RelativeTime } from '../../kit/state/relative-time.tsx';
import { StatusBadge } from '../../kit/state/status-badge.tsx';
import { useConfirm } from '../../kit/state/use-confirm.tsx';
import { type Column, DataTable } from '../../kit/table/data-table.tsx';
import { FilterBar } from '../../kit/table/filter-bar.tsx';
import { sortOf, sortText } from '../../kit/table/sort-text.ts';
import { listing, where, whereFlag } from '../administration/listing.ts';
import { OpenText } from '../administration/open-text.tsx';
import { useRepositories } from '../administration/repository-choices.ts';
import { KeyDialog } from './key-dialog.tsx';
import { isExpired, limitWords } from './key-values.ts';
import { ReplaceKey } from './replace-key.tsx';

const defaults = { q: '', enabled: '', sort: '-createdAt' };
const filters = [
  {
    key: 'enabled',
    label: 'State',
    kind: 'select',
    options: [
      { value: 'yes', label: 'Enabled' },
      { value: 'no', label: 'Disabled' },
    ],
  },
] as const;

/** Keys, of one owner or of all that may be seen. */
export function KeyList({ owner }: { owner?: User }) {
  const [{ q, enabled, sort }, setUrl] = useUrlState(defaults);
  const may = useMay();
  const { nameOf } = useRepositories();
  const { confirm, dialog } = useConfirm();
  const [edited, setEdited] = useState<ApiKey | 'new' | null>(null);
  const [replaced, setReplaced] = useState<ApiKey | null>(null);
  const showsOwner = owner === undefined && may('manage_users');
  const users = useQuery({ ...read('users', 'list', { limit: 1000 }), enabled: showsOwner, staleTime: 60_000 });
  const userName = (id: string) => users.data?.items.find((user) => user.id === id)?.username ?? '…';
  const list = useInfiniteQuery({
    ...readAll('apiKeys', 'list', listing({ q, sort }, [where('userId', owner?.id), whereFlag('enabled', enabled)])),
    placeholderData: keepPreviousData,
  });
  const toggle = useAction({
    act: ({ id, enabled: was }: ApiKey) => client.apiKeys.update({ id, enabled: !was }),
    changes: ['apiKeys'],
    done: ({ name, enabled: now }) => `The key ${name} ${now ? 'works again' : 'stops to work at once'}`,
  });
  const revoke = useAction({
    act: ({ id }: ApiKey) => client.apiKeys.delete({ id }),
    changes: ['apiKeys'],
    done: (_, { name }) => `The key ${name} is taken back`,
  });
  const askToRevoke = async (key: ApiKey) => {
    const yes = await confirm({
      title: `Take back the key ${key.name}?`,
      text: `Whatever uses ${key.prefix}… is refused at once, and the key cannot be brought back. To try whether something needs it, disable it first.`,
      confirmLabel: 'Take back the key',
      danger: true,
    });
    if (yes) revoke.mutate(key);
  };
  const columns: readonly Column<ApiKey>[] = [
    { key: 'name', header: 'Name', sortField: 'name', render: ({ name }) => <OpenText>{name}</OpenText> },
    { key: 'prefix', header: 'Begins with', hideBelow: 'sm', render: ({ prefix }) => <Code>{prefix}…</Code> },
    ...(showsOwner
      ? [
          {
            key: 'owner',
            header: 'Owner',
            render: ({ userId }: ApiKey) => <KitLink href={`/users/${userId}`}>{userName(userId)}</KitLink>,
          },
        ]
      : []),
    {
      key: 'limits',
      header: 'Narrowed to',
      hideBelow: 'md',
      render: (key) => limitWords(key, nameOf).join('; ') || 'What its owner may',
    },
    {
      key: 'state',
      header: 'State',
      render: (key) =>
        isExpired(key) ? (
          <StatusBadge status="stopped" text="Expired" />
        ) : (
          <StatusBadge status={key.enabled ? 'enabled' : 'disabled'} />
        ),
    },
    {
      key: 'expires',
      header: 'Good until',
      sortField: 'expiresAt',
      render: ({ expiresAt }) => <RelativeTime time={expiresAt} missing="taken back" />,
    },
    {
      key: 'used',
      header: 'Last used',
      sortField: 'lastUsedAt',
      render: ({ lastUsedAt }) => <RelativeTime time={lastUsedAt} />,
    },
    {
      key: 'created',
      header: 'Made',
      sortField: 'createdAt',
      hideBelow: 'md',
      render: ({ createdAt }) => <RelativeTime time={createdAt} />,
    },
    {
      key: 'actions',
      header: 'Actions',
      align: 'end',
      render: (key) => (
        <Group gap={6} justify="end">
          <Switch
            size="xs"
            aria-label={`Enable the key ${key.name}`}
            checked={key.enabled}
            disabled={toggle.isPending}
            onChange={() => toggle.mutate(key)}
          />
          <Button size="compact-xs" variant="default" aria-label={`Change ${key.name}`} onClick={() => setEdited(key)}>
            Change
          </Button>
          <Button
            size="compact-xs"
            variant="default"
            aria-label={`Replace ${key.name}`}
            onClick={() => setReplaced(key)}
          >
            Replace
          </Button>
          <Button
            size="compact-xs"
            variant="default"
            aria-label={`Take back ${key.name}`}
            onClick={() => void askToRevoke(key)}
          >
            Take back
          </Button>
        </Group>
      ),
    },
  ];
  const make = (
    <Button leftSection={<IconPlus size={16} aria-hidden />} onClick={() => setEdited('new')}>
      New key
    </Button>
  );
  const filtered = q !== '' || enabled !== '';
  return (
    <Stack>
      <Group justify="space-between" align="start">
        <Text size="sm" maw={680}>
          A key lets a program in with at most what its owner may. It is shown once, when it is made; afterwards only
          how it begins is known.
        </Text>
        {make}
      </Group>
      <FilterBar
        filters={filters}
        values={{ q, enabled }}
        search={{ label: 'Search', placeholder: 'Name or beginning' }}
        onChange={(next) => setUrl({ q: next.q, enabled: next.enabled })}
      />
      {list.error && !list.data ? (
        <ErrorPanel error={list.error} onRetry={() => void list.refetch()} />
      ) : (
        <DataTable
          label={owner ? `API keys of ${owner.name}` : 'API keys'}
          rows={list.data?.pages.flatMap(({ items }) => items) ?? []}
          total={list.data?.pages[0]?.meta.total}
          columns={columns}
          rowKey={({ id }) => id}
          rowLabel={({ name }) => name}
          onOpen={setEdited}
          sort={sortOf(sort)}
          onSort={(next) => setUrl({ sort: sortText(next) })}
          loading={list.isPending || list.isFetchingNextPage}
          onEndReached={() => list.hasNextPage && void list.fetchNextPage()}
          empty={
            filtered ? (
              <EmptyState icon={IconKey} title="No key fits" text="Change or clear the filters above." />
            ) : (
              <EmptyState
                icon={IconKey}
                title="There is no key yet"
                text="Make one for each program that uses the server, and narrow it to what the program needs."
                action={make}
              />
            )
          }
        />
      )}
      <KeyDialog edited={edited} owner={owner} onClose={() => setEdited(null)} />
      <ReplaceKey replaced={replaced} onClose={() => setReplaced(null)} />
      {dialog}
    </Stack>
  );
}
