import {
  ActionIcon,
  Button,
  Checkbox,
  Collapse,
  Group,
  NativeSelect,
  NumberInput,
  Paper,
  Stack,
  TagsInput,
  Text,
  TextInput,
} from '@mantine/core';
import { IconPlus, IconSettings, IconTrash } from '@tabler/icons-react';
import { useState } from 'react';
import {
  addMember,
  offeredTypes,
  removeMember,
  renameMember,
  type SchemaRow,
  setMember,
  setRequired,
} from './schema-rows.ts';

type Schema = Readonly<Record<string, unknown>>;
interface SchemaFieldsProps {
  readonly rows: readonly SchemaRow[];
  readonly schema: Schema;
  readonly disabled: boolean;
  readonly onChange: (schema: Schema) => void;
}

const formats = ['', 'date-time', 'date', 'time', 'email', 'hostname', 'ipv4', 'ipv6', 'uri', 'uuid'];

/** The members of an object’s schema as fields. What they do not show stays as it is. */
export function SchemaFields({ rows, schema, disabled, onChange }: SchemaFieldsProps) {
  return (
    <Stack gap="xs">
      {rows.length === 0 && <Text size="sm">No members yet: nothing but an empty object is described.</Text>}
      {rows.map((row, at) => (
        // By its place: a member keeps its focus while it is renamed.
        // biome-ignore lint/suspicious/noArrayIndexKey: the place is what stays
        <Member key={at} row={row} schema={schema} disabled={disabled} onChange={onChange} />
      ))}
      <Group>
        <Button
          size="xs"
          variant="default"
          leftSection={<IconPlus size={14} aria-hidden />}
          disabled={disabled}
          onClick={() => onChange(addMember(schema))}
        >
          Add a member
        </Button>
        <Checkbox
          label="Other members may be there too"
          checked={schema.additionalProperties !== false}
          disabled={disabled}
          onChange={(event) => {
            const { additionalProperties: _, ...rest } = schema;
            onChange(event.currentTarget.checked ? rest : { ...rest, additionalProperties: false });
          }}
        />
      </Group>
    </Stack>
  );
}

interface MemberProps extends Omit<SchemaFieldsProps, 'rows'> {
  readonly row: SchemaRow;
}

function Member({ row, schema, disabled, onChange }: MemberProps) {
  const [more, setMore] = useState(false);
  const [typed, setTyped] = useState<string | null>(null);
  const { name, type, required, description } = row;
  const own = row.schema;
  const set = (change: Readonly<Record<string, unknown>>) => onChange(setMember(schema, name, change));
  const takeName = () => {
    const next = typed === null || typed === name ? null : renameMember(schema, name, typed);
    if (next) onChange(next);
    setTyped(null);
  };
  return (
    <Paper withBorder p="xs" component="fieldset" aria-label={`Member ${name}`} m={0}>
      <Group gap="xs" align="flex-end">
        <TextInput
          size="xs"
          label="Name"
          value={typed ?? name}
          readOnly={disabled}
          onChange={(event) => setTyped(event.currentTarget.value)}
          onBlur={takeName}
          onKeyDown={(event) => event.key === 'Enter' && takeName()}
          error={
            typed !== null && typed !== name && renameMember(schema, name, typed) === null
              ? 'Taken or empty'
              : undefined
          }
        />
        <NativeSelect
          size="xs"
          label="Type"
          value={type ?? ''}
          disabled={disabled}
          data={[...(type === null ? [{ value: '', label: 'as in JSON' }] : []), ...offeredTypes]}
          onChange={(event) => set({ type: event.currentTarget.value })}
        />
        <TextInput
          size="xs"
          label="Help"
          flex={1}
          miw={160}
          value={description}
          readOnly={disabled}
          onChange={(event) => set({ description: event.currentTarget.value || undefined })}
        />
        <Checkbox
          size="sm"
          mb={6}
          label="Required"
          checked={required}
          disabled={disabled}
          onChange={(event) => onChange(setRequired(schema, name, event.currentTarget.checked))}
        />
        <Group gap={4} wrap="nowrap">
          <ActionIcon
            variant="default"
            aria-label={`More about ${name}`}
            aria-expanded={more}
            onClick={() => setMore(!more)}
          >
            <IconSettings size={16} />
          </ActionIcon>
          <ActionIcon
            variant="default"
            aria-label={`Remove ${name}`}
            disabled={disabled}
            onClick={() => onChange(removeMember(schema, name))}
          >
            <IconTrash size={16} />
          </ActionIcon>
        </Group>
      </Group>
      <Collapse expanded={more}>
        <Group gap="xs" mt="xs" align="flex-start">
          <DefaultInput own={own} disabled={disabled} set={set} />
          {type === 'string' && (
            <>
              <NativeSelect
                size="xs"
                label="Format"
                value={typeof own.format === 'string' ? own.format : ''}
                data={formats.map((format) => ({ value: format, label: format === '' ? 'any text' : format }))}
                disabled={disabled}
                onChange={(event) => set({ format: event.currentTarget.value || undefined })}
              />
              <TagsInput
                size="xs"
                label="Only these values"
                description="Enter after each"
                value={Array.isArray(own.enum) ? own.enum.map(String) : []}
                readOnly={disabled}
                onChange={(values) => set({ enum: values.length > 0 ? values : undefined })}
              />
            </>
          )}
          {(type === 'number' || type === 'integer') &&
            (['minimum', 'maximum'] as const).map((bound) => (
              <NumberInput
                key={bound}
                size="xs"
                label={bound === 'minimum' ? 'Smallest' : 'Largest'}
                value={typeof own[bound] === 'number' ? own[bound] : ''}
                readOnly={disabled}
                onChange={(value) => set({ [bound]: typeof value === 'number' ? value : undefined })}
              />
            ))}
        </Group>
      </Collapse>
    </Paper>
  );
}

interface DefaultInputProps {
  readonly own: Schema;
  readonly disabled: boolean;
  readonly set: (change: Readonly<Record<string, unknown>>) => void;
}

/** A default as JSON; a text is written without quotes. */
function DefaultInput({ own, disabled, set }: DefaultInputProps) {
  const isText = own.type === 'string';
  const shown = own.default === undefined ? '' : isText ? String(own.default) : JSON.stringify(own.default);
  const [typed, setTyped] = useState<string | null>(null);
  const [wrong, setWrong] = useState(false);
  const take = () => {
    if (typed === null) return;
    try {
      set({ default: typed === '' ? undefined : isText ? typed : (JSON.parse(typed) as unknown) });
      setTyped(null);
      setWrong(false);
    } catch {
      setWrong(true);
    }
  };
  return (
    <TextInput
      size="xs"
      label="Default"
      description={isText ? undefined : 'As JSON'}
      value={typed ?? shown}
      readOnly={disabled}
      error={wrong ? 'It is not JSON.' : undefined}
      onChange={(event) => setTyped(event.currentTarget.value)}
      onBlur={take}
    />
  );
}
