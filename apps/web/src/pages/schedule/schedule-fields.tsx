import {
  Fieldset,
  Group,
  NativeSelect,
  NumberInput,
  Radio,
  SimpleGrid,
  Skeleton,
  Stack,
  Text,
  TextInput,
} from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { read } from '../../api/queries.ts';
import { SchemaForm } from '../../kit/form/schema-form.tsx';
import { TaskPicker } from '../../parts/task-picker.tsx';
import { OutputsSelect } from '../administration/outputs-select.tsx';
import { SecondsInput } from '../administration/seconds-input.tsx';
import type { Draft } from '../administration/use-draft.ts';
import { CronField } from './cron-field.tsx';
import { catchUps, overlaps, priorities } from './policies.ts';
import type { ScheduleValues } from './schedule-values.ts';
import { TimeZoneSelect } from './time-zone-select.tsx';

interface Props {
  readonly draft: Draft<ScheduleValues>;
  readonly disabled: boolean;
  readonly onInputReadable: (readable: boolean) => void;
  /** The next runs, beside when it runs. */
  readonly preview: ReactNode;
}

export function ScheduleFields({ draft, disabled, onInputReadable, preview }: Props) {
  const { values, set, errors } = draft;
  const task = useQuery({ ...read('tasks', 'get', { id: values.taskId ?? '' }), enabled: values.taskId !== null });
  const schema = task.data?.inputSchema;
  return (
    <Stack>
      <Fieldset legend="What runs" disabled={disabled}>
        <Stack>
          <SimpleGrid cols={{ base: 1, sm: 2 }}>
            <TaskPicker
              placeholder="Choose a task"
              label="Task"
              name="taskId"
              required
              value={values.taskId}
              onChange={(taskId) => set({ taskId })}
              error={errors.taskId}
              disabled={disabled}
            />
            <TextInput
              label="Name of the schedule"
              name="name"
              description="Without one: the task’s name and the expression"
              inputWrapperOrder={['label', 'input', 'description', 'error']}
              value={values.name}
              maxLength={200}
              onChange={(event) => set({ name: event.currentTarget.value })}
              error={errors.name}
            />
          </SimpleGrid>
          {values.taskId === null ? (
            <Text size="sm">Its input can be given when the task is chosen.</Text>
          ) : task.isPending ? (
            <Skeleton h={160} aria-label="Loading the task’s input" />
          ) : (
            <SchemaForm
              key={values.taskId}
              label="Input"
              schema={typeof schema === 'object' ? schema : null}
              value={values.input}
              disabled={disabled}
              onChange={(input, _valid, problems) => {
                // What is no JSON has not reached the value.
                onInputReadable(!problems.some(({ path }) => path === '') || input !== values.input);
                set({ input: input as ScheduleValues['input'] });
              }}
            />
          )}
          {errors.input && <FieldError text={errors.input} />}
        </Stack>
      </Fieldset>
      <Fieldset legend="When" disabled={disabled}>
        <Stack>
          <CronField value={values.cron} onChange={(cron) => set({ cron })} error={errors.cron} disabled={disabled} />
          <TimeZoneSelect
            value={values.timezone}
            onChange={(timezone) => set({ timezone })}
            error={errors.timezone}
            disabled={disabled}
          />
          {preview}
        </Stack>
      </Fieldset>
      <Fieldset legend="If something comes between" disabled={disabled}>
        <SimpleGrid cols={{ base: 1, sm: 2 }}>
          <Choices
            label="Runs that were missed while no server ran"
            choices={catchUps}
            value={values.catchUp}
            onChange={(catchUp) => set({ catchUp })}
          />
          <Choices
            label="When the run before has not ended"
            choices={overlaps}
            value={values.overlap}
            onChange={(overlap) => set({ overlap })}
          />
        </SimpleGrid>
      </Fieldset>
      <Fieldset legend="Each run" disabled={disabled}>
        <Stack>
          <SimpleGrid cols={{ base: 1, xs: 2, md: 4 }}>
            <NativeSelect
              label="Priority"
              data={[...priorities]}
              value={values.priority}
              onChange={(event) => set({ priority: event.currentTarget.value as ScheduleValues['priority'] })}
            />
            <NumberInput
              label="Retries after a failure"
              min={0}
              max={100}
              allowDecimal={false}
              value={values.maxRetries}
              onChange={(count) => typeof count === 'number' && set({ maxRetries: count })}
              error={errors.maxRetries}
            />
            <SecondsInput
              label="Pause before the first retry"
              max={300_000}
              value={values.retryBackoffMs}
              onChange={(ms) => set({ retryBackoffMs: ms ?? 0 })}
              error={errors.retryBackoffMs}
            />
            <SecondsInput
              label="Time limit"
              min={1}
              max={86_400_000}
              nothing="The task’s own"
              value={values.timeoutMs}
              onChange={(timeoutMs) => set({ timeoutMs })}
              error={errors.timeoutMs}
            />
          </SimpleGrid>
          <OutputsSelect value={values.outputs} onChange={(outputs) => set({ outputs })} disabled={disabled} />
        </Stack>
      </Fieldset>
    </Stack>
  );
}

function FieldError({ text }: { text: string }) {
  return (
    <div role="alert" style={{ color: 'var(--mantine-color-error)', fontSize: 'var(--mantine-font-size-sm)' }}>
      {text}
    </div>
  );
}

interface ChoicesProps<V extends string> {
  readonly label: string;
  readonly choices: readonly { readonly value: V; readonly label: string; readonly text: string }[];
  readonly value: V;
  readonly onChange: (value: V) => void;
}

function Choices<V extends string>({ label, choices, value, onChange }: ChoicesProps<V>) {
  return (
    <Radio.Group label={label} value={value} onChange={(next) => onChange(next as V)}>
      <Stack gap="xs" mt="xs">
        {choices.map((choice) => (
          <Group key={choice.value}>
            <Radio value={choice.value} label={choice.label} description={choice.text} />
          </Group>
        ))}
      </Stack>
    </Radio.Group>
  );
}
