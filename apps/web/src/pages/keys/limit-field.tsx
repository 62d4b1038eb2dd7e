import { Stack, Switch } from '@mantine/core';
import type { ReactNode } from 'react';

interface Props<V> {
  readonly label: string;
  readonly description: string;
  /** Null: not narrowed. */
  readonly value: readonly V[] | null;
  readonly onChange: (value: V[] | null) => void;
  readonly children: (value: readonly V[]) => ReactNode;
}

/** A limit that is off or on; on, its field is shown. */
export function LimitField<V>({ label, description, value, onChange, children }: Props<V>) {
  return (
    <Stack gap="xs">
      <Switch
        label={label}
        description={description}
        checked={value !== null}
        onChange={(event) => onChange(event.currentTarget.checked ? [] : null)}
      />
      {value !== null && <div style={{ paddingInlineStart: 'var(--mantine-spacing-xl)' }}>{children(value)}</div>}
    </Stack>
  );
}
