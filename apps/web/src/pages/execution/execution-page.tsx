import { Progress, Skeleton, Stack, Text } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { useEffect, useRef } from 'react';
import { useLive, useLiveState } from '../../api/live.ts';
import { read } from '../../api/queries.ts';
import { PageHead } from '../../app/page-head.tsx';
import { useUrlState } from '../../app/use-url-state.ts';
import { LogView } from '../../kit/log/log-view.tsx';
import { ErrorPanel } from '../../kit/state/error-panel.tsx';
import { StatusBadge } from '../../kit/state/status-badge.tsx';
import { lookOf } from '../../kit/state/tones.ts';
import { PageTabs } from '../../parts/page-tabs.tsx';
import { SaidAloud } from '../runs/said-aloud.tsx';
import { AttemptsTab } from './attempts-tab.tsx';
import { DeliveriesTab } from './deliveries-tab.tsx';
import { ExecutionActions } from './execution-actions.tsx';
import { ExecutionFacts } from './execution-facts.tsx';
import { ResultTab } from './result-tab.tsx';
import { TraceTab } from './trace-tab.tsx';
import { useLog } from './use-log.ts';

const defaults = { tab: 'result' } as const;

export function ExecutionPage() {
  const { executionId } = useParams({ strict: false }) as { executionId: string };
  return <OneExecution key={executionId} id={executionId} />;
}

function OneExecution({ id }: { id: string }) {
  const [{ tab }, setState] = useUrlState(defaults);
  const queries = useQueryClient();
  const watched = useLiveState() === 'open';
  const query = useQuery({
    ...read('executions', 'get', { id }),
    refetchInterval: ({ state: { data } }) =>
      data?.status === 'pending' || data?.status === 'running' ? (watched ? 5000 : 1500) : false,
  });
  const { data: execution } = query;
  const runs = execution?.status === 'pending' || execution?.status === 'running';
  const refetch = useRef(query.refetch);
  refetch.current = query.refetch;
  useLive('executions', (event) => {
    if (event.execution.id === id) void refetch.current();
  });
  const log = useLog(id, runs === true, () => void refetch.current());
  // What is known of its trace and its deliveries while it runs is out of date once it has ended.
  const wasRunning = useRef(false);
  useEffect(() => {
    if (wasRunning.current && runs === false) {
      void queries.invalidateQueries({ queryKey: ['executions', 'trace'] });
      void queries.invalidateQueries({ queryKey: ['deliveries'] });
    }
    wasRunning.current = runs === true;
  }, [runs, queries]);

  if (query.error && !execution)
    return (
      <Stack>
        <PageHead title="Execution" />
        <ErrorPanel error={query.error} onRetry={() => void query.refetch()} />
      </Stack>
    );
  if (!execution)
    return (
      <Stack>
        <PageHead title="Execution" />
        <Skeleton height={120} />
        <Skeleton height={320} />
      </Stack>
    );
  const { taskName, status, jobId } = execution;
  const progress = log.progress ?? { value: execution.progress ?? 0, message: execution.progressMessage };
  const known = log.progress !== null || execution.progress !== null;
  const text = lookOf(status).text;
  const logTab = (
    <>
      {log.error ? (
        <ErrorPanel error={log.error} onRetry={log.retry} />
      ) : (
        <LogView
          lines={log.lines}
          live={runs === true}
          label={`Log of ${taskName}`}
          fileName={`${taskName}-${id}.log`}
          empty={
            log.loading
              ? 'Loading the log'
              : runs
                ? 'It has not written anything yet. What it writes with console.log is shown here as it comes.'
                : 'It wrote nothing. A task writes to its log with console.log.'
          }
        />
      )}
      {log.cut && <Text size="sm">The log goes on after these lines; the first 100,000 are shown.</Text>}
    </>
  );
  return (
    <Stack>
      <PageHead
        title={`Execution of ${taskName}`}
        tabTitle={`${text}: ${taskName}`}
        mark={<StatusBadge status={status} />}
        actions={<ExecutionActions execution={execution} />}
      />
      <SaidAloud text={`The execution is ${text.toLowerCase()}`} />
      {runs && known && (
        <div>
          <Text size="sm">
            {Math.round(progress.value * 100)} %{progress.message ? `: ${progress.message}` : ''}
          </Text>
          <Progress value={progress.value * 100} animated aria-label="Progress of the execution" />
        </div>
      )}
      <ExecutionFacts execution={execution} />
      <PageTabs
        label="Parts of the execution"
        value={tab}
        onChange={(next) => setState({ tab: next })}
        tabs={[
          { value: 'result', label: 'Result', content: <ResultTab execution={execution} /> },
          { value: 'logs', label: counted('Log', log.lines.length), content: logTab },
          { value: 'trace', label: 'Trace and profile', content: <TraceTab execution={execution} /> },
          { value: 'attempts', label: 'Attempts', content: <AttemptsTab jobId={jobId} current={id} /> },
          {
            value: 'deliveries',
            label: 'Deliveries',
            content: <DeliveriesTab executionId={id} ended={runs === false} />,
          },
        ]}
      />
    </Stack>
  );
}

const counted = (label: string, count: number): string =>
  count > 0 ? `${label} (${count.toLocaleString('en')})` : label;
