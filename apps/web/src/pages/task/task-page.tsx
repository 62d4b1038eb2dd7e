import { Button, Group, Skeleton, Stack, Tabs, Text } from '@mantine/core';
import { useHotkeys } from '@mantine/hooks';
import type { Task } from '@ratchet/contract/entities/task';
import { RatchetError } from '@ratchet/contract/errors';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { lazy, type ReactNode, Suspense, useEffect, useMemo, useRef, useState } from 'react';
import { useLive } from '../../api/live.ts';
import { read } from '../../api/queries.ts';
import { useMay } from '../../api/use-identity.ts';
import { useTitle } from '../../app/use-title.ts';
import { useUrlState } from '../../app/use-url-state.ts';
import { ErrorPanel } from '../../kit/state/error-panel.tsx';
import { Notice } from '../../kit/state/notice.tsx';
import { isDirty } from './drafts/draft-state.ts';
import { useDrafts } from './drafts/draft-store.ts';
import { ElsewhereDialog } from './drafts/elsewhere-dialog.tsx';
import { LeaveGuard } from './drafts/leave-guard.tsx';
import { useSave } from './drafts/use-save.ts';
import { MissingTask } from './missing-task.tsx';
import { PushDialog } from './repository/push-dialog.tsx';
import { TaskContext, type TaskSession } from './task-context.ts';
import { TaskHeader } from './task-header.tsx';

const SourceTab = lazy(() => import('./source/source-tab.tsx'));
const RunTab = lazy(() => import('./run/run-tab.tsx'));
const TestsTab = lazy(() => import('./tests/tests-tab.tsx'));
const HistoryTab = lazy(() => import('./history/history-tab.tsx'));
const RunsTab = lazy(() => import('./runs/runs-tab.tsx'));
const RepositoryTab = lazy(() => import('./repository/repository-tab.tsx'));
const SettingsTab = lazy(() => import('./settings/settings-tab.tsx'));

const tabs: readonly { readonly value: string; readonly label: string; readonly content: () => ReactNode }[] = [
  { value: 'source', label: 'Source', content: () => <SourceTab /> },
  { value: 'run', label: 'Run', content: () => <RunTab /> },
  { value: 'tests', label: 'Tests', content: () => <TestsTab /> },
  { value: 'history', label: 'History', content: () => <HistoryTab /> },
  { value: 'runs', label: 'Runs', content: () => <RunsTab /> },
  { value: 'repository', label: 'Repository', content: () => <RepositoryTab /> },
  { value: 'settings', label: 'Settings', content: () => <SettingsTab /> },
];
const address = { tab: 'source' };
/** How soon a change of somebody else is seen where no event tells of it. */
const lookAgainMs = { editing: 10_000, reading: 30_000 };

/** One task: what it is made of, runs, tests, history and where it lives. */
export function TaskPage() {
  const { taskId } = useParams({ from: '/tasks/$taskId' });
  // Everything of one task begins anew for another.
  return <TaskById key={taskId} routeId={taskId} />;
}

function TaskById({ routeId }: { readonly routeId: string }) {
  const queries = useQueryClient();
  const [drafts] = useDrafts(routeId);
  const refetchInterval = isDirty(drafts) ? lookAgainMs.editing : lookAgainMs.reading;
  const { data: task, error, refetch } = useQuery({ ...read('tasks', 'get', { id: routeId }), refetchInterval });
  const source = useQuery({ ...read('tasks', 'getSource', { id: routeId }), enabled: task !== undefined });
  useTitle(task?.label ?? task?.name ?? 'Task');
  useLive('repositories', (event) => {
    if (event.taskId === task?.id) void queries.invalidateQueries({ queryKey: ['tasks'] });
  });
  if (error instanceof RatchetError && error.code === 'NOT_FOUND') return <MissingTask routeId={routeId} />;
  if (!task) return error ? <ErrorPanel error={error} onRetry={() => void refetch()} /> : <PageSkeleton />;
  const entry = source.data?.entry ?? guessedEntry(task);
  return <TaskShown routeId={routeId} task={task} entry={entry} />;
}

