import { Skeleton, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { read } from '../../api/queries.ts';
import { DiffView } from '../../kit/editor/index.tsx';
import { stripAnsi } from '../../kit/log/log-lines.ts';
import { ErrorPanel } from '../../kit/state/error-panel.tsx';

const mostLines = 1000;
const text = (lines: readonly { level: string; message: string; data?: unknown }[]): string =>
  lines
    .map(
      ({ level, message, data }) =>
        `${level} ${stripAnsi(message)}${data === undefined ? '' : ` ${JSON.stringify(data)}`}`,
    )
    .join('\n');

/** The lines of two logs, without their times, which always differ. */
export function CompareLogs({ a, b }: { a: string; b: string }) {
  const left = useQuery(read('executions', 'logs', { id: a, limit: mostLines, page: 1 }));
  const right = useQuery(read('executions', 'logs', { id: b, limit: mostLines, page: 1 }));
  const error = left.error ?? right.error;
  if (error) return <ErrorPanel error={error} onRetry={() => void Promise.all([left.refetch(), right.refetch()])} />;
  if (!left.data || !right.data) return <Skeleton height={200} mt="sm" />;
  const cut = Math.max(left.data.meta.total, right.data.meta.total) > mostLines;
  return (
    <>
      {cut && <Text size="sm">The first 1,000 lines of each are compared.</Text>}
      <DiffView
        before={text(left.data.items)}
        after={text(right.data.items)}
        beforeLabel="Log of the first"
        afterLabel="Log of the second"
        language="text"
        collapseUnchanged
        maxHeight={480}
      />
    </>
  );
}
