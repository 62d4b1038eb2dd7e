import { Button, Code, Collapse, Group, Paper, Stack, Table, Text, Title } from '@mantine/core';
import { IconChevronDown, IconChevronRight, IconPencil, IconPlayerPlay } from '@tabler/icons-react';
import { useId, useState } from 'react';
import type { OutputOf } from '../../../api/queries.ts';
import { DiffView } from '../../../kit/editor/index.tsx';
import { LogView } from '../../../kit/log/log-view.tsx';
import { Duration } from '../../../kit/state/duration.tsx';
import { JsonView } from '../../../kit/state/json-view.tsx';
import { Notice } from '../../../kit/state/notice.tsx';
import { StatusBadge } from '../../../kit/state/status-badge.tsx';
import { sameJson } from '../drafts/plan-save.ts';
import { useTask } from '../task-context.ts';
import { type ListedTest, settledText } from './test-files.ts';

type Result = OutputOf<'tasks', 'test'>['results'][number];

interface TestCardProps {
  readonly test: ListedTest;
  readonly result: Result | null;
  readonly busy: boolean;
  /** null: it cannot be run by itself. */
  readonly onRun: (() => void) | null;
}

/** One test: what it gives, expects and answers in place of the network, and what came of it. */
export function TestCard({ test, result, busy, onRun }: TestCardProps) {
  const { task, openTab } = useTask();
  const [opened, setOpened] = useState<boolean | null>(null);
  const id = useId();
  const wrong = result !== null && (result.status === 'failed' || result.status === 'error');
  const open = opened ?? wrong;
  const Chevron = open ? IconChevronDown : IconChevronRight;
  const inFile = task.files.some(({ path }) => path === test.path);
  return (
    <Paper withBorder p="sm" component="section" aria-labelledby={`${id}-name`}>
      <Group justify="space-between" gap="xs">
        <Group gap="xs" style={{ minWidth: 0 }}>
          <Button
            size="compact-sm"
            variant="default"
            px={4}
            aria-expanded={open}
            aria-controls={`${id}-content`}
            aria-label={`Details of ${test.name}`}
            onClick={() => setOpened(!open)}
          >
            <Chevron size={16} aria-hidden />
          </Button>
          <Title order={3} size="h5" id={`${id}-name`} style={{ overflowWrap: 'anywhere' }}>
            {test.name}
          </Title>
          {result && (
            <>
              <StatusBadge status={result.status} />
              <Text size="sm">
                <Duration ms={result.durationMs} />
              </Text>
            </>
          )}
        </Group>
        <Group gap="xs">
          <Text size="xs" c="dimmed" ff="monospace">
            {test.path}
          </Text>
          {inFile && (
            <Button
              size="compact-sm"
              variant="default"
              aria-label={`Edit ${test.name}`}
              leftSection={<IconPencil size={14} aria-hidden />}
              onClick={() => openTab('source', { file: test.path, part: undefined })}
            >
              Edit
            </Button>
          )}
          {onRun && (
            <Button
              size="compact-sm"
              variant="default"
              aria-label={`Run ${test.name}`}
              leftSection={<IconPlayerPlay size={14} aria-hidden />}
              disabled={busy}
              onClick={onRun}
            >
              Run
            </Button>
          )}
        </Group>
      </Group>
      <Collapse expanded={open} id={`${id}-content`}>
        {open && (
          <Stack mt="sm" gap="sm">
            {test.description !== undefined && <Text size="sm">{test.description}</Text>}
            {result && <TestOutcome result={result} />}
            <TestContent test={test} />
          </Stack>
        )}
      </Collapse>
    </Paper>
  );
}

function TestOutcome({ result }: { readonly result: Result }) {
  const { error, expected, actual, status, logs, http } = result;
  const compares = status === 'failed' && expected !== undefined && actual !== undefined;
  return (
    <>
      {error !== null && (
        <Notice tone="bad" title="Why it did not pass">
          <Text size="sm" style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}>
            {error}
          </Text>
        </Notice>
      )}
      {compares && (
        <DiffView
          before={settledText(expected)}
          after={settledText(actual)}
          beforeLabel="Expected"
          afterLabel="What came out"
          language="json"
          maxHeight={360}
        />
      )}
      {!compares && actual !== undefined && !sameJson(actual, expected) && (
        <div>
          <Title order={4} size="h6">
            What came out
          </Title>
          <JsonView value={actual} label="what came out" bare />
        </div>
      )}
      {http !== undefined && http.length > 0 && (
        <div>
          <Title order={4} size="h6">
            Requests
          </Title>
          <Table.ScrollContainer minWidth={360}>
            <Table aria-label="Requests">
              <Table.Thead>
                <Table.Tr>
                  <Table.Th scope="col">Request</Table.Th>
                  <Table.Th scope="col">Answer</Table.Th>
                  <Table.Th scope="col">Took</Table.Th>
                </Table.Tr>
              </Table.Thead>
              <Table.Tbody>
                {http.map((request, at) => (
                  // biome-ignore lint/suspicious/noArrayIndexKey: an answer's list never changes
                  <Table.Tr key={at}>
                    <Table.Td style={{ overflowWrap: 'anywhere' }}>
                      {request.method} {request.url}
                    </Table.Td>
                    <Table.Td>{request.status ?? request.error ?? 'none'}</Table.Td>
                    <Table.Td>
                      <Duration ms={request.durationMs} />
                    </Table.Td>
                  </Table.Tr>
                ))}
              </Table.Tbody>
            </Table>
          </Table.ScrollContainer>
        </div>
      )}
      {logs !== undefined && logs.length > 0 && (
        <LogView
          lines={logs.map((line, at) => ({ ...line, sequence: at }))}
          label={`Log of ${result.name}`}
          height={180}
        />
      )}
    </>
  );
}

function TestContent({ test }: { readonly test: ListedTest }) {
  const { content, mocks } = test;
  if (!content) return null;
  const expected = content.expected_output ?? content.expected;
  return (
    <>
      <div>
        <Title order={4} size="h6">
          Input
        </Title>
        <JsonView value={content.input ?? {}} label={`input of ${test.name}`} bare />
      </div>
      {expected !== undefined && (
        <div>
          <Title order={4} size="h6">
            Expected
          </Title>
          <JsonView value={expected} label={`expected of ${test.name}`} bare />
        </div>
      )}
      {(content.expected_error !== undefined || content.should_fail === true) && (
        <Text size="sm">
          It must fail
          {content.expected_error === undefined ? '.' : ' with '}
          {content.expected_error !== undefined && <Code>{JSON.stringify(content.expected_error)}</Code>}
        </Text>
      )}
      {Array.isArray(content.assertions) && (
        <div>
          <Title order={4} size="h6">
            Assertions
          </Title>
          <JsonView value={content.assertions} label={`assertions of ${test.name}`} bare />
        </div>
      )}
      {mocks.length > 0 && (
        <div>
          <Title order={4} size="h6">
            Answers in place of the network
          </Title>
          {mocks.map(({ url, method, responses }, at) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: the list is as the file says it
            <div key={at}>
              <Text size="sm" ff="monospace" style={{ overflowWrap: 'anywhere' }}>
                {method} {url}
              </Text>
              {responses.map((response, turn) => (
                <JsonView
                  // biome-ignore lint/suspicious/noArrayIndexKey: the list is as the file says it
                  key={turn}
                  value={response}
                  label={`answer ${turn + 1} to ${url}`}
                  bare
                  openLevels={1}
                />
              ))}
            </div>
          ))}
        </div>
      )}
    </>
  );
}
