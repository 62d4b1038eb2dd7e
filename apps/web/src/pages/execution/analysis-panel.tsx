import { Badge, Code, List, Paper, Skeleton, Stack, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { read } from '../../api/queries.ts';
import { RelativeTime } from '../../kit/state/relative-time.tsx';
import { TextLink } from '../../kit/state/text-link.tsx';
import { words } from '../../kit/state/tones.ts';
import { sourceHref } from './source-href.ts';

/** Why an execution failed, as far as the server can tell, and what to do. */
export function AnalysisPanel({ id, taskId }: { id: string; taskId: string | null }) {
  const { data, isPending } = useQuery(read('executions', 'analysis', { id }));
  if (isPending) return <Skeleton height={120} />;
  // Without an analysis the error says what it can.
  if (!data) return null;
  const { category, likelyCause, source, suggestions, similar, occurrences } = data;
  return (
    <Paper withBorder p="md" component="section" aria-label="Analysis of the failure">
      <Stack gap="sm">
        <Title order={2} size="h4">
          Why it failed{' '}
          <Badge variant="default" tt="none">
            {words(category)}
          </Badge>
        </Title>
        <Text>{likelyCause}</Text>
        {source && (
          <div>
            <Text size="sm">
              {taskId === null ? (
                `${source.file}, line ${source.line}`
              ) : (
                <TextLink href={sourceHref(taskId, source.file, source.line)}>
                  {source.file}, line {source.line}
                </TextLink>
              )}
            </Text>
            <Code block tabIndex={0} role="region" aria-label="Source around the failure" style={{ overflow: 'auto' }}>
              {source.lines.map(({ line, text }) => (
                <div key={line} style={line === source.line ? { fontWeight: 700 } : undefined}>
                  {line === source.line ? '▶' : ' '} {String(line).padStart(4)} {text}
                </div>
              ))}
            </Code>
          </div>
        )}
        {suggestions.length > 0 && (
          <div>
            <Text fw={600} size="sm">
              What to do
            </Text>
            <List size="sm">
              {suggestions.map((text) => (
                <List.Item key={text}>{text}</List.Item>
              ))}
            </List>
          </div>
        )}
        <Text size="sm" c="dimmed">
          {occurrences === 1
            ? 'The first failure of this kind in 30 days.'
            : `${occurrences} failures of this kind in 30 days.`}
        </Text>
        {similar.length > 0 && (
          <List size="sm" aria-label="Earlier failures of this kind">
            {similar.map(({ executionId, finishedAt, message }) => (
              <List.Item key={executionId}>
                <TextLink href={`/executions/${executionId}`}>
                  <RelativeTime time={finishedAt} missing="an earlier one" />
                </TextLink>{' '}
                {message}
              </List.Item>
            ))}
          </List>
        )}
      </Stack>
    </Paper>
  );
}
