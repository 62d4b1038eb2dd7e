import { Button, Group, Pill, Stack, Text, Title } from '@mantine/core';
import type { Conflict } from '@ratchet/contract/entities/conflict';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { type InputOf, read, readAll } from '../../api/queries.ts';
import { useMay } from '../../api/use-identity.ts';
import { useTitle } from '../../app/use-title.ts';
import { useUrlState } from '../../app/use-url-state.ts';
import { EmptyState } from '../../kit/state/empty-state.tsx';
import { ErrorPanel } from '../../kit/state/error-panel.tsx';
import { useConfirm } from '../../kit/state/use-confirm.tsx';
import { DataTable } from '../../kit/table/data-table.tsx';
import { FilterBar } from '../../kit/table/filter-bar.tsx';
import { RunProgress } from '../repository/parts/run-progress.tsx';
import { useRepositoryEvents } from '../repository/parts/use-repository-events.ts';
import { BulkOutcome } from './bulk-outcome.tsx';
import { conflictColumns } from './conflict-columns.tsx';
import { filtersOf, listInput, urlDefaults } from './list-input.ts';
import { type BulkResult, type BulkWay, useBulkResolve } from './use-bulk-resolve.ts';

const questions: Readonly<Record<BulkWay, { title: (count: string) => string; text: string; label: string }>> = {
  take_local: {
    title: (count) => `Keep what is here in ${count}?`,
    text: 'What was changed upstream is left out in each of them. It stays on record with the conflict. A push carries what is here upstream.',
    label: 'Keep what is here',
  },
  take_remote: {
    title: (count) => `Take what is upstream in ${count}?`,
    text: 'What was changed here is left out in each of them. It stays on record with the conflict and in the tasks’ history.',
    label: 'Take what is upstream',
  },
  merge: {
    title: (count) => `Merge ${count}?`,
    text: 'In them both sides fit together and nothing is to be chosen.',
    label: 'Merge them',
  },
};

/** What both sides changed, and a person decides. */
export function ConflictsPage() {
  useTitle('Conflicts');
  const may = useMay();
  const [state, setState] = useUrlState(urlDefaults);
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const [result, setResult] = useState<BulkResult | null>(null);
  const { confirm, dialog } = useConfirm();
  useRepositoryEvents();
  const standings = useQuery(read('registry', 'pushStatus', {}));
  const list = useInfiniteQuery(
    readAll('conflicts', 'list', { limit: 50, ...listInput(state) } as InputOf<'conflicts', 'list'>),
  );
  const rows = list.data?.pages.flatMap(({ items }) => items) ?? [];
  const total = list.data?.pages[0]?.meta.total;
  const repositories = (standings.data?.repositories ?? []).map((one) => ({
    id: one.repositoryId,
    name: one.repositoryName,
    conflicts: one.conflicts,
  }));
  const troubled = repositories.filter(({ conflicts }) => conflicts > 0);
  const chosen = rows.filter(({ id, status }) => selected.has(id) && status === 'open');
  const mergeable = chosen.filter(({ autoResolvable }) => autoResolvable);
  const bulk = useBulkResolve((done) => {
    setResult(done);
    setSelected(new Set());
  });
  const decide = async (conflicts: readonly Conflict[], way: BulkWay) => {
    const { title, text, label } = questions[way];
    const count = conflicts.length === 1 ? `${conflicts[0]?.repositoryPath}` : `${conflicts.length} conflicts`;
    const sure = await confirm({
      title: title(count),
      text: `${text} ${
        conflicts.length > 1
          ? conflicts
              .slice(0, 8)
              .map(({ repositoryPath }) => repositoryPath)
              .join(', ')
          : ''
      }${conflicts.length > 8 ? ' and others' : ''}`,
      confirmLabel: label,
      danger: way !== 'merge',
    });
    if (sure) bulk.mutate({ conflicts, way });
  };
  const filtered = state.q !== '' || state.repository !== '' || state.type !== '' || state.status !== 'open';
  return (
    <Stack>
      <Title order={1}>Conflicts</Title>
      {troubled.length > 0 && (
        <Group gap="xs">
          <Text size="sm">Open:</Text>
          {troubled.map(({ id, name, conflicts }) => (
            <Button
              key={id}
              size="compact-sm"
              variant={state.repository === id ? 'filled' : 'default'}
              aria-pressed={state.repository === id}
              onClick={() => setState({ repository: state.repository === id ? undefined : id })}
            >
              {name}: {conflicts}
            </Button>
          ))}
        </Group>
      )}
      {bulk.isPending && <RunProgress title="Deciding" progress={bulk.progress} />}
      {result && !bulk.isPending && <BulkOutcome result={result} onClose={() => setResult(null)} />}
      <FilterBar
        search={{ label: 'Search conflicts', placeholder: 'Path' }}
        filters={filtersOf(repositories)}
        values={state}
        onChange={({ q, repository, type, status }) => setState({ q, repository, type, status: status ?? 'all' })}
      />
      {list.error ? (
        <ErrorPanel error={list.error} onRetry={() => void list.refetch()} />
      ) : (
        <DataTable
          label="Conflicts"
          rows={rows}
          columns={conflictColumns(repositories)}
          rowKey={({ id }) => id}
          rowHref={({ id }) => `/conflicts/${id}`}
          rowLabel={({ repositoryPath }) => repositoryPath}
          sort={{
            field: state.sort.replace(/^-/, ''),
            order: state.sort.startsWith('-') ? 'desc' : 'asc',
          }}
          onSort={({ field, order }) => setState({ sort: order === 'desc' ? `-${field}` : field })}
          {...(may('edit') ? { selection: { selected, onChange: setSelected } } : {})}
          loading={list.isPending || list.isFetchingNextPage}
          {...(total === undefined ? {} : { total })}
          onEndReached={() => list.hasNextPage && void list.fetchNextPage()}
          empty={
            filtered ? (
              <EmptyState title="No conflict fits" text="Change or clear the filters above." />
            ) : (
              <EmptyState
                title="No open conflicts"
                text="When a task is changed here and in its repository in a way that does not fit together, it waits here until someone decides. Neither side is overwritten."
                action={
                  <Button variant="default" onClick={() => setState({ status: 'resolved' })}>
                    See those that were decided
                  </Button>
                }
              />
            )
          }
        />
      )}
      {chosen.length > 0 && (
        <Group gap="xs" role="group" aria-label="With the chosen conflicts">
          <Pill>{chosen.length} chosen</Pill>
          {mergeable.length > 0 && (
            <Button size="xs" onClick={() => void decide(mergeable, 'merge')} disabled={bulk.isPending}>
              Merge the {mergeable.length} that fit together
            </Button>
          )}
          <Button
            size="xs"
            variant="default"
            onClick={() => void decide(chosen, 'take_local')}
            disabled={bulk.isPending}
          >
            Keep what is here
          </Button>
          <Button
            size="xs"
            variant="default"
            onClick={() => void decide(chosen, 'take_remote')}
            disabled={bulk.isPending}
          >
            Take what is upstream
          </Button>
        </Group>
      )}
      {dialog}
    </Stack>
  );
}
