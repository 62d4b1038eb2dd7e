import { Button, Drawer, Group, Stack, Text, Textarea, Title } from '@mantine/core';
import type { Repository } from '@ratchet/contract/entities/repository';
import type { PushResult } from '@ratchet/contract/entities/sync';
import { IconUpload } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { type OutputOf, read } from '../../../api/queries.ts';
import { useMay } from '../../../api/use-identity.ts';
import { EmptyState } from '../../../kit/state/empty-state.tsx';
import { ErrorPanel } from '../../../kit/state/error-panel.tsx';
import { Notice } from '../../../kit/state/notice.tsx';
import { RelativeTime } from '../../../kit/state/relative-time.tsx';
import { StatusBadge } from '../../../kit/state/status-badge.tsx';
import type { Column } from '../../../kit/table/columns.ts';
import { DataTable } from '../../../kit/table/data-table.tsx';
import { PendingChanges } from '../parts/pending-changes.tsx';
import { RunProgress } from '../parts/run-progress.tsx';
import { planIn } from '../plan/plan-query.ts';
import { Approvals } from './approvals.tsx';
import { PushOutcome } from './push-outcome.tsx';
import { PushStrategy } from './push-strategy.tsx';
import { usePush } from './use-push.ts';

type Modified = OutputOf<'tasks', 'modified'>['items'][number];
const most = 1000;

/** The tasks with changes that the repository does not have, and carrying them there. */
export function RepositoryPush({ repository }: { repository: Repository }) {
  const { id, name, isWritable, unreachableSince, repositoryType } = repository;
  const may = useMay();
  const modified = useQuery(read('tasks', 'modified', { repositoryId: id, limit: most }));
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const [message, setMessage] = useState('');
  const [results, setResults] = useState<PushResult[] | null>(null);
  const [looking, setLooking] = useState<Modified | null>(null);
  const push = usePush(id, (done) => {
    setResults(done);
    setSelected(new Set());
    setMessage('');
  });
  const rows = modified.data?.items ?? [];
  const total = modified.data?.meta.total ?? 0;
  const chosen = rows.filter(({ taskId }) => selected.has(taskId));
  const all = chosen.length === 0 || chosen.length === total;
  const why = !isWritable
    ? 'It is read-only: let it take changes in its settings first.'
    : !may('push')
      ? 'You may not push to it. Ask whoever manages it.'
      : null;
  const columns: Column<Modified>[] = [
    { key: 'name', header: 'Task', render: (row) => row.name },
    { key: 'change', header: 'Change', render: (row) => <StatusBadge status={row.change} /> },
    {
      key: 'path',
      header: 'Path',
      hideBelow: 'md',
      render: (row) => <span style={{ overflowWrap: 'anywhere' }}>{row.repositoryPath}</span>,
    },
    {
      key: 'push',
      header: 'Push',
      render: (row) =>
        row.syncStatus === 'conflict' ? <StatusBadge status="conflict" /> : <StatusBadge status={words(row)} />,
    },
    { key: 'time', header: 'Edited', render: (row) => <RelativeTime time={row.localModificationTime} missing="–" /> },
    {
      key: 'look',
      header: 'Look',
      render: (row) => (
        <Button
          size="compact-sm"
          variant="default"
          onClick={() => setLooking(row)}
          aria-label={`Changes of ${row.name}`}
        >
          Changes
        </Button>
      ),
    },
  ];
  return (
    <Stack gap="lg">
      {unreachableSince && (
        <Notice tone="attention" title="It cannot be reached now">
          What is pushed now waits and goes out when it is back.
        </Notice>
      )}
      {push.isPending && <RunProgress title={`Pushing ${name}`} progress={push.progress} />}
      {push.error && !push.isPending && (
        <ErrorPanel
          error={push.error}
          {...(planIn(push.error) ? { title: 'Held back by a guard: look at it under Plan' } : {})}
        />
      )}
      {results && !push.isPending && (
        <PushOutcome repository={repository} results={results} onClose={() => setResults(null)} />
      )}
      {modified.error ? (
        <ErrorPanel error={modified.error} onRetry={() => void modified.refetch()} />
      ) : (
        <DataTable
          label={`Tasks of ${name} that wait to be pushed`}
          rows={rows}
          columns={columns}
          rowKey={({ taskId }) => taskId}
          rowHref={({ taskId, change }) => (change === 'deleted' ? undefined : `/tasks/${taskId}`)}
          rowLabel={(row) => row.name}
          loading={modified.isPending}
          {...(why === null ? { selection: { selected, onChange: setSelected } } : {})}
          empty={
            <EmptyState
              title="Nothing waits to be pushed"
              text="Edit one of its tasks: the change shows here until it is in the repository."
            />
          }
        />
      )}
      {rows.length > 0 &&
        (why !== null ? (
          <Text>{why}</Text>
        ) : (
          <form
            onSubmit={(event) => {
              event.preventDefault();
              setResults(null);
              push.mutate({ tasks: chosen, all, message });
            }}
          >
            <Stack maw={640}>
              {repositoryType === 'git' && <PushStrategy repository={repository} />}
              <Textarea
                label={repositoryType === 'git' ? 'Commit message' : 'Message'}
                description="Left empty, the repository’s template"
                value={message}
                onChange={(event) => setMessage(event.currentTarget.value)}
                autosize
                minRows={2}
                maxRows={8}
                maxLength={5000}
              />
              {!all && chosen.length > 1 && (
                <Text size="sm">Chosen tasks go out one after the other, each with a commit of its own.</Text>
              )}
              <Group>
                <Button type="submit" leftSection={<IconUpload size={18} aria-hidden />} loading={push.isPending}>
                  {all ? `Push all ${total}` : `Push the ${chosen.length} chosen`}
                </Button>
              </Group>
            </Stack>
          </form>
        ))}
      <Approvals repository={repository} onApproved={setResults} />
      <Drawer
        opened={looking !== null}
        onClose={() => setLooking(null)}
        position="right"
        size="xl"
        title={<Title order={2}>{looking ? `Changes of ${looking.name}` : ''}</Title>}
        closeButtonProps={{ 'aria-label': 'Close' }}
      >
        {looking && <PendingChanges taskId={looking.taskId} />}
      </Drawer>
    </Stack>
  );
}

/** An edit that nobody has asked to push is no push under way. */
const words = ({ pushStatus }: Modified): string =>
  pushStatus === 'not_required' || pushStatus === 'completed' ? 'modified' : pushStatus;
