import { Badge, Button, Group, Stack, Text } from '@mantine/core';
import type { Grant } from '@ratchet/contract/entities/grant';
import type { User } from '@ratchet/contract/entities/user';
import { IconPlus, IconShieldCheck } from '@tabler/icons-react';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { client } from '../../api/client.ts';
import { readAll } from '../../api/queries.ts';
import { useAction } from '../../api/use-action.ts';
import { useMay } from '../../api/use-identity.ts';
import { EmptyState } from '../../kit/state/empty-state.tsx';
import { ErrorPanel } from '../../kit/state/error-panel.tsx';
import { RelativeTime } from '../../kit/state/relative-time.tsx';
import { useConfirm } from '../../kit/state/use-confirm.tsx';
import { type Column, DataTable } from '../../kit/table/data-table.tsx';
import { listing, where } from '../administration/listing.ts';
import { MayButton } from '../administration/may-button.tsx';
import { useRepositories } from '../administration/repository-choices.ts';
import { GrantDialog } from './grant-dialog.tsx';

/** What somebody may do where, where their access is narrowed to grants. */
export function Grants({ user }: { user: User }) {
  const may = useMay();
  const { nameOf } = useRepositories();
  const { confirm, dialog } = useConfirm();
  const [edited, setEdited] = useState<Grant | 'new' | null>(null);
  const list = useInfiniteQuery(readAll('grants', 'list', listing({}, [where('userId', user.id)])));
  const remove = useAction({
    act: ({ id }: Grant) => client.grants.delete({ id }),
    changes: ['grants', 'users'],
    done: () => 'The grant is taken back',
  });
  const askToRemove = async (grant: Grant) => {
    const yes = await confirm({
      title: `Take back the grant for ${placeOf(grant, nameOf)}?`,
      text: `${user.name} loses ${grant.permissions.join(', ')} there at once. Without any grant they see nothing, until their access is set to everywhere.`,
      confirmLabel: 'Take back the grant',
      danger: true,
    });
    if (yes) remove.mutate(grant);
  };
  const refused = may('manage_users') ? undefined : 'Only who may manage users grants anything.';
  const columns: readonly Column<Grant>[] = [
    { key: 'repository', header: 'Repository', render: ({ repositoryId }) => nameOf(repositoryId) },
    {
      key: 'tasks',
      header: 'Tasks',
      render: ({ taskPattern }) => (taskPattern === '*' ? 'every task' : taskPattern),
    },
    {
      key: 'permissions',
      header: 'May',
      render: ({ permissions }) => (
        <Group gap={4}>
          {permissions.map((permission) => (
            <Badge key={permission} variant="default" tt="none">
              {permission}
            </Badge>
          ))}
        </Group>
      ),
    },
    {
      key: 'since',
      header: 'Since',
      hideBelow: 'md',
      render: ({ createdAt, createdBy }) => (
        <>
          <RelativeTime time={createdAt} /> by {createdBy}
        </>
      ),
    },
    ...(refused === undefined
      ? [
          {
            key: 'actions',
            header: 'Actions',
            align: 'end' as const,
            render: (grant: Grant) => (
              <Group gap={4} justify="end" wrap="nowrap">
                <Button
                  size="compact-xs"
                  variant="default"
                  aria-label={`Change the grant for ${placeOf(grant, nameOf)}`}
                  onClick={() => setEdited(grant)}
                >
                  Change
                </Button>
                <Button
                  size="compact-xs"
                  variant="default"
                  aria-label={`Take back the grant for ${placeOf(grant, nameOf)}`}
                  onClick={() => void askToRemove(grant)}
                >
                  Take back
                </Button>
              </Group>
            ),
          },
        ]
      : []),
  ];
  const add = (
    <MayButton
      leftSection={<IconPlus size={16} aria-hidden />}
      refused={refused ?? (user.role === 'admin' ? 'An administrator is never narrowed by grants.' : undefined)}
      onClick={() => setEdited('new')}
    >
      Add a grant
    </MayButton>
  );
  const rows = list.data?.pages.flatMap(({ items }) => items) ?? [];
  return (
    <Stack>
      <Group justify="space-between" align="start">
        <Text size="sm" maw={680}>
          A grant says what {user.name} may do in a repository, or to tasks whose name fits a pattern. From the first
          one on they see nothing else. A grant gives at most what their role can have.
        </Text>
        {rows.length > 0 && add}
      </Group>
      {list.error ? (
        <ErrorPanel error={list.error} onRetry={() => void list.refetch()} />
      ) : (
        <DataTable
          label={`Grants of ${user.name}`}
          rows={rows}
          columns={columns}
          rowKey={({ id }) => id}
          rowLabel={(grant) => placeOf(grant, nameOf)}
          loading={list.isPending || list.isFetchingNextPage}
          onEndReached={() => list.hasNextPage && void list.fetchNextPage()}
          empty={
            <EmptyState
              icon={IconShieldCheck}
              title="Nothing is granted"
              text={
                user.role === 'admin'
                  ? 'An administrator needs no grants.'
                  : user.access === 'all'
                    ? 'What the role may do counts everywhere. Add a grant to narrow it to places.'
                    : 'Nothing can be seen with this account. Add a grant, or set its access to everywhere.'
              }
              action={user.role === 'admin' ? undefined : add}
            />
          }
        />
      )}
      <GrantDialog user={user} grant={edited} onClose={() => setEdited(null)} />
      {dialog}
    </Stack>
  );
}

const placeOf = ({ repositoryId, taskPattern }: Grant, nameOf: (id: string | null) => string): string =>
  `${taskPattern === '*' ? 'every task' : `tasks ${taskPattern}`} in ${nameOf(repositoryId)}`;
