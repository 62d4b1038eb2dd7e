import { Button, Group, Stack } from '@mantine/core';
import { IconLock, IconPlus } from '@tabler/icons-react';
import { keepPreviousData, useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { client } from '../../api/client.ts';
import { read, readAll } from '../../api/queries.ts';
import { useAction } from '../../api/use-action.ts';
import { useUrlState } from '../../app/use-url-state.ts';
import { EmptyState } from '../../kit/state/empty-state.tsx';
import { ErrorPanel } from '../../kit/state/error-panel.tsx';
import { KitLink } from '../../kit/state/kit-link.tsx';
import { RelativeTime } from '../../kit/state/relative-time.tsx';
import { useConfirm } from '../../kit/state/use-confirm.tsx';
import { type Column, DataTable } from '../../kit/table/data-table.tsx';
import { FilterBar } from '../../kit/table/filter-bar.tsx';
import { sortOf, sortText } from '../../kit/table/sort-text.ts';
import { listing, where } from '../administration/listing.ts';
import { CredentialDialog } from './credential-dialog.tsx';
import { type Credential, credentialTypes } from './credential-types.ts';

const defaults = { q: '', type: '', sort: 'name' };
const filters = [
  {
    key: 'type',
    label: 'How it signs in',
    kind: 'select',
    options: Object.entries(credentialTypes).map(([value, { label }]) => ({ value, label })),
  },
] as const;

/** Ways to sign in to repositories. Which repositories use one is looked up among those that are seen. */
export function Credentials() {
  const [{ q, type, sort }, setUrl] = useUrlState(defaults);
  const { confirm, dialog } = useConfirm();
  const [edited, setEdited] = useState<Credential | 'new' | null>(null);
  const repositories = useQuery({ ...read('repositories', 'list', { limit: 1000 }), staleTime: 30_000 });
  const usersOf = (id: string) => (repositories.data?.items ?? []).filter(({ credentialId }) => credentialId === id);
  const list = useInfiniteQuery({
    ...readAll('credentials', 'list', listing({ q, sort }, [where('type', type)])),
    placeholderData: keepPreviousData,
  });
  const remove = useAction({
    act: ({ id }: Credential) => client.credentials.delete({ id }),
    changes: ['credentials'],
    done: (_, { name }) => `The credential ${name} is gone`,
  });
  const askToRemove = async (credential: Credential) => {
    const yes = await confirm({
      title: `Delete the credential ${credential.name}?`,
      text: 'Its secret cannot be brought back. The server refuses while a repository uses it.',
      confirmLabel: 'Delete the credential',
      danger: true,
    });
    if (yes) remove.mutate(credential);
  };
  const columns: readonly Column<Credential>[] = [
    { key: 'name', header: 'Name', sortField: 'name', render: ({ name }) => name },
    { key: 'type', header: 'How it signs in', render: (row) => credentialTypes[row.type].label },
    {
      key: 'used',
      header: 'Used by',
      render: ({ id }) => {
        const used = usersOf(id);
        if (used.length === 0) return repositories.data ? 'no repository' : '…';
        return used.map((repository, index) => (
          <span key={repository.id}>
            {index > 0 && ', '}
            <KitLink href={`/repositories/${repository.id}`}>{repository.name}</KitLink>
          </span>
        ));
      },
    },
    {
      key: 'rotated',
      header: 'Secret set',
      sortField: 'createdAt',
      render: ({ rotatedAt, createdAt }) => <RelativeTime time={rotatedAt ?? createdAt} />,
    },
    {
      key: 'actions',
      header: 'Actions',
      align: 'end',
      render: (credential) => (
        <Group gap={6} justify="end" wrap="nowrap">
          <Button
            size="compact-xs"
            variant="default"
            aria-label={`Replace the secret of ${credential.name}`}
            onClick={() => setEdited(credential)}
          >
            Replace
          </Button>
          <Button
            size="compact-xs"
            variant="default"
            aria-label={`Delete ${credential.name}`}
            onClick={() => void askToRemove(credential)}
          >
            Delete
          </Button>
        </Group>
      ),
    },
  ];
  const make = (
    <Button leftSection={<IconPlus size={16} aria-hidden />} onClick={() => setEdited('new')}>
      New credential
    </Button>
  );
  return (
    <Stack>
      <FilterBar
        filters={filters}
        values={{ q, type }}
        search={{ label: 'Search', placeholder: 'Name' }}
        onChange={(next) => setUrl({ q: next.q, type: next.type })}
      >
        {make}
      </FilterBar>
      {list.error && !list.data ? (
        <ErrorPanel error={list.error} onRetry={() => void list.refetch()} />
      ) : (
        <DataTable
          label="Credentials of repositories"
          rows={list.data?.pages.flatMap(({ items }) => items) ?? []}
          total={list.data?.pages[0]?.meta.total}
          columns={columns}
          rowKey={({ id }) => id}
          rowLabel={({ name }) => name}
          sort={sortOf(sort)}
          onSort={(next) => setUrl({ sort: sortText(next) })}
          loading={list.isPending || list.isFetchingNextPage}
          onEndReached={() => list.hasNextPage && void list.fetchNextPage()}
          empty={
            q || type ? (
              <EmptyState icon={IconLock} title="No credential fits" text="Change or clear the filters above." />
            ) : (
              <EmptyState
                icon={IconLock}
                title="There is no credential yet"
                text="Keep a way to sign in here, then choose it in the settings of the repositories that need it."
                action={make}
              />
            )
          }
        />
      )}
      <CredentialDialog edited={edited} onClose={() => setEdited(null)} />
      {dialog}
    </Stack>
  );
}
