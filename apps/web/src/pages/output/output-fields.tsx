import { Fieldset, NativeSelect, NumberInput, SimpleGrid, Stack, Switch, TextInput } from '@mantine/core';
import type { OutputDestination } from '@ratchet/contract/entities/output';
import { SecondsInput } from '../administration/seconds-input.tsx';
import type { Draft } from '../administration/use-draft.ts';
import { configFields } from './config-fields.ts';
import { ConfigForm } from './config-form.tsx';
import { configOf, type OutputValues } from './output-values.ts';
import { TemplateHelp } from './template-help.tsx';

interface Props {
  readonly draft: Draft<OutputValues>;
  readonly type: OutputDestination['type'];
  readonly secretFields: readonly string[];
  readonly disabled: boolean;
}

const ends = [
  { value: 'success', label: 'Those that completed' },
  { value: 'failure', label: 'Those that failed or timed out' },
  { value: 'always', label: 'Every one' },
];

export function OutputFields({ draft, type, secretFields, disabled }: Props) {
  const { values, set, errors } = draft;
  const memberErrors = Object.fromEntries(
    Object.entries(errors)
      .filter(([name]) => name.startsWith('config.'))
      .map(([name, text]) => [name.slice('config.'.length), text as string | undefined]),
  );
  return (
    <Stack>
      <Fieldset legend="What is delivered" disabled={disabled}>
        <Stack>
          <SimpleGrid cols={{ base: 1, sm: 2 }}>
            <TextInput
              label="Name"
              name="name"
              required
              maxLength={200}
              value={values.name}
              onChange={(event) => set({ name: event.currentTarget.value })}
              error={errors.name}
            />
            <NativeSelect
              label="Which executions"
              data={ends}
              value={values.on}
              onChange={(event) => set({ on: event.currentTarget.value as OutputValues['on'] })}
            />
          </SimpleGrid>
          <Switch
            label="Takes the output of every task"
            description="Otherwise only of jobs and schedules that name it"
            checked={values.isGlobal}
            onChange={(event) => set({ isGlobal: event.currentTarget.checked })}
            disabled={disabled}
          />
          <Switch
            label="Enabled"
            description="While it is not, nothing new is queued for it; what waits stays, and goes out when it is enabled again"
            checked={values.enabled}
            onChange={(event) => set({ enabled: event.currentTarget.checked })}
            disabled={disabled}
          />
        </Stack>
      </Fieldset>
      <Fieldset legend="Where it goes" disabled={disabled}>
        <Stack>
          <ConfigForm
            type={type}
            config={configOf(values)}
            secretFields={secretFields}
            errors={memberErrors}
            disabled={disabled}
            onChange={(name, value) => set({ [`config.${name}`]: value })}
          />
          {configFields[type].some(({ template }) => template) && <TemplateHelp />}
        </Stack>
      </Fieldset>
      <Fieldset legend="If it does not arrive" disabled={disabled}>
        <SimpleGrid cols={{ base: 1, sm: 3 }}>
          <NumberInput
            label="Attempts"
            name="maxAttempts"
            min={1}
            max={100}
            allowDecimal={false}
            value={values.maxAttempts}
            onChange={(count) => typeof count === 'number' && set({ maxAttempts: count })}
            error={errors.maxAttempts}
          />
          <SecondsInput
            label="Pause before the second one"
            description="Doubles with each, up to five minutes"
            max={300_000}
            value={values.retryBackoffMs}
            onChange={(ms) => set({ retryBackoffMs: ms ?? 0 })}
            error={errors.retryBackoffMs}
          />
          <SecondsInput
            label="Time limit of an attempt"
            min={100}
            max={600_000}
            value={values.timeoutMs}
            onChange={(ms) => set({ timeoutMs: ms ?? 30_000 })}
            error={errors.timeoutMs}
          />
        </SimpleGrid>
      </Fieldset>
    </Stack>
  );
}
