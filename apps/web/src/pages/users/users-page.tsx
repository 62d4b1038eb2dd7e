import { Button, Stack } from '@mantine/core';
import { roles } from '@ratchet/contract/access';
import type { User } from '@ratchet/contract/entities/user';
import { IconPlus, IconUsers } from '@tabler/icons-react';
import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { readAll } from '../../api/queries.ts';
import { useIdentity, useMay } from '../../api/use-identity.ts';
import { PageHead } from '../../app/page-head.tsx';
import { useUrlState } from '../../app/use-url-state.ts';
import { EmptyState } from '../../kit/state/empty-state.tsx';
import { ErrorPanel } from '../../kit/state/error-panel.tsx';
import { RelativeTime } from '../../kit/state/relative-time.tsx';
import { StatusBadge } from '../../kit/state/status-badge.tsx';
import { type Column, DataTable } from '../../kit/table/data-table.tsx';
import { FilterBar } from '../../kit/table/filter-bar.tsx';
import { sortOf, sortText } from '../../kit/table/sort-text.ts';
import { listing, where, whereFlag } from '../administration/listing.ts';
import { MayButton } from '../administration/may-button.tsx';
import { accessWords, roleWords } from '../administration/permission-words.ts';
import { NewUser } from './new-user.tsx';

const defaults = { q: '', role: '', access: '', enabled: '', sort: 'username' };
const filters = [
  {
    key: 'role',
    label: 'Role',
    kind: 'select',
    options: roles.map((value) => ({ value, label: roleWords[value].label })),
  },
  {
    key: 'access',
    label: 'Access',
    kind: 'select',
    options: (['all', 'granted'] as const).map((value) => ({ value, label: accessWords[value].label })),
  },
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

const columns: readonly Column<User>[] = [
  { key: 'username', header: 'User name', sortField: 'username', render: ({ username }) => username },
  { key: 'name', header: 'Name', sortField: 'name', render: ({ name }) => name },
  { key: 'email', header: 'Address', sortField: 'email', hideBelow: 'md', render: ({ email }) => email },
  { key: 'role', header: 'Role', sortField: 'role', render: ({ role }) => roleWords[role].label },
  {
    key: 'access',
    header: 'Access',
    hideBelow: 'sm',
    render: ({ access, role }) => (role === 'admin' ? accessWords.all.label : accessWords[access].label),
  },
  {
    key: 'state',
    header: 'State',
    render: ({ enabled, mustChangePassword }) =>
      enabled && mustChangePassword ? (
        <StatusBadge status="waiting" text="Has to choose a password" />
      ) : (
        <StatusBadge status={enabled ? 'enabled' : 'disabled'} />
      ),
  },
  {
    key: 'seen',
    header: 'Last sign-in',
    sortField: 'lastLoginAt',
    render: ({ lastLoginAt }) => <RelativeTime time={lastLoginAt} />,
  },
];

export function UsersPage() {
  const [{ q, role, access, enabled, sort }, setUrl] = useUrlState(defaults);
  const [making, setMaking] = useState(false);
  const may = useMay();
  const identity = useIdentity();
  const list = useInfiniteQuery({
    ...readAll(
      'users',
      'list',
      listing({ q, sort }, [where('role', role), where('access', access), whereFlag('enabled', enabled)]),
    ),
    placeholderData: keepPreviousData,
  });
  const filtered = [q, role, access, enabled].some((value) => value !== '');
  return (
    <Stack>
      <PageHead
        title="Users and grants"
        text={
          identity && !identity.user
            ? 'This server signs nobody in: whoever reaches it may do everything. Accounts count once auth.mode is password.'
            : 'Who can sign in, and what each may do where.'
        }
        actions={
          <MayButton
            leftSection={<IconPlus size={16} aria-hidden />}
            refused={may('manage_users') ? undefined : 'Only who may manage users makes accounts.'}
            onClick={() => setMaking(true)}
          >
            New user
          </MayButton>
        }
      />
      <FilterBar
        filters={filters}
        values={{ q, role, access, enabled }}
        search={{ label: 'Search', placeholder: 'User name, name or address' }}
        onChange={(next) => setUrl({ q: next.q, role: next.role, access: next.access, enabled: next.enabled })}
      />
      {list.error && !list.data ? (
        <ErrorPanel error={list.error} onRetry={() => void list.refetch()} />
      ) : (
        <DataTable
          label="Users"
          rows={list.data?.pages.flatMap(({ items }) => items) ?? []}
          total={list.data?.pages[0]?.meta.total}
          columns={columns}
          rowKey={({ id }) => id}
          rowHref={({ id }) => `/users/${id}`}
          rowLabel={({ username }) => username}
          sort={sortOf(sort)}
          onSort={(next) => setUrl({ sort: sortText(next) })}
          loading={list.isPending || list.isFetchingNextPage}
          onEndReached={() => list.hasNextPage && void list.fetchNextPage()}
          empty={
            filtered ? (
              <EmptyState icon={IconUsers} title="Nobody fits" text="Change or clear the filters above." />
            ) : (
              <EmptyState
                icon={IconUsers}
                title="There is no account yet"
                text="Make one: its owner gets a password from you that is good for one sign-in."
                action={<Button onClick={() => setMaking(true)}>New user</Button>}
              />
            )
          }
        />
      )}
      <NewUser opened={making} onClose={() => setMaking(false)} />
    </Stack>
  );
}
