import { NativeSelect, NumberInput, Switch, TagsInput, Textarea, TextInput } from '@mantine/core';
import type { Config, ConfigField } from './config-field.ts';
import { PairsField } from './pairs-field.tsx';

interface Props {
  readonly field: ConfigField;
  readonly value: Config[string] | undefined;
  readonly onChange: (value: Config[string] | undefined) => void;
  readonly error: string | undefined;
  readonly disabled: boolean;
}

const isText = (value: unknown): value is string => typeof value === 'string';

/** One member of a configuration that is no secret. What is left empty is not sent, and the server's usual value counts. */
export function ConfigControl({ field, value, onChange, error, disabled }: Props) {
  const { name, label, kind, usual, required, choices = [], template } = field;
  const said = [field.text, template ? 'Takes variables' : undefined].filter((text) => text !== undefined);
  const common = {
    name: `config.${name}`,
    label,
    error,
    disabled,
    required: required ?? false,
    description: said.length > 0 ? `${said.join('. ')}.` : undefined,
    inputWrapperOrder: ['label', 'input', 'description', 'error'] as ('label' | 'input' | 'description' | 'error')[],
  };
  const placeholder = field.placeholder ?? (usual === undefined || usual === '' ? undefined : String(usual));
  switch (kind) {
    case 'switch':
      return (
        <Switch
          name={common.name}
          label={label}
          description={common.description}
          error={error}
          disabled={disabled}
          checked={typeof value === 'boolean' ? value : usual === true}
          onChange={(event) => onChange(event.currentTarget.checked)}
        />
      );
    case 'choice':
      return (
        <NativeSelect
          {...common}
          data={[...choices]}
          value={isText(value) ? value : String(usual ?? '')}
          onChange={(event) => onChange(event.currentTarget.value === usual ? undefined : event.currentTarget.value)}
        />
      );
    case 'number':
      return (
        <NumberInput
          {...common}
          placeholder={placeholder}
          allowDecimal={false}
          min={0}
          value={typeof value === 'number' ? value : ''}
          onChange={(next) => onChange(typeof next === 'number' ? next : undefined)}
        />
      );
    case 'list':
    case 'numbers':
      return (
        <TagsInput
          {...common}
          value={Array.isArray(value) ? value.map(String) : []}
          onChange={(list) => {
            const items = kind === 'numbers' ? list.map(Number).filter(Number.isInteger) : list;
            onChange(items.length > 0 ? items : undefined);
          }}
          clearable
          clearButtonProps={{ 'aria-label': `Clear ${label}` }}
          acceptValueOnBlur
        />
      );
    case 'pairs':
      return <PairsField {...common} placeholder={placeholder} value={value} onChange={onChange} />;
    case 'long':
      return (
        <Textarea
          {...common}
          placeholder={placeholder}
          autosize
          minRows={3}
          maxRows={14}
          value={isText(value) ? value : ''}
          onChange={(event) => onChange(event.currentTarget.value || undefined)}
          styles={{ input: { fontFamily: 'var(--mantine-font-family-monospace)' } }}
        />
      );
    default:
      return (
        <TextInput
          {...common}
          placeholder={placeholder}
          value={isText(value) ? value : ''}
          onChange={(event) => onChange(event.currentTarget.value || undefined)}
          autoComplete="off"
          spellCheck={false}
        />
      );
  }
}
