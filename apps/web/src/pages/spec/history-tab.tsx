import { Button, Group, Stack, Text, Title } from '@mantine/core';
import type { Spec } from '@ratchet/contract/entities/spec';
import { IconArrowBackUp } from '@tabler/icons-react';
import { useInfiniteQuery } from '@tanstack/react-query';
import { client } from '../../api/client.ts';
import { type OutputOf, readAll } from '../../api/queries.ts';
import { showError, useAction } from '../../api/use-action.ts';
import { useUrlState } from '../../app/use-url-state.ts';
import { EmptyState } from '../../kit/state/empty-state.tsx';
import { ErrorPanel } from '../../kit/state/error-panel.tsx';
import { RelativeTime } from '../../kit/state/relative-time.tsx';
import { useConfirm } from '../../kit/state/use-confirm.tsx';
import { type Column, DataTable } from '../../kit/table/data-table.tsx';
import { showUndo } from '../../parts/undo-note.tsx';
import { RevisionDiff } from './revision-diff.tsx';

type Version = OutputOf<'specs', 'versions'>['items'][number];
const address = { from: '', to: '' };
const sources = { api: 'Edited here', sync: 'Came from the files', rollback: 'Rolled back' } as const;

interface Props {
  readonly spec: Spec;
  readonly mayEdit: boolean;
}

/** The revisions of the change: what each changed, and the way back to one. */
export function HistoryTab({ spec, mayEdit }: Props) {
  const { documentId: id, specId, revision: current } = spec;
  const [{ from, to }, setAddress] = useUrlState(address);
  const { confirm, dialog } = useConfirm();
  const list = useInfiniteQuery(readAll('specs', 'versions', { id }));
  const rows = list.data?.pages.flatMap(({ items }) => items) ?? [];
  const changes = ['specs', 'projects'] as const;
  const back = useAction<{ readonly to: number; readonly undoes: boolean }, Spec>({
    act: ({ to }) => client.specs.rollback({ id, revision: to }),
    changes,
    onDone: (after, { to, undoes }) => {
      if (!undoes)
        showUndo(
          `It is as in revision ${to} again`,
          () =>
            void client.specs
              .rollback({ id, revision: current, expectedRevision: after.revision })
              .then(() => list.refetch(), showError),
        );
    },
  });
  const ask = async (revision: number) => {
    const yes = await confirm({
      title: `Roll ${specId} back to revision ${revision}?`,
      text: 'Its files become what they were then, here and in its folder, as a new revision. Nothing leaves the history, and this can be undone.',
      confirmLabel: 'Roll back',
    });
    if (yes) back.mutate({ to: revision, undoes: false });
  };
  const compare = (revision: number) =>
    setAddress({ from: String(revision - 1), to: String(revision) }, { replace: false });
  const columns: readonly Column<Version>[] = [
    {
      key: 'revision',
      header: 'Revision',
      width: 130,
      render: ({ revision }) => (revision === current ? `${revision} (current)` : revision),
    },
    { key: 'when', header: 'When', width: 130, render: ({ createdAt }) => <RelativeTime time={createdAt} /> },
    {
      key: 'who',
      header: 'Who and how',
      render: ({ changedBy, changeSource, deleted }) => (
        <span style={{ overflowWrap: 'anywhere' }}>
          {changedBy}
          <Text span size="xs" c="dimmed">
            {' · '}
            {deleted ? 'Deleted' : sources[changeSource]}
          </Text>
        </span>
      ),
    },
    { key: 'why', header: 'Note', hideBelow: 'sm', render: ({ changeDescription }) => changeDescription ?? '–' },
    {
      key: 'acts',
      header: 'Actions',
      width: 210,
      render: ({ revision, deleted }) => (
        <Group gap={4} wrap="nowrap">
          {revision > 1 && (
            <Button
              size="compact-xs"
              variant="default"
              aria-label={`What changed in revision ${revision}`}
              onClick={() => compare(revision)}
            >
              What changed
            </Button>
          )}
          {revision !== current && !deleted && mayEdit && (
            <Button
              size="compact-xs"
              variant="default"
              leftSection={<IconArrowBackUp size={14} aria-hidden />}
              aria-label={`Roll back to revision ${revision}`}
              disabled={back.isPending}
              onClick={() => void ask(revision)}
            >
              Roll back
            </Button>
          )}
        </Group>
      ),
    },
  ];
  if (list.error) return <ErrorPanel error={list.error} onRetry={() => void list.refetch()} />;
  const [a, b] = [Number(from), Number(to)];
  return (
    <Stack>
      {dialog}
      <DataTable
        label={`Revisions of ${specId}`}
        rows={rows}
        columns={columns}
        rowKey={({ revision }) => String(revision)}
        rowLabel={({ revision }) => `revision ${revision}`}
        loading={list.isPending || list.isFetchingNextPage}
        {...(list.data?.pages[0] ? { total: list.data.pages[0].meta.total } : {})}
        onEndReached={() => list.hasNextPage && void list.fetchNextPage()}
        empty={<EmptyState title="No revisions" text="Every change that is saved makes one." />}
        height="min(50vh, 480px)"
      />
      {a > 0 && b > 0 && (
        <Stack component="section" aria-label="Comparison">
          <Group justify="space-between">
            <Title order={2} size="h4">
              Revision {a} and revision {b}
            </Title>
            <Button size="xs" variant="default" onClick={() => setAddress({ from: '', to: '' })}>
              Close
            </Button>
          </Group>
          <RevisionDiff key={`${a}:${b}`} id={id} from={a} to={b} />
        </Stack>
      )}
    </Stack>
  );
}
