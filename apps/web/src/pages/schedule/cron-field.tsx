import { Chip, Code, Group, Input, NativeSelect, NumberInput, Stack, Text, TextInput } from '@mantine/core';
import { useState } from 'react';
import {
  type CronKind,
  type CronModel,
  cronKinds,
  cronModel,
  cronOf,
  minuteSteps,
  modelOf,
  weekDays,
} from './cron-model.ts';
import { cronWords } from './cron-words.ts';

interface Props {
  readonly value: string;
  readonly onChange: (cron: string) => void;
  readonly error?: string | undefined;
  readonly disabled?: boolean;
}

/** When it runs: chosen in words, or written as a cron expression. Both are always the same. */
export function CronField({ value, onChange, error, disabled }: Props) {
  const model = cronModel(value);
  const [byHand, setByHand] = useState(model.kind === 'custom');
  const kind: CronKind = byHand ? 'custom' : model.kind;
  const choose = (next: CronKind) => {
    setByHand(next === 'custom');
    const cron = cronOf(modelOf(next, model));
    if (cron !== null) onChange(cron);
  };
  const change = (next: CronModel) => onChange(cronOf(next) ?? value);
  const words = cronWords(value);
  return (
    <Stack gap="xs">
      <Group align="end" gap="sm">
        <NativeSelect
          label="When it runs"
          value={kind}
          data={[...cronKinds]}
          onChange={(event) => choose(event.currentTarget.value as CronKind)}
          disabled={disabled}
        />
        {kind !== 'custom' && <Details model={model} onChange={change} disabled={disabled} />}
      </Group>
      <TextInput
        label="Cron expression"
        name="cron"
        description="Minute, hour, day of month, month, day of week; with seconds first where there are six. @daily and the like too"
        value={value}
        onChange={(event) => {
          setByHand(true);
          onChange(event.currentTarget.value);
        }}
        error={error}
        disabled={disabled}
        required
        spellCheck={false}
        autoComplete="off"
        styles={{ input: { fontFamily: 'var(--mantine-font-family-monospace)' } }}
      />
      <Text size="sm" role="status">
        {words ?? (value.trim() === '' ? 'Write an expression, or choose when it runs above.' : <Unsaid />)}
      </Text>
    </Stack>
  );
}

function Unsaid() {
  return (
    <>
      This expression is not said in words here. Lists <Code>1,2</Code>, ranges <Code>1-5</Code>, steps <Code>*/5</Code>
      , <Code>L</Code> (the last day) and <Code>MON#1</Code> (the first Monday) are understood by the server.
    </>
  );
}

interface DetailsProps {
  readonly model: CronModel;
  readonly onChange: (model: CronModel) => void;
  readonly disabled?: boolean | undefined;
}

function Details({ model, onChange, disabled }: DetailsProps) {
  const time = 'time' in model && (
    <TextInput
      type="time"
      label="At"
      value={model.time}
      onChange={(event) => event.currentTarget.value && onChange({ ...model, time: event.currentTarget.value })}
      disabled={disabled}
    />
  );
  switch (model.kind) {
    case 'minutes':
      return (
        <NativeSelect
          label="Minutes between two runs"
          value={String(model.every)}
          data={minuteSteps.map(String)}
          onChange={(event) => onChange({ ...model, every: Number(event.currentTarget.value) })}
          disabled={disabled}
        />
      );
    case 'hourly':
      return (
        <NumberInput
          label="Minute of the hour"
          min={0}
          max={59}
          clampBehavior="strict"
          allowDecimal={false}
          value={model.minute}
          onChange={(minute) => typeof minute === 'number' && onChange({ ...model, minute })}
          disabled={disabled}
        />
      );
    case 'weekly':
      return (
        <>
          {time}
          <Input.Wrapper label="Days" labelElement="div">
            <Chip.Group
              multiple
              value={[...model.days]}
              onChange={(days) => days.length > 0 && onChange({ ...model, days })}
            >
              <Group gap={4} role="group" aria-label="Days of the week">
                {weekDays.map(({ value, label, name }) => (
                  <Chip key={value} value={value} size="sm" aria-label={name} disabled={disabled}>
                    {label}
                  </Chip>
                ))}
              </Group>
            </Chip.Group>
          </Input.Wrapper>
        </>
      );
    case 'monthly':
      return (
        <>
          {time}
          <NativeSelect
            label="Day of the month"
            value={model.day}
            data={[
              ...Array.from({ length: 31 }, (_, i) => ({ value: String(i + 1), label: String(i + 1) })),
              { value: 'L', label: 'The last day' },
            ]}
            onChange={(event) => onChange({ ...model, day: event.currentTarget.value })}
            disabled={disabled}
          />
        </>
      );
    default:
      return time;
  }
}
