import { Button, Paper, Skeleton, Stack, Text, Title } from '@mantine/core';
import type { Job } from '@ratchet/contract/entities/job';
import { IconEdit, IconPlayerStop, IconRefresh, IconTrash } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useParams } from '@tanstack/react-router';
import { useRef, useState } from 'react';
import { client } from '../../api/client.ts';
import { useLive, useLiveState } from '../../api/live.ts';
import { read } from '../../api/queries.ts';
import { useAction } from '../../api/use-action.ts';
import { useMay } from '../../api/use-identity.ts';
import { PageHead } from '../../app/page-head.tsx';
import { CopyButton } from '../../kit/state/copy-button.tsx';
import { ErrorPanel } from '../../kit/state/error-panel.tsx';
import { JsonView } from '../../kit/state/json-view.tsx';
import { KitLink } from '../../kit/state/kit-link.tsx';
import { RelativeTime } from '../../kit/state/relative-time.tsx';
import { StatusBadge } from '../../kit/state/status-badge.tsx';
import { durationText } from '../../kit/state/times.ts';
import { lookOf } from '../../kit/state/tones.ts';
import { useConfirm } from '../../kit/state/use-confirm.tsx';
import { AttemptsTab } from '../execution/attempts-tab.tsx';
import { PriorityMark } from '../jobs/job-columns.tsx';
import { canChange, canRetry, isOpen } from '../jobs/job-filters.ts';
import { Facts } from '../runs/facts.tsx';
import { SaidAloud } from '../runs/said-aloud.tsx';
import { EditJob } from './edit-job.tsx';

export function JobPage() {
  const { jobId } = useParams({ strict: false }) as { jobId: string };
  return <OneJob key={jobId} id={jobId} />;
}

function OneJob({ id }: { id: string }) {
  const watched = useLiveState() === 'open';
  const query = useQuery({
    ...read('jobs', 'get', { id }),
    refetchInterval: ({ state: { data } }) => (data && isOpen(data) ? (watched ? 10_000 : 2000) : false),
  });
  const refetch = useRef(query.refetch);
  refetch.current = query.refetch;
  useLive('jobs', ({ job }) => {
    if (job.id === id) void refetch.current();
  });
  const { data: job } = query;
  if (!job)
    return (
      <Stack>
        <PageHead title="Job" />
        {query.error ? (
          <ErrorPanel error={query.error} onRetry={() => void query.refetch()} />
        ) : (
          <Skeleton height={320} />
        )}
      </Stack>
    );
  const text = lookOf(job.status).text;
  return (
    <Stack>
      <PageHead
        title={`Job of ${job.taskName}`}
        tabTitle={`${text}: job of ${job.taskName}`}
        mark={<StatusBadge status={job.status} />}
        actions={<JobActions job={job} />}
      />
      <SaidAloud text={`The job is ${text.toLowerCase()}`} />
      <JobFacts job={job} />
      {job.lastError !== null && (
        <Paper withBorder p="md">
          <Title order={2} size="h4">
            Last error
          </Title>
          <Text style={{ overflowWrap: 'anywhere' }}>{job.lastError}</Text>
          {job.lastExecutionId !== null && (
            <KitLink href={`/executions/${job.lastExecutionId}`}>Open the last execution</KitLink>
          )}
        </Paper>
      )}
      <Title order={2} size="h4">
        Attempts
      </Title>
      <AttemptsTab jobId={id} />
      <Paper withBorder p="md">
        <Title order={2} size="h4">
          Input
        </Title>
        <JsonView value={job.input} label="Input" />
      </Paper>
    </Stack>
  );
}

