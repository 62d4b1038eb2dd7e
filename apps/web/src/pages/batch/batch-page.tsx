import { Button, Menu, Progress, SimpleGrid, Skeleton, Stack, Text, Title } from '@mantine/core';
import type { Batch } from '@ratchet/contract/entities/batch';
import { IconDownload, IconPlayerStop, IconRefresh } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useParams } from '@tanstack/react-router';
import { useRef } from 'react';
import { client } from '../../api/client.ts';
import { useLive, useLiveState } from '../../api/live.ts';
import { read } from '../../api/queries.ts';
import { useAction } from '../../api/use-action.ts';
import { useMay } from '../../api/use-identity.ts';
import { PageHead } from '../../app/page-head.tsx';
import { StatTile } from '../../kit/chart/stat-tile.tsx';
import { downloadText } from '../../kit/state/copy-text.tsx';
import { ErrorPanel } from '../../kit/state/error-panel.tsx';
import { KitLink } from '../../kit/state/kit-link.tsx';
import { RelativeTime } from '../../kit/state/relative-time.tsx';
import { StatusBadge } from '../../kit/state/status-badge.tsx';
import { countText } from '../../kit/state/times.ts';
import { lookOf, words } from '../../kit/state/tones.ts';
import { useConfirm } from '../../kit/state/use-confirm.tsx';
import { Facts } from '../runs/facts.tsx';
import { SaidAloud } from '../runs/said-aloud.tsx';
import { csvOf, wholeItems } from './batch-export.ts';
import { BatchItems } from './batch-items.tsx';
import { batchOfFailed, canRunAgain } from './failed-again.ts';

const pauseMs = 500;
const statuses = ['completed', 'failed', 'queued', 'waiting', 'skipped', 'cancelled'] as const;

export function BatchPage() {
  const { batchId } = useParams({ strict: false }) as { batchId: string };
  return <OneBatch key={batchId} id={batchId} />;
}

function OneBatch({ id }: { id: string }) {
  const watched = useLiveState() === 'open';
  const query = useQuery({
    ...read('batches', 'get', { id }),
    refetchInterval: ({ state: { data } }) => (data?.status === 'running' ? (watched ? 5000 : 1500) : false),
  });
  const due = useRef<ReturnType<typeof setTimeout> | null>(null);
  const refetch = useRef(query.refetch);
  refetch.current = query.refetch;
  useLive(query.data?.status === 'running' ? 'jobs' : null, ({ job }) => {
    if (job.batchId !== id) return;
    due.current ??= setTimeout(() => {
      due.current = null;
      void refetch.current();
    }, pauseMs);
  });
  const { data: batch } = query;
  if (!batch)
    return (
      <Stack>
        <PageHead title="Batch" />
        {query.error ? (
          <ErrorPanel error={query.error} onRetry={() => void query.refetch()} />
        ) : (
          <Skeleton height={320} />
        )}
      </Stack>
    );
  const { counts, total, status } = batch;
  const ended = total - (counts.waiting ?? 0) - (counts.queued ?? 0);
  const name = batch.name ?? `Batch ${id.slice(-12)}`;
  const skipped = counts.skipped ?? 0;
  return (
    <Stack>
      <PageHead
        title={name}
        tabTitle={`${lookOf(status).text}: ${name}`}
        mark={<StatusBadge status={status} />}
        actions={<BatchActions batch={batch} name={name} />}
      />
      <SaidAloud text={`The batch is ${lookOf(status).text.toLowerCase()}`} />
      <div>
        <Text size="sm">
          {countText(ended)} of {countText(total)} requests ended
        </Text>
        <Progress
          value={(100 * ended) / Math.max(1, total)}
          aria-label="Progress of the batch"
          animated={status === 'running'}
        />
      </div>
      <SimpleGrid cols={{ base: 2, sm: 3, lg: 6 }} spacing="sm">
        {statuses.map((each) => (
          <StatTile key={each} label={lookOf(each).text} value={countText(counts[each] ?? 0)} />
        ))}
      </SimpleGrid>
      <Facts
        facts={[
          ['Mode', words(batch.mode)],
          ['At once', batch.maxParallel],
          ['On an error', batch.stopOnError ? 'It begins nothing more' : 'It goes on'],
          ['Created', <RelativeTime key="created" time={batch.createdAt} />],
          ['Created by', batch.createdBy],
          ['Ended', batch.finishedAt !== null && <RelativeTime key="ended" time={batch.finishedAt} />],
          [
            'Jobs',
            <KitLink key="jobs" href={`/jobs?batch=${id}`}>
              Jobs of the batch
            </KitLink>,
          ],
        ]}
      />
      <Title order={2} size="h4">
        Requests
      </Title>
      {skipped > 0 && (
        <Text size="sm">
          {skipped === 1 ? 'One request was' : `${countText(skipped)} requests were`} skipped, as what they depend on
          failed or the batch stopped on an error.
        </Text>
      )}
      <BatchItems items={batch.items} />
    </Stack>
  );
}

function BatchActions({ batch, name }: { batch: Batch; name: string }) {
  const { id, status, items } = batch;
  const may = useMay();
  const navigate = useNavigate();
  const { confirm, dialog } = useConfirm();
  const cancel = useAction({
    act: () => client.batches.cancel({ id }),
    changes: ['batches', 'jobs', 'executions'],
    done: () => 'What had not ended is cancelled',
  });
  const again = useAction({
    act: async () => client.batches.create(await batchOfFailed(batch)),
    changes: ['batches', 'jobs'],
    done: ({ total }) => `A batch of ${total} has begun`,
    onDone: (made) => void navigate({ to: '/batches/$batchId', params: { batchId: made.id } }),
  });
  const save = useAction({
    act: async (form: 'json' | 'csv') => {
      const whole = await wholeItems(batch);
      const file = name.replaceAll(/[^\w.-]+/g, '-');
      if (form === 'csv') downloadText(`${file}.csv`, csvOf(whole), 'text/csv');
      else downloadText(`${file}.json`, JSON.stringify({ ...batch, items: whole }, null, 2), 'application/json');
    },
    changes: [],
  });
  const failed = items.filter(canRunAgain).length;
  const askCancel = async () => {
    const sure = await confirm({
      title: `Cancel ${name}?`,
      text: 'Requests that wait never run, and what runs is stopped. What has ended stays.',
      confirmLabel: 'Cancel the batch',
      cancelLabel: 'Go back',
      danger: true,
    });
    if (sure) cancel.mutate();
  };
  return (
    <>
      {status === 'running' && may('run') && (
        <Button
          variant="default"
          c="var(--mantine-color-error)"
          leftSection={<IconPlayerStop size={16} aria-hidden />}
          loading={cancel.isPending}
          onClick={() => void askCancel()}
        >
          Cancel
        </Button>
      )}
      {status !== 'running' && failed > 0 && may('run') && (
        <Button
          leftSection={<IconRefresh size={16} aria-hidden />}
          loading={again.isPending}
          onClick={() => again.mutate()}
        >
          Run {failed} failed again
        </Button>
      )}
      <Menu position="bottom-end" withinPortal>
        <Menu.Target>
          <Button variant="default" leftSection={<IconDownload size={16} aria-hidden />} loading={save.isPending}>
            Export results
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item onClick={() => save.mutate('json')}>As JSON</Menu.Item>
          <Menu.Item onClick={() => save.mutate('csv')}>As CSV</Menu.Item>
        </Menu.Dropdown>
      </Menu>
      {dialog}
    </>
  );
}
