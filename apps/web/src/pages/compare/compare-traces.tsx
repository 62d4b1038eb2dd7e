import { Paper, Skeleton, Table, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { read } from '../../api/queries.ts';
import { ErrorPanel } from '../../kit/state/error-panel.tsx';
import { durationText } from '../../kit/state/times.ts';
import { pairSpans } from './compare-spans.ts';

const text = (ms: number | undefined): string => (ms === undefined ? '–' : durationText(ms));
const change = (a: number, b: number): string => {
  const apart = b - a;
  if (Math.abs(apart) < 0.5) return 'the same';
  return `${durationText(Math.abs(apart))} ${apart > 0 ? 'longer' : 'shorter'}`;
};

/** The stretches of two executions, with how much longer the second took. */
export function CompareTraces({ a, b }: { a: string; b: string }) {
  const left = useQuery(read('executions', 'trace', { id: a }));
  const right = useQuery(read('executions', 'trace', { id: b }));
  const error = left.error ?? right.error;
  return (
    <Paper withBorder p="md">
      <Title order={2} size="h4" mb="xs">
        Times
      </Title>
      {error ? (
        <ErrorPanel error={error} onRetry={() => void Promise.all([left.refetch(), right.refetch()])} />
      ) : left.data && right.data ? (
        <Table.ScrollContainer minWidth={480}>
          <Table aria-label="Times of the two executions">
            <Table.Thead>
              <Table.Tr>
                <Table.Th scope="col">Stretch</Table.Th>
                <Table.Th scope="col" ta="end">
                  First
                </Table.Th>
                <Table.Th scope="col" ta="end">
                  Second
                </Table.Th>
                <Table.Th scope="col">The second is</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {pairSpans(left.data.spans, right.data.spans).map(({ key, name, kind, a: one, b: other }) => (
                <Table.Tr key={key}>
                  <Table.Th scope="row" fw={400} style={{ overflowWrap: 'anywhere' }}>
                    {name === kind ? name : `${kind}: ${name}`}
                  </Table.Th>
                  <Table.Td ta="end">{text(one?.durationMs)}</Table.Td>
                  <Table.Td ta="end">{text(other?.durationMs)}</Table.Td>
                  <Table.Td>
                    {one && other
                      ? change(one.durationMs, other.durationMs)
                      : one
                        ? 'without it'
                        : 'the only one with it'}
                  </Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </Table.ScrollContainer>
      ) : (
        <Skeleton height={160} />
      )}
    </Paper>
  );
}