const guessedEntry = ({ files, sourceType }: Task): string => {
  const extension = sourceType === 'typescript' ? '.ts' : '.js';
  const code = files.filter(({ path }) => path.endsWith(extension) && !path.includes('/'));
  return (code.find(({ path }) => /^(main|task)\./.test(path)) ?? code[0] ?? files[0])?.path ?? `main${extension}`;
};

function TaskShown({
  routeId,
  task,
  entry,
}: {
  readonly routeId: string;
  readonly task: Task;
  readonly entry: string;
}) {
  const queries = useQueryClient();
  const may = useMay();
  const [{ tab }, setAddress] = useUrlState(address);
  const [drafts, changeDrafts] = useDrafts(task.id);
  const { save, saving, unsavable, elsewhere, setElsewhere } = useSave(task, routeId);
  const [pushing, setPushing] = useState(false);
  useHotkeys([['mod+S', () => save()]], [], true);

  const readOnlyReason = !task.isEditable
    ? 'This task takes no edits here.'
    : may('edit')
      ? null
      : 'You may not edit tasks. Whoever manages grants can change that.';
  const session: TaskSession = useMemo(
    () => ({
      task,
      entry,
      mayEdit: readOnlyReason === null,
      readOnlyReason,
      drafts,
      changeDrafts,
      save,
      saving,
      unsavable,
      adopt(after) {
        changeDrafts((all) => (all.revision === after.revision - 1 ? { ...all, revision: after.revision } : all));
        queries.setQueryData(read('tasks', 'get', { id: routeId }).queryKey, after);
      },
      openTab: (next, state = {}) => setAddress({ tab: next, ...state }, { replace: false }),
      askPush: () => setPushing(true),
    }),
    [task, entry, readOnlyReason, drafts, changeDrafts, save, saving, unsavable, queries, routeId, setAddress],
  );
  const list = useRef<HTMLDivElement>(null);
  const shown = tabs.some(({ value }) => value === tab) ? tab : 'source';
  useEffect(() => {
    // On a narrow screen the tabs scroll.
    void shown;
    list.current?.querySelector('[aria-selected="true"]')?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  }, [shown]);
  const overtaken = isDirty(drafts) && drafts.revision !== task.revision;
  return (
    <TaskContext value={session}>
      <Stack gap="md">
        <TaskHeader />
        {overtaken && (
          <Notice tone="attention" role="status" title="Somebody else changed this task meanwhile">
            <Group justify="space-between">
              <Text size="sm">
                Your edits rest on revision {drafts.revision}; it is revision {task.revision} now. Nothing of yours is
                lost.
              </Text>
              <Button size="xs" variant="default" onClick={() => setElsewhere(true)}>
                Show what changed
              </Button>
            </Group>
          </Notice>
        )}
        <Tabs
          value={shown}
          onChange={(next) => next && session.openTab(next)}
          keepMounted={false}
          activateTabWithKeyboard={false}
        >
          <Tabs.List
            ref={list}
            mb="md"
            style={{ flexWrap: 'nowrap', overflowX: 'auto', overflowY: 'hidden' }}
            aria-label="Parts of the task"
          >
            {tabs.map(({ value, label }) => (
              <Tabs.Tab key={value} value={value}>
                {label}
              </Tabs.Tab>
            ))}
          </Tabs.List>
          {tabs.map(({ value, label, content }) => (
            <Tabs.Panel key={value} value={value}>
              <Suspense fallback={<Skeleton role="status" height={320} aria-label={`Loading ${label}`} />}>
                {content()}
              </Suspense>
            </Tabs.Panel>
          ))}
        </Tabs>
      </Stack>
      <LeaveGuard taskId={task.id} drafts={drafts} changeDrafts={changeDrafts} />
      <ElsewhereDialog opened={elsewhere && isDirty(drafts)} onClose={() => setElsewhere(false)} />
      <PushDialog opened={pushing} onClose={() => setPushing(false)} />
    </TaskContext>
  );
}

function PageSkeleton() {
  return (
    <Stack role="status" aria-label="Loading the task">
      <Skeleton height={36} width="min(360px, 80%)" />
      <Skeleton height={36} />
      <Skeleton height={360} />
    </Stack>
  );
}
