import { ActionIcon, Button, Group, Input, Stack, TextInput } from '@mantine/core';
import { IconPlus, IconTrash } from '@tabler/icons-react';
import { useState } from 'react';
import type { Config } from './config-field.ts';

interface Props {
  readonly name: string;
  readonly label: string;
  readonly description?: string | undefined;
  readonly error?: string | undefined;
  readonly required?: boolean;
  readonly disabled?: boolean;
  readonly placeholder?: string | undefined;
  readonly value: Config[string] | undefined;
  readonly onChange: (value: Config[string] | undefined) => void;
}

interface Row {
  readonly id: number;
  readonly name: string;
  readonly value: string;
}

let nextId = 0;
const rowsOf = (value: unknown): Row[] =>
  value !== null && typeof value === 'object' && !Array.isArray(value)
    ? Object.entries(value).map(([name, text]) => ({ id: nextId++, name, value: String(text) }))
    : [];
const objectOf = (rows: readonly Row[]): Record<string, string> | undefined => {
  const named = rows.filter(({ name }) => name !== '').map(({ name, value }) => [name, value] as const);
  return named.length > 0 ? Object.fromEntries(named) : undefined;
};

/** Names with a text each. Rows without a name are kept while they are written, and not sent. */
export function PairsField({ label, description, error, required, disabled, placeholder, value, onChange }: Props) {
  const [rows, setRows] = useState(() => rowsOf(value));
  // Given anew from outside: by an undo, or by what somebody else saved.
  const [told, setTold] = useState(value);
  if (value !== told) {
    setTold(value);
    if (JSON.stringify(objectOf(rows)) !== JSON.stringify(value)) setRows(rowsOf(value));
  }
  const change = (next: readonly Row[]) => {
    setRows([...next]);
    const object = objectOf(next);
    setTold(object);
    onChange(object);
  };
  const edit = (id: number, part: Partial<Row>) =>
    change(rows.map((row) => (row.id === id ? { ...row, ...part } : row)));
  return (
    <Input.Wrapper
      label={label}
      labelElement="div"
      description={description}
      error={error}
      required={required ?? false}
      role="group"
      aria-label={label}
    >
      <Stack gap="xs" mt={4}>
        {rows.map((row, index) => (
          <Group key={row.id} gap="xs" wrap="nowrap" align="start">
            <TextInput
              aria-label={`${label}, name ${index + 1}`}
              placeholder="Name"
              value={row.name}
              onChange={(event) => edit(row.id, { name: event.currentTarget.value })}
              disabled={disabled}
              style={{ flex: 1 }}
            />
            <TextInput
              aria-label={`${label}, value of ${row.name || index + 1}`}
              placeholder={placeholder}
              value={row.value}
              onChange={(event) => edit(row.id, { value: event.currentTarget.value })}
              disabled={disabled}
              style={{ flex: 2 }}
            />
            <ActionIcon
              variant="default"
              size="lg"
              aria-label={`Remove ${row.name || `row ${index + 1}`}`}
              onClick={() => change(rows.filter(({ id }) => id !== row.id))}
              disabled={disabled}
            >
              <IconTrash size={16} aria-hidden />
            </ActionIcon>
          </Group>
        ))}
        <Button
          variant="default"
          size="xs"
          leftSection={<IconPlus size={14} aria-hidden />}
          style={{ alignSelf: 'start' }}
          onClick={() => setRows([...rows, { id: nextId++, name: '', value: '' }])}
          disabled={disabled}
          aria-label={`Add to ${label}`}
        >
          Add
        </Button>
      </Stack>
    </Input.Wrapper>
  );
}
