import { Button, Group, PasswordInput, Stack, Text } from '@mantine/core';
import type { Config, ConfigField } from './config-field.ts';

interface Props {
  readonly field: Pick<ConfigField, 'name' | 'label' | 'text' | 'required'>;
  /** What is to be kept from now on; null forgets what is kept. */
  readonly value: Config[string] | undefined;
  readonly isSet: boolean;
  readonly onChange: (value: string | null | undefined) => void;
  readonly error: string | undefined;
  readonly disabled: boolean;
}

/** A secret: it can be set, replaced and forgotten, and is never shown. */
export function SecretField({ field, value, isSet, onChange, error, disabled }: Props) {
  const forgotten = value === null;
  const said = forgotten
    ? 'It is forgotten when you save.'
    : isSet
      ? 'One is kept. Leave this empty to keep it, or type another one.'
      : 'None is kept yet.';
  return (
    <Stack gap={4}>
      <PasswordInput
        name={`config.${field.name}`}
        label={field.label}
        description={[field.text, said].filter(Boolean).join('. ')}
        inputWrapperOrder={['label', 'input', 'description', 'error']}
        value={typeof value === 'string' ? value : ''}
        placeholder={isSet && !forgotten ? 'Kept' : undefined}
        onChange={(event) => onChange(event.currentTarget.value || undefined)}
        error={error}
        disabled={disabled}
        required={field.required === true && !isSet}
        autoComplete="new-password"
        visibilityToggleButtonProps={{
          'aria-label': `Show what is typed for ${field.label}`,
          tabIndex: 0,
          'aria-hidden': false,
        }}
      />
      {isSet && (
        <Group gap="xs">
          <Button
            size="compact-xs"
            variant="default"
            disabled={disabled}
            aria-label={forgotten ? `Keep it after all: ${field.label}` : `Forget it: ${field.label}`}
            onClick={() => onChange(forgotten ? undefined : null)}
          >
            {forgotten ? 'Keep it after all' : 'Forget it'}
          </Button>
          {forgotten && <Text size="xs">Not saved yet.</Text>}
        </Group>
      )}
    </Stack>
  );
}
