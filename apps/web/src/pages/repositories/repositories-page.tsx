import { Button, Group, Stack, Text, Title } from '@mantine/core';
import type { RepositoryType } from '@ratchet/contract/entities/repository';
import { IconPlus, IconRefresh, IconUpload } from '@tabler/icons-react';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useRef, useState } from 'react';
import { client } from '../../api/client.ts';
import { type InputOf, read, readAll } from '../../api/queries.ts';
import { useAction } from '../../api/use-action.ts';
import { useMay } from '../../api/use-identity.ts';
import { useTitle } from '../../app/use-title.ts';
import { useUrlState } from '../../app/use-url-state.ts';
import { EmptyState } from '../../kit/state/empty-state.tsx';
import { ErrorPanel } from '../../kit/state/error-panel.tsx';
import { DataTable } from '../../kit/table/data-table.tsx';
import { FilterBar } from '../../kit/table/filter-bar.tsx';
import { sortOf, sortText } from '../../kit/table/sort-text.ts';
import { useRepositoryEvents } from '../repository/parts/use-repository-events.ts';
import { AddRepository } from './add/add-repository.tsx';
import { filters, listInput, urlDefaults } from './list-input.ts';
import { type OfAll, OutcomeOfAll } from './outcome-of-all.tsx';
import { columnsOf } from './repository-columns.tsx';

const kinds = new Set(['git', 'filesystem', 'http', 'zip']);

/** The repositories, how well each keeps in step, and adding one. */
export function RepositoriesPage() {
  useTitle('Repositories');
  const navigate = useNavigate();
  const may = useMay();
  const [state, setState] = useUrlState(urlDefaults);
  const { running } = useRepositoryEvents();
  const [outcome, setOutcome] = useState<OfAll | null>(null);
  const addButton = useRef<HTMLButtonElement>(null);
  const list = useInfiniteQuery(readAll('repositories', 'list', listInput(state) as InputOf<'repositories', 'list'>));
  const standings = useQuery(read('registry', 'pushStatus', {}));
  const rows = list.data?.pages.flatMap(({ items }) => items) ?? [];
  const total = list.data?.pages[0]?.meta.total;
  const filtered = state.q !== '' || filters.some(({ key }) => state[key as keyof typeof state] !== '');

  const syncAll = useAction({
    act: () => client.repositories.syncAll({}),
    changes: ['repositories', 'registry', 'conflicts', 'tasks'],
    onDone: ({ results, failures }) => setOutcome({ kind: 'sync', results, failures }),
  });
  const pushAll = useAction({
    act: () => client.registry.pushAllPending({}),
    changes: ['repositories', 'registry', 'conflicts', 'tasks', 'pullRequests', 'pushes'],
    onDone: ({ results, failures }) => setOutcome({ kind: 'push', results, failures }),
  });
  const add = () => setState({ add: 'git' }, { replace: false });
  const closeAdd = () => {
    setState({ add: undefined });
    setTimeout(() => addButton.current?.focus());
  };
  const pending = standings.data?.pending ?? 0;
  return (
    <Stack>
      <Group justify="space-between">
        <Title order={1}>Repositories</Title>
        <Group gap="xs">
          {may('push') && pending > 0 && (
            <Button
              variant="default"
              leftSection={<IconUpload size={18} aria-hidden />}
              onClick={() => pushAll.mutate()}
              loading={pushAll.isPending}
            >
              Push all ({pending})
            </Button>
          )}
          {may('sync') && (
            <Button
              variant="default"
              leftSection={<IconRefresh size={18} aria-hidden />}
              onClick={() => syncAll.mutate()}
              loading={syncAll.isPending}
              disabled={rows.length === 0}
            >
              Sync all
            </Button>
          )}
          {may('create_repository') && (
            <Button ref={addButton} leftSection={<IconPlus size={18} aria-hidden />} onClick={add}>
              Add a repository
            </Button>
          )}
        </Group>
      </Group>
      <Text c="dimmed" maw={720}>
        Every task lives here and in a repository, and the two are kept in step in both directions. An edit is never
        overwritten: what both sides changed becomes a conflict that you decide.
      </Text>
      {outcome && <OutcomeOfAll outcome={outcome} repositories={rows} onClose={() => setOutcome(null)} />}
      <FilterBar
        search={{ label: 'Search repositories', placeholder: 'Name or address' }}
        filters={filters}
        values={state}
        onChange={(values) =>
          setState({ q: values.q, ...Object.fromEntries(filters.map(({ key }) => [key, values[key]])) })
        }
      />
      {list.error ? (
        <ErrorPanel error={list.error} onRetry={() => void list.refetch()} />
      ) : (
        <DataTable
          label="Repositories"
          rows={rows}
          columns={columnsOf(standings.data, running)}
          rowKey={({ id }) => id}
          rowHref={({ id }) => `/repositories/${id}`}
          rowLabel={({ name }) => name}
          sort={sortOf(state.sort)}
          onSort={(sort) => setState({ sort: sortText(sort) })}
          loading={list.isFetching && (list.isPending || list.isFetchingNextPage)}
          {...(total === undefined ? {} : { total })}
          onEndReached={() => list.hasNextPage && void list.fetchNextPage()}
          empty={
            filtered ? (
              <EmptyState title="No repository fits" text="Change or clear the filters above." />
            ) : (
              <EmptyState
                title="No repositories yet"
                text="Add the Git repository, folder, registry or archive that your tasks are in. Nothing in it is changed before you push."
                action={may('create_repository') && <Button onClick={add}>Add a repository</Button>}
              />
            )
          }
        />
      )}
      {state.add !== '' && (
        <AddRepository
          first={kinds.has(state.add) ? (state.add as RepositoryType) : 'git'}
          onClose={closeAdd}
          onAdded={(id, started) =>
            void navigate({ to: `/repositories/${id}`, search: started ? {} : { tab: 'plan' } } as never)
          }
        />
      )}
    </Stack>
  );
}
