import { Button, Group, List, Paper, Progress, SimpleGrid, Stack, Text, Title } from '@mantine/core';
import type { Execution } from '@ratchet/contract/entities/execution';
import { IconAdjustments, IconPlayerPause, IconPlayerPlay } from '@tabler/icons-react';
import { client } from '../../api/client.ts';
import type { OutputOf } from '../../api/queries.ts';
import { useAction } from '../../api/use-action.ts';
import { Sparkline } from '../../kit/chart/sparkline.tsx';
import { RelativeTime } from '../../kit/state/relative-time.tsx';
import { StatusBadge } from '../../kit/state/status-badge.tsx';
import { TextLink } from '../../kit/state/text-link.tsx';
import { countText } from '../../kit/state/times.ts';
import { bytesText } from './bytes-text.ts';

export type Worker = OutputOf<'workers', 'list'>['items'][number];

interface Props {
  readonly worker: Worker;
  /** How busy it was, oldest first. */
  readonly course: readonly (number | null)[];
  readonly executions: readonly Execution[];
  readonly mayChange: boolean;
  readonly onScale: () => void;
}

/** One living worker: what it does now and how much it may do. */
export function WorkerCard({ worker, course, executions, mayChange, onScale }: Props) {
  const { id, hostname, pid, role, status, concurrency, desiredConcurrency, running } = worker;
  const drain = useAction({
    act: (resume: boolean) => client.workers.drain({ id, resume }),
    changes: ['workers'],
    done: (_, resume) => (resume ? 'It takes work again' : 'It ends what it runs and takes nothing more'),
  });
  const name = `${hostname}, process ${pid}`;
  const fact = (label: string, value: string) => (
    <div key={label}>
      <Text component="dt" size="xs" c="dimmed">
        {label}
      </Text>
      <Text component="dd" size="sm" m={0}>
        {value}
      </Text>
    </div>
  );
  return (
    <Paper withBorder p="md" component="section" aria-label={name}>
      <Stack gap="sm">
        <Group justify="space-between" align="start">
          <div>
            <Title order={2} size="h4" style={{ overflowWrap: 'anywhere' }}>
              {hostname}
            </Title>
            <Text size="xs" c="dimmed">
              Process {pid}, {role === 'all' ? 'serves and works' : role === 'api' ? 'serves only' : 'works only'},
              version {worker.version}, since <RelativeTime time={worker.startedAt} />
            </Text>
          </div>
          <StatusBadge status={status} />
        </Group>
        {role !== 'api' && (
          <div>
            <Group justify="space-between">
              <Text size="sm">
                {running ?? 0} of {concurrency} run
                {desiredConcurrency !== null &&
                  desiredConcurrency !== concurrency &&
                  `, ${desiredConcurrency} asked for`}
              </Text>
            </Group>
            <Progress value={(100 * (running ?? 0)) / Math.max(1, concurrency)} aria-label={`Load of ${name}`} mt={4} />
            <Sparkline values={course} label={`Executions of ${name} over the last minutes`} />
          </div>
        )}
        <SimpleGrid component="dl" cols={3} spacing="xs" verticalSpacing={4} m={0}>
          {fact('Completed', worker.completed === null ? '–' : countText(worker.completed))}
          {fact('Failed', worker.failed === null ? '–' : countText(worker.failed))}
          {fact('Runners', worker.runners === null ? '–' : countText(worker.runners))}
          {fact('Memory', worker.rssBytes === null ? '–' : bytesText(worker.rssBytes))}
          {fact('Cores used', worker.cpu === null ? '–' : worker.cpu.toFixed(2))}
          <div>
            <Text component="dt" size="xs" c="dimmed">
              Heard of
            </Text>
            <Text component="dd" size="sm" m={0}>
              <RelativeTime time={worker.heartbeatAt} />
            </Text>
          </div>
        </SimpleGrid>
        {executions.length > 0 && (
          <div>
            <Text size="sm" fw={600}>
              Runs now
            </Text>
            <List size="sm" spacing={2}>
              {executions.map((each) => (
                <List.Item key={each.id}>
                  <TextLink href={`/executions/${each.id}`}>{each.taskName}</TextLink>,{' '}
                  <RelativeTime time={each.startedAt} />
                  {each.progress !== null && `, ${Math.round(each.progress * 100)} %`}
                </List.Item>
              ))}
            </List>
          </div>
        )}
        {mayChange && role !== 'api' && (
          <Group gap="xs">
            {status === 'active' ? (
              <Button
                size="xs"
                variant="default"
                leftSection={<IconPlayerPause size={14} aria-hidden />}
                aria-label={`Drain ${name}`}
                loading={drain.isPending}
                onClick={() => drain.mutate(false)}
              >
                Drain
              </Button>
            ) : (
              <Button
                size="xs"
                leftSection={<IconPlayerPlay size={14} aria-hidden />}
                aria-label={`Let ${name} take work again`}
                loading={drain.isPending}
                onClick={() => drain.mutate(true)}
              >
                Take work again
              </Button>
            )}
            <Button
              size="xs"
              variant="default"
              leftSection={<IconAdjustments size={14} aria-hidden />}
              aria-label={`Change how much ${name} runs at once`}
              onClick={onScale}
            >
              At once
            </Button>
            <TextLink href={`/executions?node=${id}`}>Its executions</TextLink>
          </Group>
        )}
      </Stack>
    </Paper>
  );
}
