import { Button, Code, Group, Progress, Skeleton, Stack, Text, Title } from '@mantine/core';
import { IconExternalLink, IconPlayerStop, IconRepeat } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { client } from '../../../api/client.ts';
import type { OutputOf } from '../../../api/queries.ts';
import { useAction } from '../../../api/use-action.ts';
import { LogView } from '../../../kit/log/log-view.tsx';
import { Duration } from '../../../kit/state/duration.tsx';
import { ErrorPanel } from '../../../kit/state/error-panel.tsx';
import { JsonView } from '../../../kit/state/json-view.tsx';
import { Notice } from '../../../kit/state/notice.tsx';
import { RelativeTime } from '../../../kit/state/relative-time.tsx';
import { StatusBadge } from '../../../kit/state/status-badge.tsx';
import { useTask } from '../task-context.ts';
import { hasEnded, useExecution } from './use-execution.ts';

type Execution = OutputOf<'executions', 'get'>;

interface RunResultProps {
  readonly id: string;
  readonly onAgain: (input: unknown) => void;
  readonly onTakeInput: (input: unknown) => void;
}

/** One run as it happens: how far it is, its log, and what came out. */
export function RunResult({ id, onAgain, onTakeInput }: RunResultProps) {
  const { data: execution, error, refetch, lines, progress } = useExecution(id);
  const cancel = useAction({
    act: () => client.executions.cancel({ id }),
    changes: ['executions'],
    done: () => 'The run is stopped',
  });
  if (error) return <ErrorPanel error={error} onRetry={() => void refetch()} />;
  if (!execution) return <Skeleton height={160} />;
  const ended = hasEnded(execution.status);
  const part = progress?.progress ?? execution.progress;
  return (
    <Stack component="section" aria-label="The run">
      <Group justify="space-between">
        <Group gap="xs">
          <Title order={2} size="h4">
            The run
          </Title>
          <span role="status">
            <StatusBadge status={execution.status} />
          </span>
          <Text size="sm">
            {ended ? <Duration ms={execution.durationMs} /> : <RelativeTime time={execution.queuedAt} />}
            {execution.cachedFrom !== null && ', answered from the cache'}
          </Text>
        </Group>
        <Group gap="xs">
          {!ended && (
            <Button
              size="xs"
              variant="default"
              leftSection={<IconPlayerStop size={14} aria-hidden />}
              loading={cancel.isPending}
              onClick={() => cancel.mutate()}
            >
              Stop it
            </Button>
          )}
          {ended && (
            <>
              <Button
                size="xs"
                variant="default"
                leftSection={<IconRepeat size={14} aria-hidden />}
                onClick={() => onAgain(execution.input)}
              >
                Run again
              </Button>
              <Button size="xs" variant="default" onClick={() => onTakeInput(execution.input)}>
                Take its input
              </Button>
            </>
          )}
          <Button
            size="xs"
            variant="default"
            component={Link}
            to={`/executions/${id}`}
            leftSection={<IconExternalLink size={14} aria-hidden />}
          >
            All about it
          </Button>
        </Group>
      </Group>
      {!ended && part !== null && (
        <div>
          <Progress value={part * 100} aria-label="Progress of the run" />
          <Text size="xs">
            {Math.round(part * 100)}% {progress?.message ?? execution.progressMessage ?? ''}
          </Text>
        </div>
      )}
      {execution.error && <RunError error={execution.error} />}
      {execution.status === 'completed' && (
        <section aria-label="Output">
          <Title order={3} size="h5">
            Output
          </Title>
          <JsonView value={execution.output} label="output" />
        </section>
      )}
      <section aria-label="Log">
        <Title order={3} size="h5" mb="xs">
          Log
        </Title>
        <LogView
          lines={lines}
          live={!ended}
          label={`Log of the run of ${execution.taskName}`}
          height={280}
          fileName={`${execution.taskName}.log`}
          empty={<Text size="sm">{ended ? 'It logged nothing.' : 'Nothing yet.'}</Text>}
        />
      </section>
    </Stack>
  );
}

/** Why it failed, with the way to the line. */
function RunError({ error }: { readonly error: NonNullable<Execution['error']> }) {
  const { task, entry, openTab } = useTask();
  const file = error.file ?? entry;
  const known = task.files.some(({ path }) => path === file);
  return (
    <Notice tone="bad" role="alert" title={error.class}>
      <Stack gap="xs" align="flex-start">
        <Text style={{ overflowWrap: 'anywhere', whiteSpace: 'pre-wrap' }}>{error.message}</Text>
        {error.line !== null && known && (
          <Button
            size="xs"
            variant="default"
            onClick={() => openTab('source', { file: file === entry ? undefined : file, part: undefined })}
          >
            Open {file}, line {error.line}
          </Button>
        )}
        {error.stack !== null && (
          <Code block w="100%" tabIndex={0} style={{ maxHeight: 200, overflow: 'auto' }}>
            {error.stack}
          </Code>
        )}
      </Stack>
    </Notice>
  );
}
