import { Button, Group, Paper, SimpleGrid, Skeleton, Stack, Table, Text, Title } from '@mantine/core';
import type { Execution } from '@ratchet/contract/entities/execution';
import { IconArrowsExchange } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { read } from '../../api/queries.ts';
import { PageHead } from '../../app/page-head.tsx';
import { useUrlState } from '../../app/use-url-state.ts';
import { DiffView } from '../../kit/editor/index.tsx';
import { Duration } from '../../kit/state/duration.tsx';
import { EmptyState } from '../../kit/state/empty-state.tsx';
import { ErrorPanel } from '../../kit/state/error-panel.tsx';
import { KitLink } from '../../kit/state/kit-link.tsx';
import { RelativeTime } from '../../kit/state/relative-time.tsx';
import { StatusBadge } from '../../kit/state/status-badge.tsx';
import { CompareLogs } from './compare-logs.tsx';
import { CompareTraces } from './compare-traces.tsx';
import { PickExecution } from './pick-execution.tsx';

const defaults = { a: '', b: '' } as const;
const json = (value: unknown): string => JSON.stringify(value, null, 2) ?? 'null';

export function ComparePage() {
  const [{ a, b }, setState] = useUrlState(defaults);
  const left = useQuery({ ...read('executions', 'get', { id: a }), enabled: a !== '' });
  const right = useQuery({ ...read('executions', 'get', { id: b }), enabled: b !== '' });
  const error = (a !== '' && left.error) || (b !== '' && right.error);
  return (
    <Stack>
      <PageHead
        title="Compare two executions"
        actions={
          <Button
            variant="default"
            leftSection={<IconArrowsExchange size={16} aria-hidden />}
            disabled={a === '' && b === ''}
            onClick={() => setState({ a: b, b: a })}
          >
            Swap
          </Button>
        }
      />
      <SimpleGrid cols={{ base: 1, sm: 2 }}>
        <PickExecution
          label="First execution"
          value={a}
          taskId={right.data?.taskId ?? null}
          onChange={(id) => setState({ a: id })}
        />
        <PickExecution
          label="Second execution"
          value={b}
          taskId={left.data?.taskId ?? null}
          onChange={(id) => setState({ b: id })}
        />
      </SimpleGrid>
      {error && <ErrorPanel error={error} onRetry={() => void Promise.all([left.refetch(), right.refetch()])} />}
      {a === '' || b === '' ? (
        <EmptyState
          title="Choose two executions"
          text="Choose them above, or select two in the list of executions and press “Compare the two”."
          action={<KitLink href="/executions">Go to the executions</KitLink>}
        />
      ) : left.data && right.data ? (
        <Comparison a={left.data} b={right.data} />
      ) : (
        !error && <Skeleton height={320} />
      )}
    </Stack>
  );
}

function Comparison({ a, b }: { a: Execution; b: Execution }) {
  const [logs, setLogs] = useState(false);
  const rows: [name: string, a: ReactNode, b: ReactNode, same: boolean][] = [
    [
      'Status',
      <StatusBadge key="a" status={a.status} />,
      <StatusBadge key="b" status={b.status} />,
      a.status === b.status,
    ],
    [
      'Task',
      `${a.taskName} ${a.taskVersion}`,
      `${b.taskName} ${b.taskVersion}`,
      a.taskName === b.taskName && a.taskVersion === b.taskVersion,
    ],
    [
      'Revision of the task',
      a.taskRevision,
      b.taskRevision,
      a.taskId === b.taskId && a.taskRevision === b.taskRevision,
    ],
    [
      'Duration',
      <Duration key="a" ms={a.durationMs} />,
      <Duration key="b" ms={b.durationMs} />,
      a.durationMs === b.durationMs,
    ],
    ['Queued', <RelativeTime key="a" time={a.queuedAt} />, <RelativeTime key="b" time={b.queuedAt} />, true],
    ['Begun by', a.triggeredBy, b.triggeredBy, a.triggeredBy === b.triggeredBy],
    ['Attempt', a.attempt, b.attempt, a.attempt === b.attempt],
    ['Error', errorText(a), errorText(b), errorText(a) === errorText(b)],
  ];
  const [inputA, inputB, outputA, outputB] = [json(a.input), json(b.input), json(a.output), json(b.output)];
  return (
    <Stack>
      <Paper withBorder p="md">
        <Title order={2} size="h4" mb="xs">
          In short
        </Title>
        <Table aria-label="The two executions in short">
          <Table.Thead>
            <Table.Tr>
              <Table.Th scope="col">What</Table.Th>
              <Table.Th scope="col">
                <KitLink href={`/executions/${a.id}`}>First</KitLink>
              </Table.Th>
              <Table.Th scope="col">
                <KitLink href={`/executions/${b.id}`}>Second</KitLink>
              </Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {rows.map(([name, one, other, same]) => (
              <Table.Tr key={name}>
                <Table.Th scope="row" fw={same ? 400 : 700}>
                  {name}
                  {!same && (
                    <Text span size="xs" fw={400}>
                      {' '}
                      (differs)
                    </Text>
                  )}
                </Table.Th>
                <Table.Td style={{ overflowWrap: 'anywhere' }}>{one}</Table.Td>
                <Table.Td style={{ overflowWrap: 'anywhere' }}>{other}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Paper>
      <Difference title="Input" a={inputA} b={inputB} />
      <Difference title="Output" a={outputA} b={outputB} />
      <CompareTraces a={a.id} b={b.id} />
      <Paper withBorder p="md">
        <Group justify="space-between">
          <Title order={2} size="h4">
            Logs
          </Title>
          <Button size="xs" variant="default" aria-expanded={logs} onClick={() => setLogs(!logs)}>
            {logs ? 'Hide the logs' : 'Compare the logs'}
          </Button>
        </Group>
        {logs && <CompareLogs a={a.id} b={b.id} />}
      </Paper>
    </Stack>
  );
}

const errorText = ({ error }: Execution): string => (error ? `${error.class}: ${error.message}` : '–');

function Difference({ title, a, b }: { title: string; a: string; b: string }) {
  return (
    <Paper withBorder p="md">
      <Title order={2} size="h4" mb="xs">
        {title}
        {a !== b && (
          <Text span size="sm" fw={400}>
            {' '}
            (differs)
          </Text>
        )}
      </Title>
      <DiffView
        before={a}
        after={b}
        beforeLabel={`${title} of the first`}
        afterLabel={`${title} of the second`}
        language="json"
        collapseUnchanged
        maxHeight={480}
      />
    </Paper>
  );
}
