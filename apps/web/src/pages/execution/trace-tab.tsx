import { Paper, Skeleton, Stack, Text, Title } from '@mantine/core';
import type { Execution } from '@ratchet/contract/entities/execution';
import { useQuery } from '@tanstack/react-query';
import { read } from '../../api/queries.ts';
import { ErrorPanel } from '../../kit/state/error-panel.tsx';
import { useOpenHref } from '../../kit/state/kit-link.tsx';
import { FlameGraph } from '../../kit/trace/flame-graph.tsx';
import { TraceView } from '../../kit/trace/trace-view.tsx';
import { sourceHref } from './source-href.ts';

/** What an execution did over time, and where the processor’s time went. */
export function TraceTab({ execution }: { execution: Execution }) {
  const { id, taskId, taskName, status, profile } = execution;
  const openHref = useOpenHref();
  const runs = status === 'pending' || status === 'running';
  const trace = useQuery({ ...read('executions', 'trace', { id }), refetchInterval: runs ? 2000 : false });
  if (trace.error && !trace.data) return <ErrorPanel error={trace.error} onRetry={() => void trace.refetch()} />;
  if (!trace.data) return <Skeleton height={280} />;
  const { spans, durationMs, flame } = trace.data;
  const open = (file: string, line: number | null) => openHref(sourceHref(taskId ?? '', file, line));
  return (
    <Stack>
      <Paper withBorder p="md">
        <Title order={2} size="h4" mb="xs">
          Trace
        </Title>
        <TraceView spans={spans} durationMs={durationMs} label={`Trace of ${taskName}`} />
      </Paper>
      <Paper withBorder p="md">
        <Title order={2} size="h4" mb="xs">
          Processor time
        </Title>
        {flame ? (
          <FlameGraph flame={flame} label={`Processor time of ${taskName}`} {...(taskId ? { onOpenFile: open } : {})} />
        ) : (
          <Text size="sm" c="dimmed">
            {profile
              ? runs
                ? 'The profile is here when it has ended.'
                : 'It used too little of the processor for a profile.'
              : 'It was not profiled. Run the task with “profile” switched on to see where its time goes.'}
          </Text>
        )}
      </Paper>
    </Stack>
  );
}
