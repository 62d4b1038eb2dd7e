import { Button, Group, NumberInput, Stack, Switch, Text, Title } from '@mantine/core';
import { IconPlayerPlay, IconPlus } from '@tabler/icons-react';
import { useState } from 'react';
import { client } from '../../../api/client.ts';
import type { OutputOf } from '../../../api/queries.ts';
import { useAction } from '../../../api/use-action.ts';
import { useMay } from '../../../api/use-identity.ts';
import { EmptyState } from '../../../kit/state/empty-state.tsx';
import { ErrorPanel } from '../../../kit/state/error-panel.tsx';
import { isDirty } from '../drafts/draft-state.ts';
import { beginning } from '../run/use-run-input.ts';
import { useFileActs } from '../source/use-file-acts.tsx';
import { useTask } from '../task-context.ts';
import { TestCard } from './test-card.tsx';
import { testsOf } from './test-files.ts';

type Report = OutputOf<'tasks', 'test'>;

/** The task's own tests: run together or one by one, with what came out against what was expected. */
export default function TestsTab() {
  const { task, drafts, mayEdit, openTab } = useTask();
  const may = useMay();
  const { add } = useFileActs();
  const [stopOnFailure, setStop] = useState(false);
  const [parallel, setParallel] = useState(4);
  const [results, setResults] = useState<ReadonlyMap<string, Report['results'][number]>>(new Map());
  const [last, setLast] = useState<Report | null>(null);
  const tests = testsOf(task);
  const hasFolder = task.storageType === 'folder' || task.storageType === 'manifest';

  const run = useAction<string | null, Report>({
    act: (test) =>
      client.tasks.test({ id: task.id, stopOnFailure, parallel, trace: true, ...(test === null ? {} : { test }) }),
    changes: [],
    onDone: (report, test) => {
      setLast(report);
      const found = report.results.map((result) => [keyOf(result), result] as const);
      setResults((before) => (test === null ? new Map(found) : new Map([...before, ...found])));
    },
    onFailed: () => true,
  });
  const addTest = () => {
    const taken = new Set(task.files.map(({ path }) => path));
    let n = tests.length + 1;
    while (taken.has(`tests/test-${n}.json`)) n++;
    const path = `tests/test-${n}.json`;
    const content = `${JSON.stringify({ name: `Test ${n}`, input: beginning(task.inputSchema), expected_output: {} }, null, 2)}\n`;
    add.mutate({ path, content }, { onSuccess: () => openTab('source', { file: path, part: undefined }) });
  };
  const addButton = mayEdit && hasFolder && (
    <Button
      variant="default"
      leftSection={<IconPlus size={16} aria-hidden />}
      loading={add.isPending}
      onClick={addTest}
    >
      Add a test
    </Button>
  );
  if (tests.length === 0)
    return (
      <EmptyState
        order={2}
        title="No tests yet"
        text={
          hasFolder
            ? 'A test is a JSON file under tests/ with an input and what is expected. It runs in the sandbox, with answers in place of the network.'
            : 'Its form has no folder for test files: write them under test_cases in its YAML, where it has one.'
        }
        action={addButton}
      />
    );
  // A file that names several tests answers each under its own name.
  const unlisted = [...results.values()].filter((result) => !tests.some((test) => keyOf(test) === keyOf(result)));
  const mayRun = may('run');
  return (
    <Stack>
      <Group justify="space-between">
        <Group gap="xs">
          <Title order={2} size="h4">
            Tests ({tests.length})
          </Title>
          <Text role="status" size="sm">
            {last === null ? '' : `${last.passed} passed, ${last.failed} failed, ${last.skipped} not run`}
          </Text>
        </Group>
        <Group gap="xs">
          {addButton}
          <Button
            leftSection={<IconPlayerPlay size={16} aria-hidden />}
            loading={run.isPending}
            disabled={!mayRun}
            title={mayRun ? undefined : 'You may not run tasks.'}
            onClick={() => run.mutate(null)}
          >
            Run all
          </Button>
        </Group>
      </Group>
      <Group>
        <Switch
          label="Stop at the first that does not pass"
          checked={stopOnFailure}
          onChange={(event) => setStop(event.currentTarget.checked)}
        />
        <NumberInput
          label="At once"
          min={1}
          max={16}
          size="xs"
          w={90}
          allowDecimal={false}
          value={parallel}
          onChange={(value) => typeof value === 'number' && setParallel(Math.max(1, Math.min(16, value)))}
        />
      </Group>
      {isDirty(drafts) && (
        <Text size="sm">Unsaved edits are not tested: what runs is the saved revision {task.revision}.</Text>
      )}
      {run.error && <ErrorPanel error={run.error} title="The tests were not run" />}
      {tests.map((test) => (
        <TestCard
          key={keyOf(test)}
          test={test}
          result={results.get(keyOf(test)) ?? null}
          busy={run.isPending}
          onRun={mayRun ? () => run.mutate(test.name) : null}
        />
      ))}
      {unlisted.map((result) => (
        <TestCard
          key={keyOf(result)}
          test={{ path: result.path, name: result.name, content: null, mocks: [] }}
          result={result}
          busy={run.isPending}
          onRun={null}
        />
      ))}
    </Stack>
  );
}

const keyOf = ({ path, name }: { readonly path: string; readonly name: string }): string => `${path}\n${name}`;
