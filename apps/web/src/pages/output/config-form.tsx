import { Button, Collapse, SimpleGrid, Stack } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import type { OutputDestination } from '@ratchet/contract/entities/output';
import { IconChevronDown, IconChevronRight } from '@tabler/icons-react';
import { ConfigControl } from './config-control.tsx';
import type { Config, ConfigField } from './config-field.ts';
import { fieldsFor } from './config-fields.ts';
import { SecretField } from './secret-field.tsx';
import { SecretsField } from './secrets-field.tsx';

interface Props {
  readonly type: OutputDestination['type'];
  readonly config: Config;
  /** Secrets that are set and kept. */
  readonly secretFields: readonly string[];
  /** What is wrong, by the member it is of. */
  readonly errors: Readonly<Record<string, string | undefined>>;
  /** Undefined: the member is not given. */
  readonly onChange: (name: string, value: Config[string] | undefined) => void;
  readonly disabled: boolean;
}

const isWide = ({ kind }: ConfigField): boolean => kind === 'pairs' || kind === 'long' || kind === 'secrets';

/** The configuration of a destination, by the form of its kind. Members that the form does not know stay. */
export function ConfigForm({ type, config, secretFields, errors, onChange, disabled }: Props) {
  const fields = fieldsFor(type, config);
  const more = fields.filter((field) => field.more && errors[field.name] === undefined);
  const [opened, { toggle }] = useDisclosure(more.some(({ name }) => config[name] !== undefined));
  const show = (field: ConfigField) => {
    const common = { field, error: errors[field.name], disabled };
    const value = config[field.name];
    if (field.kind === 'secret')
      return (
        <SecretField
          key={field.name}
          {...common}
          value={value}
          isSet={secretFields.includes(field.name)}
          onChange={(next) => onChange(field.name, next)}
        />
      );
    if (field.kind === 'secrets')
      return (
        <SecretsField
          key={field.name}
          {...common}
          value={value}
          kept={secretFields
            .filter((name) => name.startsWith(`${field.name}.`))
            .map((name) => name.slice(field.name.length + 1))}
          onChange={(next) => onChange(field.name, next)}
        />
      );
    return <ConfigControl key={field.name} {...common} value={value} onChange={(next) => onChange(field.name, next)} />;
  };
  const layOut = (list: readonly ConfigField[]) => (
    <Stack>
      <SimpleGrid cols={{ base: 1, sm: 2 }}>{list.filter((field) => !isWide(field)).map(show)}</SimpleGrid>
      {list.filter(isWide).map(show)}
    </Stack>
  );
  return (
    <Stack>
      {layOut(fields.filter((field) => !more.includes(field)))}
      {more.length > 0 && (
        <>
          <Button
            variant="subtle"
            size="compact-sm"
            style={{ alignSelf: 'start' }}
            aria-expanded={opened}
            leftSection={
              opened ? <IconChevronDown size={16} aria-hidden /> : <IconChevronRight size={16} aria-hidden />
            }
            onClick={toggle}
          >
            More settings
          </Button>
          <Collapse expanded={opened}>{layOut(more)}</Collapse>
        </>
      )}
    </Stack>
  );
}
