import { Radio, Stack } from '@mantine/core';
import { type Role, roles } from '@ratchet/contract/access';
import { accessWords, roleWords } from './permission-words.ts';

interface RoleProps {
  readonly value: Role;
  readonly onChange: (role: Role) => void;
  readonly error?: string | undefined;
  readonly disabled?: boolean;
}

export function RoleField({ value, onChange, error, disabled }: RoleProps) {
  return (
    <Radio.Group label="Role" value={value} onChange={(next) => onChange(next as Role)} error={error}>
      <Stack gap="xs" mt="xs">
        {roles.map((role) => (
          <Radio
            key={role}
            value={role}
            label={roleWords[role].label}
            description={roleWords[role].text}
            disabled={disabled ?? false}
          />
        ))}
      </Stack>
    </Radio.Group>
  );
}

interface AccessProps {
  readonly value: 'all' | 'granted';
  readonly onChange: (access: 'all' | 'granted') => void;
  readonly disabled?: boolean;
}

export function AccessField({ value, onChange, disabled }: AccessProps) {
  return (
    <Radio.Group label="Where it counts" value={value} onChange={(next) => onChange(next as 'all' | 'granted')}>
      <Stack gap="xs" mt="xs">
        {(['all', 'granted'] as const).map((access) => (
          <Radio
            key={access}
            value={access}
            label={accessWords[access].label}
            description={accessWords[access].text}
            disabled={disabled ?? false}
          />
        ))}
      </Stack>
    </Radio.Group>
  );
}
