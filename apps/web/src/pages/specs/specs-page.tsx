import { Button, Stack } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import type { Spec } from '@ratchet/contract/entities/spec';
import { IconListCheck, IconPlus } from '@tabler/icons-react';
import { keepPreviousData, useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { read, readAll } from '../../api/queries.ts';
import { useMay } from '../../api/use-identity.ts';
import { PageHead } from '../../app/page-head.tsx';
import { useUrlState } from '../../app/use-url-state.ts';
import { EmptyState } from '../../kit/state/empty-state.tsx';
import { ErrorPanel } from '../../kit/state/error-panel.tsx';
import { KitLink } from '../../kit/state/kit-link.tsx';
import { countText } from '../../kit/state/times.ts';
import { DataTable } from '../../kit/table/data-table.tsx';
import { FilterBar } from '../../kit/table/filter-bar.tsx';
import { sortOf, sortText } from '../../kit/table/sort-text.ts';
import { AddProject } from './add-project.tsx';
import { isFiltered, specDefaults, specFilters, specListInput } from './list-input.ts';
import { NewChange } from './new-change.tsx';
import { ProjectList } from './project-list.tsx';
import { specColumns } from './spec-columns.tsx';
import { specHref } from './spec-href.ts';
import { SyncAll } from './sync-all.tsx';
import { useSpecEvents } from './use-spec-events.ts';

const mostProjects = 200;
const keyOf = ({ documentId }: Spec) => documentId;
const labelOf = ({ title }: Spec) => title;
const hrefOf = (spec: Spec) => specHref(spec);

/** Projects of OpenSpec and their changes, with how far each is. */
export function SpecsPage() {
  const [state, setState] = useUrlState(specDefaults);
  const may = useMay();
  const [adding, add] = useDisclosure(false);
  const [beginning, begin] = useDisclosure(false);
  useSpecEvents();
  const projects = useQuery(read('projects', 'list', { limit: mostProjects, page: 1 }));
  const known = useMemo(() => projects.data?.items ?? [], [projects.data]);
  const list = useInfiniteQuery({
    ...readAll('specs', 'list', specListInput(state)),
    placeholderData: keepPreviousData,
  });
  const rows = list.data?.pages.flatMap(({ items }) => items) ?? [];
  const total = list.data?.pages[0]?.meta.total;
  const filters = useMemo(() => specFilters(known), [known]);
  const { q, project, status, sync, archived } = state;
  const addButton = may('create_repository') && (
    <Button
      variant={known.length > 0 ? 'default' : 'filled'}
      leftSection={<IconPlus size={16} aria-hidden />}
      onClick={add.open}
    >
      Add a project
    </Button>
  );
  const beginButton = may('create') && known.length > 0 && (
    <Button leftSection={<IconPlus size={16} aria-hidden />} onClick={begin.open}>
      New change
    </Button>
  );
  const none = projects.isSuccess && known.length === 0;
  return (
    <Stack>
      <PageHead
        title="Specs"
        text={
          total === undefined || none
            ? 'Changes of OpenSpec projects, kept in step with their folders'
            : `${countText(total)} ${total === 1 ? 'change' : 'changes'}, kept in step with the folders of ${countText(known.length)} ${known.length === 1 ? 'project' : 'projects'}`
        }
        actions={
          !none && (
            <>
              {may('sync') && <SyncAll />}
              {addButton}
              {beginButton}
            </>
          )
        }
      />
      {projects.error ? (
        <ErrorPanel error={projects.error} onRetry={() => void projects.refetch()} />
      ) : none ? (
        <EmptyState
          order={2}
          icon={IconListCheck}
          title="No project yet"
          text="A project is a folder on the server that holds an openspec folder. Its changes are read from there, and what you tick or edit here is written back."
          action={addButton}
        />
      ) : (
        <>
          <ProjectList projects={known} loading={projects.isPending} />
          <FilterBar
            search={{ label: 'Search in changes', placeholder: 'Id, title or words of the proposal' }}
            filters={filters}
            values={{ q, project, status, sync, archived }}
            onChange={({ q, project, status, sync, archived }) => setState({ q, project, status, sync, archived })}
          />
          {list.error && rows.length === 0 ? (
            <ErrorPanel error={list.error} onRetry={() => void list.refetch()} />
          ) : (
            <DataTable
              label="Changes"
              rows={rows}
              columns={specColumns}
              rowKey={keyOf}
              rowHref={hrefOf}
              rowLabel={labelOf}
              sort={sortOf(state.sort)}
              onSort={(next) => setState({ sort: sortText(next) })}
              loading={list.isPending || list.isFetchingNextPage}
              {...(total === undefined ? {} : { total })}
              onEndReached={() => {
                if (list.hasNextPage && !list.isFetching) void list.fetchNextPage();
              }}
              empty={
                isFiltered(state) ? (
                  <EmptyState
                    icon={IconListCheck}
                    title="No change matches"
                    text="Take away a filter, or look in the archive too."
                    action={<KitLink href="/specs">Show all open changes</KitLink>}
                  />
                ) : (
                  <EmptyState
                    icon={IconListCheck}
                    title="No open change"
                    text="Begin one here, or make its folder below openspec/changes: it is found at once."
                    action={beginButton}
                  />
                )
              }
            />
          )}
        </>
      )}
      <AddProject opened={adding} onClose={add.close} />
      <NewChange opened={beginning} onClose={begin.close} projects={known} />
    </Stack>
  );
}
