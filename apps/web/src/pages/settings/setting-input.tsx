import { NativeSelect, NumberInput, PasswordInput, Switch, TagsInput, Textarea, TextInput } from '@mantine/core';
import { useState } from 'react';
import { boundsOf, kindOf, type SettingRow } from './setting-values.ts';

interface Props {
  readonly row: SettingRow;
  /** The value is secret: what is typed takes its place. */
  readonly hidden: boolean;
  readonly value: SettingRow['value'];
  readonly onChange: (value: SettingRow['value']) => void;
  readonly error: string | undefined;
  readonly onUnreadable: (problem: string | null) => void;
}

/** The value of a setting, by its kind. Nothing goes back to the default. */
export function SettingInput({ row, hidden, value, onChange, error, onUnreadable }: Props) {
  const kind = kindOf(row);
  const common = { label: 'New value', name: 'value', error, 'data-autofocus': true };
  if (kind === 'json' || (hidden && kind !== 'text'))
    return <JsonInput {...common} value={value} onChange={onChange} onUnreadable={onUnreadable} hidden={hidden} />;
  switch (kind) {
    case 'switch':
      return (
        <Switch
          label={value === true ? 'On' : 'Off'}
          name="value"
          error={error}
          checked={value === true}
          onChange={(event) => onChange(event.currentTarget.checked)}
          data-autofocus
        />
      );
    case 'choice':
      return (
        <NativeSelect
          {...common}
          data={[...(typeof value === 'string' ? [] : [{ value: '', label: 'Not set' }]), ...row.choices]}
          value={typeof value === 'string' ? value : ''}
          onChange={(event) => onChange(event.currentTarget.value || null)}
        />
      );
    case 'number':
      return (
        <NumberInput
          {...common}
          {...boundsOf(row)}
          value={typeof value === 'number' ? value : ''}
          onChange={(next) => onChange(typeof next === 'number' ? next : null)}
        />
      );
    case 'list':
      return (
        <TagsInput
          {...common}
          description="End each with Enter"
          value={Array.isArray(value) ? value.map(String) : []}
          onChange={onChange}
          acceptValueOnBlur
        />
      );
    default:
      return hidden ? (
        <PasswordInput
          {...common}
          description="The present one is shown to nobody. What is typed here takes its place"
          value={typeof value === 'string' ? value : ''}
          onChange={(event) => onChange(event.currentTarget.value || undefined)}
          autoComplete="new-password"
          visibilityToggleButtonProps={{ 'aria-label': 'Show what is typed', tabIndex: 0, 'aria-hidden': false }}
        />
      ) : (
        <TextInput
          {...common}
          value={typeof value === 'string' ? value : ''}
          onChange={(event) => onChange(event.currentTarget.value || null)}
          spellCheck={false}
          autoComplete="off"
        />
      );
  }
}

interface JsonProps {
  readonly label: string;
  readonly name: string;
  readonly error: string | undefined;
  readonly hidden: boolean;
  readonly value: SettingRow['value'];
  readonly onChange: (value: SettingRow['value']) => void;
  readonly onUnreadable: (problem: string | null) => void;
}

function JsonInput({ value, onChange, onUnreadable, hidden, ...rest }: JsonProps) {
  const [text, setText] = useState(() => (value === undefined ? '' : JSON.stringify(value, null, 2)));
  const change = (next: string) => {
    setText(next);
    if (next.trim() === '') {
      onUnreadable(null);
      onChange(hidden ? undefined : null);
      return;
    }
    try {
      onChange(JSON.parse(next) as SettingRow['value']);
      onUnreadable(null);
    } catch (error) {
      onUnreadable(`This is not JSON: ${(error as Error).message}`);
    }
  };
  return (
    <Textarea
      {...rest}
      description={
        hidden
          ? 'JSON. There are secrets in the present value, which are shown to nobody: give the whole value'
          : 'JSON'
      }
      value={text}
      onChange={(event) => change(event.currentTarget.value)}
      autosize
      minRows={4}
      maxRows={16}
      spellCheck={false}
      styles={{ input: { fontFamily: 'var(--mantine-font-family-monospace)' } }}
    />
  );
}