function JobFacts({ job }: { job: Job }) {
  const { taskId, taskName, batchId, scheduleId } = job;
  return (
    <Facts
      facts={[
        [
          'Task',
          taskId === null ? (
            `${taskName}, deleted`
          ) : (
            <KitLink key="task" href={`/tasks/${taskId}`}>
              {taskName}
            </KitLink>
          ),
        ],
        ['Priority', <PriorityMark key="priority" priority={job.priority} />],
        ['Attempts', `${job.attempts} of ${job.maxRetries + 1}`],
        ['Pause before a retry', job.maxRetries > 0 && `${durationText(job.retryBackoffMs)}, doubling`],
        ['Time limit', job.timeoutMs !== null && durationText(job.timeoutMs)],
        ['Not before', job.scheduledFor !== null && <RelativeTime key="scheduled" time={job.scheduledFor} />],
        ['Created', <RelativeTime key="created" time={job.createdAt} />],
        ['Created by', job.createdBy],
        ['Ended', job.finishedAt !== null && <RelativeTime key="finished" time={job.finishedAt} />],
        [
          'Schedule',
          scheduleId !== null && (
            <KitLink key="schedule" href={`/schedules/${scheduleId}`}>
              Open the schedule
            </KitLink>
          ),
        ],
        [
          'Batch',
          batchId !== null && (
            <KitLink key="batch" href={`/batches/${batchId}`}>
              Open the batch
            </KitLink>
          ),
        ],
        [
          'Outputs besides the global ones',
          job.outputs.length > 0 &&
            job.outputs.map((output, at) => (
              <span key={output}>
                {at > 0 && ', '}
                <KitLink href={`/outputs/${output}`}>output {at + 1}</KitLink>
              </span>
            )),
        ],
        ['Recorded', job.record && 'Yes, its executions can be replayed'],
        ['Idempotency key', job.idempotencyKey],
        [
          'Id',
          <span key="id">
            {job.id} <CopyButton value={job.id} label="Copy the id" size="xs" />
          </span>,
        ],
      ]}
    />
  );
}

function JobActions({ job }: { job: Job }) {
  const { id, taskName } = job;
  const navigate = useNavigate();
  const may = useMay();
  const [editing, setEditing] = useState(false);
  const { confirm, dialog } = useConfirm();
  const changes = ['jobs', 'executions'] as const;
  const cancel = useAction({ act: () => client.jobs.cancel({ id }), changes, done: () => 'The job is cancelled' });
  const retry = useAction({ act: () => client.jobs.retry({ id }), changes, done: () => 'Queued again' });
  const remove = useAction({
    act: () => client.jobs.delete({ id }),
    changes: [],
    done: () => 'The job was deleted',
    onDone: () => void navigate({ to: '/jobs' }),
  });
  const askDelete = async () => {
    const sure = await confirm({
      title: `Delete this job of ${taskName}?`,
      text: `${isOpen(job) ? 'It never runs. ' : ''}Its executions stay. This cannot be undone.`,
      confirmLabel: 'Delete the job',
      danger: true,
    });
    if (sure) remove.mutate();
  };
  return (
    <>
      {may('run') && canChange(job) && (
        <Button variant="default" leftSection={<IconEdit size={16} aria-hidden />} onClick={() => setEditing(true)}>
          Change
        </Button>
      )}
      {may('run') && isOpen(job) && (
        <Button
          variant="default"
          c="var(--mantine-color-error)"
          leftSection={<IconPlayerStop size={16} aria-hidden />}
          loading={cancel.isPending}
          onClick={() => cancel.mutate()}
        >
          Cancel
        </Button>
      )}
      {may('run') && canRetry(job) && (
        <Button
          leftSection={<IconRefresh size={16} aria-hidden />}
          loading={retry.isPending}
          onClick={() => retry.mutate()}
        >
          Retry
        </Button>
      )}
      {may('delete') && job.status !== 'processing' && (
        <Button
          variant="default"
          leftSection={<IconTrash size={16} aria-hidden />}
          loading={remove.isPending}
          onClick={() => void askDelete()}
        >
          Delete
        </Button>
      )}
      {editing && <EditJob job={job} onClose={() => setEditing(false)} />}
      {dialog}
    </>
  );
}
