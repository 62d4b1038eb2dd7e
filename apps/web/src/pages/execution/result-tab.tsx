import { Alert, Button, Code, Group, Paper, SimpleGrid, Stack, Text, Title } from '@mantine/core';
import type { Execution } from '@ratchet/contract/entities/execution';
import { IconArchive } from '@tabler/icons-react';
import { useState } from 'react';
import { useMay } from '../../api/use-identity.ts';
import { JsonView } from '../../kit/state/json-view.tsx';
import { TextLink } from '../../kit/state/text-link.tsx';
import { AnalysisPanel } from './analysis-panel.tsx';
import { NotePanel } from './note-panel.tsx';
import { sourceHref } from './source-href.ts';
import { StoreResult } from './store-result.tsx';

/** What went in and what came of it. */
export function ResultTab({ execution }: { execution: Execution }) {
  const { status, input, output, error } = execution;
  const [storing, setStoring] = useState(false);
  const may = useMay();
  const ended = status !== 'pending' && status !== 'running';
  return (
    <Stack>
      {error && <ErrorCard execution={execution} error={error} />}
      {error && ended && <AnalysisPanel id={execution.id} taskId={execution.taskId} />}
      <SimpleGrid cols={{ base: 1, md: 2 }}>
        <Paper withBorder p="md">
          <Title order={2} size="h4">
            Input
          </Title>
          <JsonView value={input} label="Input" />
        </Paper>
        <Paper withBorder p="md">
          <Group justify="space-between">
            <Title order={2} size="h4">
              Output
            </Title>
            {status === 'completed' && may('create') && (
              <Button
                size="xs"
                variant="default"
                leftSection={<IconArchive size={14} aria-hidden />}
                onClick={() => setStoring(true)}
              >
                Store as a result
              </Button>
            )}
          </Group>
          {status === 'completed' ? (
            <JsonView value={output} label="Output" />
          ) : (
            <Text size="sm" c="dimmed">
              {ended ? 'It has no output, as it did not complete.' : 'It has not ended yet.'}
            </Text>
          )}
        </Paper>
      </SimpleGrid>
      <NotePanel execution={execution} />
      <StoreResult execution={execution} opened={storing} onClose={() => setStoring(false)} />
    </Stack>
  );
}

function ErrorCard({ execution, error }: { execution: Execution; error: NonNullable<Execution['error']> }) {
  const { taskId } = execution;
  const { class: name, message, stack, line, file, details } = error;
  const place = `${file ?? 'its source'}${line === null ? '' : `, line ${line}`}`;
  return (
    <Alert
      color="red"
      variant="outline"
      title={`${name}: ${message}`}
      styles={{ body: { minWidth: 0 }, title: { overflowWrap: 'anywhere', color: 'var(--mantine-color-text)' } }}
    >
      <Stack gap="xs">
        {(line !== null || file !== null) && (
          <Text size="sm">
            At {taskId === null ? place : <TextLink href={sourceHref(taskId, file, line)}>{place}</TextLink>}
          </Text>
        )}
        {stack !== null && (
          <Code block tabIndex={0} role="region" aria-label="Stack of the error" mah={240} style={{ overflow: 'auto' }}>
            {stack}
          </Code>
        )}
        {details !== undefined && details !== null && <JsonView value={details} label="Details of the error" />}
      </Stack>
    </Alert>
  );
}
