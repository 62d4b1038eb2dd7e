import { Button, Group, Stack, Text, Title } from '@mantine/core';
import { IconArrowBackUp, IconGitCompare } from '@tabler/icons-react';
import { useInfiniteQuery } from '@tanstack/react-query';
import { client } from '../../../api/client.ts';
import { type OutputOf, readAll } from '../../../api/queries.ts';
import { showError, useAction } from '../../../api/use-action.ts';
import { useUrlState } from '../../../app/use-url-state.ts';
import { EmptyState } from '../../../kit/state/empty-state.tsx';
import { ErrorPanel } from '../../../kit/state/error-panel.tsx';
import { Notice } from '../../../kit/state/notice.tsx';
import { RelativeTime } from '../../../kit/state/relative-time.tsx';
import { useConfirm } from '../../../kit/state/use-confirm.tsx';
import { type Column, DataTable } from '../../../kit/table/data-table.tsx';
import { showUndo } from '../../../parts/undo-note.tsx';
import { isDirty } from '../drafts/draft-state.ts';
import { useTask } from '../task-context.ts';
import { Comparison } from './comparison.tsx';

type Version = OutputOf<'tasks', 'history'>['items'][number];
type Task = OutputOf<'tasks', 'get'>;
const address = { from: '', to: '' };

const sources: Readonly<Record<string, string>> = {
  api: 'Edited here',
  sync: 'Came with a sync',
  file: 'Changed in its folder',
  import: 'Imported',
  rollback: 'Rolled back or restored',
};

