import type { Execution } from '@ratchet/contract/entities/execution';
import { CopyButton } from '../../kit/state/copy-button.tsx';
import { Duration } from '../../kit/state/duration.tsx';
import { KitLink } from '../../kit/state/kit-link.tsx';
import { RelativeTime } from '../../kit/state/relative-time.tsx';
import { Facts } from '../runs/facts.tsx';

/** What is known of an execution besides its input, its end and its log. */
export function ExecutionFacts({ execution }: { execution: Execution }) {
  const { id, taskId, taskName, taskVersion, taskRevision, jobId, attempt, nodeId, replayOf, cachedFrom } = execution;
  const { queuedAt, startedAt, finishedAt, durationMs, triggeredBy, record, profile, keep } = execution;
  const task = `${taskName} ${taskVersion}, revision ${taskRevision}`;
  const waited = startedAt === null ? null : Date.parse(startedAt) - Date.parse(queuedAt);
  return (
    <Facts
      facts={[
        [
          'Task',
          taskId === null ? (
            `${task}, deleted`
          ) : (
            <KitLink key="task" href={`/tasks/${taskId}`}>
              {task}
            </KitLink>
          ),
        ],
        ['Begun by', triggeredBy],
        ['Queued', <RelativeTime key="queued" time={queuedAt} />],
        ['Started', startedAt !== null && <RelativeTime key="started" time={startedAt} />],
        ['Waited in the queue', waited !== null && <Duration key="waited" ms={waited} />],
        ['Ended', finishedAt !== null && <RelativeTime key="finished" time={finishedAt} />],
        ['Duration', durationMs !== null && <Duration key="duration" ms={durationMs} />],
        ['Attempt', attempt],
        [
          'Job',
          jobId !== null && (
            <KitLink key="job" href={`/jobs/${jobId}`}>
              Open the job
            </KitLink>
          ),
        ],
        [
          'Worker',
          nodeId !== null && (
            <KitLink key="node" href={`/executions?node=${nodeId}`}>
              {nodeId.slice(-12)}
            </KitLink>
          ),
        ],
        [
          'Replay of',
          replayOf !== null && (
            <KitLink key="replay" href={`/executions/${replayOf}`}>
              Open the original
            </KitLink>
          ),
        ],
        [
          'Answered from',
          cachedFrom !== null && (
            <KitLink key="cached" href={`/executions/${cachedFrom}`}>
              A stored result
            </KitLink>
          ),
        ],
        ['Observed', [record && 'recorded', profile && 'profiled'].filter(Boolean).join(', ') || null],
        ['Kept', keep && 'Yes, time does not remove it'],
        [
          'Id',
          <span key="id">
            {id} <CopyButton value={id} label="Copy the id" size="xs" />
          </span>,
        ],
      ]}
    />
  );
}
