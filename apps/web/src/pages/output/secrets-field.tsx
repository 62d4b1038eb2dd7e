import { ActionIcon, Button, Code, Group, Input, PasswordInput, Stack, TextInput } from '@mantine/core';
import { IconPlus, IconTrash } from '@tabler/icons-react';
import { useState } from 'react';
import type { Config, ConfigField } from './config-field.ts';

interface Props {
  readonly field: Pick<ConfigField, 'label' | 'text'>;
  /** Changes alone: names with a new value, or null to forget. */
  readonly value: Config[string] | undefined;
  /** Names that are kept. */
  readonly kept: readonly string[];
  readonly onChange: (value: Config[string] | undefined) => void;
  readonly error: string | undefined;
  readonly disabled: boolean;
}

/** Secrets by names of their own: what is kept is listed by name, and never shown. */
export function SecretsField({ field, value, kept, onChange, error, disabled }: Props) {
  const [name, setName] = useState('');
  const [text, setText] = useState('');
  const changes = (value !== null && typeof value === 'object' && !Array.isArray(value) ? value : {}) as Record<
    string,
    string | null
  >;
  const change = (key: string, next: string | null | undefined) => {
    const { [key]: _, ...rest } = changes;
    const all = next === undefined ? rest : { ...rest, [key]: next };
    onChange(Object.keys(all).length > 0 ? all : undefined);
  };
  const add = () => {
    change(name, text);
    setName('');
    setText('');
  };
  const names = [...new Set([...kept, ...Object.keys(changes)])].sort();
  return (
    <Input.Wrapper
      label={field.label}
      labelElement="div"
      description={field.text}
      error={error}
      role="group"
      aria-label={field.label}
    >
      <Stack gap="xs" mt={4}>
        {names.map((key) => (
          <Group key={key} gap="xs">
            <Code>{`{{secret.${key}}}`}</Code>
            <span>
              {changes[key] === null ? 'forgotten when you save' : key in changes ? 'set when you save' : 'kept'}
            </span>
            <ActionIcon
              variant="default"
              aria-label={changes[key] === null ? `Keep ${key} after all` : `Forget ${key}`}
              onClick={() => change(key, key in changes || !kept.includes(key) ? undefined : null)}
              disabled={disabled}
            >
              <IconTrash size={16} aria-hidden />
            </ActionIcon>
          </Group>
        ))}
        <Group gap="xs" align="end">
          <TextInput
            label="Name"
            size="xs"
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
            disabled={disabled}
          />
          <PasswordInput
            label="Value"
            size="xs"
            w={200}
            value={text}
            onChange={(event) => setText(event.currentTarget.value)}
            disabled={disabled}
            autoComplete="new-password"
            visibilityToggleButtonProps={{ 'aria-label': 'Show what is typed', tabIndex: 0, 'aria-hidden': false }}
          />
          <Button
            variant="default"
            size="xs"
            leftSection={<IconPlus size={14} aria-hidden />}
            disabled={disabled || !/^[A-Za-z]\w{0,63}$/.test(name) || text === ''}
            onClick={add}
          >
            Add the secret
          </Button>
        </Group>
      </Stack>
    </Input.Wrapper>
  );
}