/** The revisions of the task: what changed between any two, and the way back to one. */
export default function HistoryTab() {
  const { task, mayEdit, readOnlyReason, drafts, adopt } = useTask();
  const [{ from, to }, setAddress] = useUrlState(address);
  const { confirm, dialog } = useConfirm();
  const { data, error, refetch, fetchNextPage, hasNextPage, isFetchingNextPage, isPending } = useInfiniteQuery(
    readAll('tasks', 'history', { id: task.id }),
  );
  const rows = data?.pages.flatMap(({ items }) => items) ?? [];
  const rollback = useAction<{ revision: number; expected: number }, Task>({
    act: ({ revision, expected }) => client.tasks.rollback({ id: task.id, revision, expectedRevision: expected }),
    changes: ['tasks'],
    onDone: (after, { revision, expected }) => {
      adopt(after);
      showUndo(`It is as in revision ${revision} again`, () => {
        client.tasks
          .rollback({
            id: task.id,
            revision: expected,
            expectedRevision: after.revision,
            changeDescription: `Undid the rollback to revision ${revision}`,
          })
          .then((back) => {
            adopt(back);
            void refetch();
          }, showError);
      });
    },
  });
  const ask = async (revision: number) => {
    const yes = await confirm({
      title: `Roll ${task.name} back to revision ${revision}?`,
      text: `Its files become what they were then, as a new revision. Revision ${task.revision} stays in the history, and the rollback can be undone.`,
      confirmLabel: 'Roll back',
    });
    if (yes) rollback.mutate({ revision, expected: task.revision });
  };
  const compares = from !== '' && to !== '' && Number(from) > 0 && Number(to) > 0;
  const compare = (a: number, b: number) =>
    setAddress({ from: String(Math.min(a, b)), to: String(Math.max(a, b)) }, { replace: false });
  const selected = new Set([from, to].filter((one) => one !== ''));

  const columns: Column<Version>[] = [
    {
      key: 'revision',
      header: 'Revision',
      render: ({ revision }) => (revision === task.revision ? `${revision} (current)` : revision),
      width: 130,
    },
    { key: 'version', header: 'Version', render: ({ version }) => version, width: 90, hideBelow: 'md' },
    { key: 'when', header: 'When', render: ({ createdAt }) => <RelativeTime time={createdAt} />, width: 130 },
    {
      key: 'who',
      header: 'Who and how',
      render: ({ changedBy, changeSource, repositoryCommit }) => (
        <span style={{ overflowWrap: 'anywhere' }}>
          {changedBy}
          <Text span size="xs" c="dimmed">
            {' · '}
            {sources[changeSource] ?? changeSource}
            {repositoryCommit === null ? '' : ` · ${repositoryCommit.slice(0, 10)}`}
          </Text>
        </span>
      ),
    },
    { key: 'why', header: 'Note', render: ({ changeDescription }) => changeDescription ?? '–' },
    {
      key: 'acts',
      header: 'Actions',
      width: 210,
      render: ({ revision }) => (
        <Group gap={4} wrap="nowrap">
          {revision > 1 && (
            <Button size="compact-xs" variant="default" onClick={() => compare(revision - 1, revision)}>
              What changed
            </Button>
          )}
          {revision !== task.revision && mayEdit && (
            <Button
              size="compact-xs"
              variant="default"
              leftSection={<IconArrowBackUp size={14} aria-hidden />}
              aria-label={`Roll back to revision ${revision}`}
              disabled={isDirty(drafts) || rollback.isPending}
              title={isDirty(drafts) ? 'Save or discard the unsaved edits first.' : undefined}
              onClick={() => void ask(revision)}
            >
              Roll back
            </Button>
          )}
        </Group>
      ),
    },
  ];
  if (error) return <ErrorPanel error={error} onRetry={() => void refetch()} />;
  return (
    <Stack>
      {dialog}
      <Group justify="space-between">
        <Title order={2} size="h4">
          Revisions
        </Title>
        <Button
          size="xs"
          variant="default"
          leftSection={<IconGitCompare size={14} aria-hidden />}
          disabled={selected.size !== 2}
          onClick={() => document.getElementById('comparison')?.focus()}
        >
          Go to the comparison
        </Button>
      </Group>
      <Text size="sm">
        Choose two revisions to see how they differ.
        {readOnlyReason === null ? '' : ` ${readOnlyReason}`}
      </Text>
      <DataTable
        label={`Revisions of ${task.name}`}
        rows={rows}
        columns={columns}
        rowKey={({ revision }) => String(revision)}
        rowLabel={({ revision }) => `revision ${revision}`}
        selection={{
          selected,
          onChange: (chosen) => {
            // The two that were chosen last.
            const added = [...chosen].filter((one) => !selected.has(one));
            const [a, b] = [...[...chosen].filter((one) => selected.has(one)), ...added].slice(-2);
            const both = [a, b].filter((one) => one !== undefined).sort((x, y) => Number(x) - Number(y));
            setAddress({ from: both.length === 2 ? both[0] : '', to: both.at(-1) ?? '' });
          },
        }}
        loading={isPending || isFetchingNextPage}
        empty={<EmptyState title="No revisions" text="Every change that is saved makes one." />}
        {...(data?.pages[0] ? { total: data.pages[0].meta.total } : {})}
        {...(hasNextPage ? { onEndReached: () => void fetchNextPage() } : {})}
        height="min(50vh, 480px)"
      />
      {compares && (
        <Stack component="section" id="comparison" tabIndex={-1} aria-label="Comparison" style={{ outline: 'none' }}>
          <Group justify="space-between">
            <Title order={2} size="h4">
              Revision {from} and revision {to}
            </Title>
            <Button size="xs" variant="default" onClick={() => setAddress({ from: '', to: '' })}>
              Close
            </Button>
          </Group>
          {Number(to) > task.revision ? (
            <Notice tone="neutral">There is no revision {to} yet.</Notice>
          ) : (
            <Comparison
              key={`${from}:${to}`}
              from={Number(from)}
              to={Number(to)}
              fromLabel={`Revision ${from}`}
              toLabel={`Revision ${to}`}
            />
          )}
        </Stack>
      )}
    </Stack>
  );
}
