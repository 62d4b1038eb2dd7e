import { Group, NativeSelect, TextInput } from '@mantine/core';
import { useState } from 'react';

interface Props {
  readonly value: string | null;
  readonly onChange: (time: string | null) => void;
  readonly error?: string | undefined;
}

const day = 86_400_000;
const choices = [
  { value: '30', label: '30 days' },
  { value: '90', label: '90 days' },
  { value: '365', label: 'a year' },
  { value: 'date', label: 'a day' },
  { value: 'never', label: 'as long as it is there' },
];

const dayOf = (time: string | null): string => {
  if (time === null) return '';
  const at = new Date(time);
  const two = (value: number) => String(value).padStart(2, '0');
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
};

/** Until when something counts: the end of a day on the clock of whoever chooses it. */
export function ExpiryField({ value, onChange, error }: Props) {
  const [kind, setKind] = useState(value === null ? 'never' : 'date');
  const choose = (next: string) => {
    setKind(next);
    if (next === 'never') onChange(null);
    else onChange(endOf(dayOf(new Date(Date.now() + (next === 'date' ? 30 : Number(next)) * day).toISOString())));
  };
  return (
    <Group align="start" gap="sm">
      <NativeSelect
        label="Good for"
        data={choices}
        value={kind}
        onChange={(event) => choose(event.currentTarget.value)}
      />
      {kind !== 'never' && (
        <TextInput
          type="date"
          label="To the end of"
          name="expiresAt"
          value={dayOf(value)}
          onChange={(event) => {
            setKind('date');
            if (event.currentTarget.value) onChange(endOf(event.currentTarget.value));
          }}
          error={error}
        />
      )}
    </Group>
  );
}

const endOf = (date: string): string => new Date(`${date}T23:59:59`).toISOString();
