import { Button, Group, Skeleton, Stack, Text } from '@mantine/core';
import { IconPlayerPlay, IconStack2 } from '@tabler/icons-react';
import { useMemo, useRef, useState } from 'react';
import { client } from '../../../api/client.ts';
import type { InputOf, OutputOf } from '../../../api/queries.ts';
import { useAction } from '../../../api/use-action.ts';
import { useMay } from '../../../api/use-identity.ts';
import { useUrlState } from '../../../app/use-url-state.ts';
import { SchemaForm } from '../../../kit/form/schema-form.tsx';
import { ErrorPanel } from '../../../kit/state/error-panel.tsx';
import { Notice } from '../../../kit/state/notice.tsx';
import { isDirty } from '../drafts/draft-state.ts';
import { isRecord, parsed, useSavedPart } from '../source/use-part.ts';
import { useTask } from '../task-context.ts';
import { EarlierInputs } from './earlier-inputs.tsx';
import { RunOptions, type RunSettings, usualSettings } from './run-options.tsx';
import { RunResult } from './run-result.tsx';
import { useRunInput } from './use-run-input.ts';

type Execution = OutputOf<'executions', 'get'>;
const address = { run: '' };
const formId = 'run-input';

/** Runs the task with an input, and shows what comes of it while it happens. */
export default function RunTab() {
  const { task, drafts, save, saving, mayEdit } = useTask();
  const may = useMay();
  const [{ run: shown }, setAddress] = useUrlState(address);
  const [input, setInput] = useRunInput(task);
  const [valid, setValid] = useState(true);
  // Fields stand in the order of the schema's file.
  const written = useSavedPart('input');
  const schema = useMemo(() => {
    const value = written === null ? null : parsed(written);
    return isRecord(value) ? value : null;
  }, [written]);
  const [settings, setSettings] = useState<RunSettings>(usualSettings);
  const result = useRef<HTMLDivElement>(null);

  const start = useAction<{ queued: boolean; input: unknown }, Execution>({
    act: ({ input: given }) => {
      const { timeoutMs, ...rest } = settings;
      return client.tasks.run({
        id: task.id,
        input: given as InputOf<'tasks', 'run'>['input'],
        ...rest,
        ...(timeoutMs === null ? {} : { timeoutMs }),
      });
    },
    changes: ['executions', 'jobs'],
    done: (_, { queued }) => (queued ? 'Queued. It is among the runs' : ''),
    onDone: ({ id }, { queued }) => {
      if (queued) return;
      setAddress({ run: id });
      requestAnimationFrame(() => result.current?.focus());
    },
    // Shown above the form.
    onFailed: () => true,
  });
  if (written === null) return <Skeleton height={320} />;
  const reason = !may('run')
    ? 'You may not run tasks.'
    : task.enabled
      ? null
      : 'The task is disabled: enable it to run it.';
  return (
    <Stack>
      {reason !== null && (
        <Notice tone="neutral" title="It cannot be run now">
          {reason}
        </Notice>
      )}
      {isDirty(drafts) && (
        <Notice tone="attention" title="Unsaved edits are not part of a run">
          <Group justify="space-between">
            <Text size="sm">What runs is the saved revision {task.revision}.</Text>
            {mayEdit && (
              <Button size="xs" variant="default" loading={saving} onClick={() => save()}>
                Save them
              </Button>
            )}
          </Group>
        </Notice>
      )}
      {start.error && <ErrorPanel error={start.error} title="It was not run" />}
      <SchemaForm
        formId={formId}
        schema={schema}
        value={input}
        onChange={(next, right) => {
          setInput(next);
          setValid(right);
        }}
        label={`Input of ${task.name}`}
        onSubmit={(value) => start.mutate({ queued: false, input: value })}
        disabled={reason !== null}
      />
      <RunOptions settings={settings} onChange={setSettings}>
        <EarlierInputs onChoose={setInput} />
      </RunOptions>
      <Group gap="xs">
        <Button
          type="submit"
          form={formId}
          leftSection={<IconPlayerPlay size={16} aria-hidden />}
          loading={start.isPending}
          disabled={reason !== null}
        >
          Run and watch
        </Button>
        <Button
          variant="default"
          leftSection={<IconStack2 size={16} aria-hidden />}
          disabled={reason !== null || start.isPending || !valid}
          onClick={() => start.mutate({ queued: true, input })}
        >
          Queue
        </Button>
        {!valid && (
          <Text size="sm" c="dimmed">
            The input does not fit its schema yet.
          </Text>
        )}
      </Group>
      <div ref={result} tabIndex={-1} style={{ outline: 'none' }}>
        {shown !== '' && (
          <RunResult
            key={shown}
            id={shown}
            onAgain={(earlier) => start.mutate({ queued: false, input: earlier })}
            onTakeInput={setInput}
          />
        )}
      </div>
    </Stack>
  );
}
