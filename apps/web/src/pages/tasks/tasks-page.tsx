import { Button, Menu, Stack } from '@mantine/core';
import { callForBytes } from '@ratchet/client/call-with-bytes';
import { table } from '@ratchet/contract/operations/table';
import { IconChecklist, IconDownload, IconPlus, IconUpload } from '@tabler/icons-react';
import { keepPreviousData, useInfiniteQuery, useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useMemo, useRef, useState } from 'react';
import { useLive } from '../../api/live.ts';
import { read, readAll } from '../../api/queries.ts';
import { useAction } from '../../api/use-action.ts';
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
import { ImportTasks } from './import-tasks.tsx';
import { isFiltered, taskDefaults, taskFilters, taskListInput } from './list-input.ts';
import { NewTask } from './new-task.tsx';
import { TaskBulk } from './task-bulk.tsx';
import { taskColumns } from './task-columns.tsx';

const settleMs = 800;

/** Every task, and what can be done with many of them. */
export function TasksPage() {
  const navigate = useNavigate();
  const may = useMay();
  const [state, setState] = useUrlState(taskDefaults);
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const newButton = useRef<HTMLButtonElement>(null);
  const input = useMemo(() => taskListInput(state), [state]);
  const list = useInfiniteQuery({ ...readAll('tasks', 'list', input), placeholderData: keepPreviousData });
  const repositories = useQuery(read('repositories', 'list', { limit: 200, page: 1 }));
  const rows = useMemo(() => list.data?.pages.flatMap(({ items }) => items) ?? [], [list.data]);
  const total = list.data?.pages[0]?.meta.total;
  const filters = useMemo(() => taskFilters(repositories.data?.items ?? []), [repositories.data]);
  useTasksAsTheyChange();
  const exportThem = useAction({
    act: async () =>
      save(await callForBytes(table.tasks.export, exportInput(selected, state.repository), { baseUrl: '' })),
    changes: [],
    done: () => 'The archive is among your downloads.',
  });
  const close = () => {
    setState({ new: undefined });
    setTimeout(() => newButton.current?.focus());
  };
  const filtered = isFiltered(state);
  const newTask = () => setState({ new: 'task' }, { replace: false });
  const { q, repository, sync, enabled, tag, deleted } = state;
  return (
    <Stack>
      <PageHead
        title="Tasks"
        text={total === undefined ? 'Programs that run here' : `${countText(total)} ${filtered ? 'match' : 'in all'}`}
        actions={
          <>
            <Menu position="bottom-end">
              <Menu.Target>
                <Button variant="default">Import and export</Button>
              </Menu.Target>
              <Menu.Dropdown>
                {may('create') && (
                  <Menu.Item
                    leftSection={<IconUpload size={16} aria-hidden />}
                    onClick={() => setState({ new: 'import' }, { replace: false })}
                  >
                    Import a zip file
                  </Menu.Item>
                )}
                <Menu.Item leftSection={<IconDownload size={16} aria-hidden />} onClick={() => exportThem.mutate()}>
                  Export {selected.size > 0 ? `${countText(selected.size)} selected` : 'all'} as a zip file
                </Menu.Item>
              </Menu.Dropdown>
            </Menu>
            {may('create') && (
              <Button ref={newButton} leftSection={<IconPlus size={18} aria-hidden />} onClick={newTask}>
                New task
              </Button>
            )}
          </>
        }
      />
      <FilterBar
        search={{ label: 'Search tasks', placeholder: 'Name, description or path' }}
        filters={filters}
        values={{ q, repository, sync, enabled, tag, deleted }}
        onChange={(values) => {
          const { q, repository, sync, enabled, tag, deleted } = values;
          setState({ q, repository, sync, enabled, tag, deleted });
          setSelected(new Set());
        }}
      />
      <TaskBulk selected={selected} onSelected={setSelected} />
      {list.error && rows.length === 0 ? (
        <ErrorPanel error={list.error} onRetry={() => void list.refetch()} />
      ) : (
        <DataTable
          label="Tasks"
          rows={rows}
          columns={taskColumns}
          rowKey={({ id }) => id}
          rowHref={({ id }) => `/tasks/${id}`}
          rowLabel={({ name }) => name}
          sort={sortOf(state.sort)}
          onSort={(sort) => setState({ sort: sortText(sort) })}
          selection={{ selected, onChange: setSelected }}
          loading={list.isPending || list.isFetchingNextPage}
          {...(total === undefined ? {} : { total })}
          onEndReached={() => {
            if (list.hasNextPage && !list.isFetching) void list.fetchNextPage();
          }}
          empty={
            filtered ? (
              <EmptyState
                icon={IconChecklist}
                title="No task matches"
                text="Take away a filter, or search for less."
                action={<KitLink href="/tasks">Show all tasks</KitLink>}
              />
            ) : (
              <EmptyState
                icon={IconChecklist}
                title="No tasks yet"
                text="Add the repository that your tasks are in, or make the first one here."
                action={<KitLink href="/repositories?add=git">Add a repository</KitLink>}
              />
            )
          }
        />
      )}
      {state.new === 'task' && <NewTask onClose={close} onMade={(id) => void navigate({ to: `/tasks/${id}` })} />}
      {state.new === 'import' && <ImportTasks onClose={close} />}
    </Stack>
  );
}

/** Syncs bring tasks by thousands: what is shown is read anew when one has ended, not for each. */
function useTasksAsTheyChange(): void {
  const queries = useQueryClient();
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  useLive('repositories', ({ type }) => {
    if (type === 'sync_started' || timer.current !== undefined) return;
    timer.current = setTimeout(() => {
      timer.current = undefined;
      void queries.invalidateQueries({ queryKey: ['tasks'] });
    }, settleMs);
  });
}

const exportInput = (selected: ReadonlySet<string>, repositoryId: string) => ({
  format: 'zip' as const,
  ...(selected.size > 0 ? { ids: [...selected] } : {}),
  ...(selected.size === 0 && repositoryId ? { repositoryId } : {}),
});

function save({
  bytes,
  type,
  fileName,
}: {
  bytes: Uint8Array<ArrayBuffer>;
  type: string;
  fileName: string | null;
}): void {
  const address = URL.createObjectURL(new Blob([bytes], { type }));
  const link = document.createElement('a');
  link.href = address;
  link.download = fileName ?? 'tasks.zip';
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}
