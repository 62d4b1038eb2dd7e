import { Button, Group, Stack } from '@mantine/core';
import type { Secret } from '@ratchet/contract/entities/secret';
import { IconLock, IconPlus } from '@tabler/icons-react';
import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { client } from '../../api/client.ts';
import { readAll } from '../../api/queries.ts';
import { useAction } from '../../api/use-action.ts';
import { useUrlState } from '../../app/use-url-state.ts';
import { EmptyState } from '../../kit/state/empty-state.tsx';
import { ErrorPanel } from '../../kit/state/error-panel.tsx';
import { RelativeTime } from '../../kit/state/relative-time.tsx';
import { useConfirm } from '../../kit/state/use-confirm.tsx';
import { type Column, DataTable } from '../../kit/table/data-table.tsx';
import { FilterBar } from '../../kit/table/filter-bar.tsx';
import { sortOf, sortText } from '../../kit/table/sort-text.ts';
import { listing } from '../administration/listing.ts';
import { OpenText } from '../administration/open-text.tsx';
import { SecretDialog } from './secret-dialog.tsx';
import { TaskLinks } from './task-links.tsx';

const defaults = { q: '', sort: 'name' };

/** Values that tasks are granted, by name. */
export function Secrets() {
  const [{ q, sort }, setUrl] = useUrlState(defaults);
  const { confirm, dialog } = useConfirm();
  const [edited, setEdited] = useState<Secret | 'new' | null>(null);
  const list = useInfiniteQuery({
    ...readAll('secrets', 'list', listing({ q, sort })),
    placeholderData: keepPreviousData,
  });
  const remove = useAction({
    act: ({ id }: Secret) => client.secrets.delete({ id }),
    changes: ['secrets'],
    done: (_, { name }) => `The secret ${name} is gone`,
  });
  const askToRemove = async (secret: Secret) => {
    const count = secret.taskIds.length;
    const yes = await confirm({
      title: `Delete the secret ${secret.name}?`,
      text: `Its value cannot be brought back. ${count === 0 ? 'No task is granted it.' : `${count} ${count === 1 ? 'task that is' : 'tasks that are'} granted it run without it from then on.`}`,
      confirmLabel: 'Delete the secret',
      danger: true,
      ...(count > 0 ? { typeToConfirm: secret.name } : {}),
    });
    if (yes) remove.mutate(secret);
  };
  const columns: readonly Column<Secret>[] = [
    { key: 'name', header: 'Name', sortField: 'name', render: ({ name }) => <OpenText>{name}</OpenText> },
    { key: 'description', header: 'What it is', hideBelow: 'md', render: ({ description }) => description ?? '' },
    { key: 'tasks', header: 'Granted to', render: ({ taskIds }) => <TaskLinks ids={taskIds} /> },
    {
      key: 'rotated',
      header: 'Value set',
      render: ({ rotatedAt, createdAt }) => <RelativeTime time={rotatedAt ?? createdAt} />,
    },
    { key: 'by', header: 'Made by', hideBelow: 'md', render: ({ createdBy }) => createdBy },
    {
      key: 'actions',
      header: 'Actions',
      align: 'end',
      render: (secret) => (
        <Group gap={6} justify="end" wrap="nowrap">
          <Button
            size="compact-xs"
            variant="default"
            aria-label={`Change ${secret.name}`}
            onClick={() => setEdited(secret)}
          >
            Change
          </Button>
          <Button
            size="compact-xs"
            variant="default"
            aria-label={`Delete ${secret.name}`}
            onClick={() => void askToRemove(secret)}
          >
            Delete
          </Button>
        </Group>
      ),
    },
  ];
  const make = (
    <Button leftSection={<IconPlus size={16} aria-hidden />} onClick={() => setEdited('new')}>
      New secret
    </Button>
  );
  return (
    <Stack>
      <FilterBar
        values={{ q }}
        search={{ label: 'Search', placeholder: 'Name' }}
        onChange={(next) => setUrl({ q: next.q })}
      >
        {make}
      </FilterBar>
      {list.error && !list.data ? (
        <ErrorPanel error={list.error} onRetry={() => void list.refetch()} />
      ) : (
        <DataTable
          label="Secrets of tasks"
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
            q ? (
              <EmptyState icon={IconLock} title="No secret of this name" text="Search for something else." />
            ) : (
              <EmptyState
                icon={IconLock}
                title="There is no secret yet"
                text="Keep a password or a key here and grant it to the tasks that need it: they read it as context.secrets.NAME."
                action={make}
              />
            )
          }
        />
      )}
      <SecretDialog edited={edited} onClose={() => setEdited(null)} />
      {dialog}
    </Stack>
  );
}
