import {
  Button,
  Fieldset,
  Group,
  NumberInput,
  SimpleGrid,
  Skeleton,
  Stack,
  TagsInput,
  Text,
  Textarea,
  TextInput,
} from '@mantine/core';
import { Notice } from '../../../kit/state/notice.tsx';
import { isRecord, parsed, printed, usePart } from './use-part.ts';

interface MetadataFormProps {
  /** Shows all of it as JSON. */
  readonly onJson: () => void;
}

const shownMembers = new Set([
  'name',
  'label',
  'description',
  'version',
  'tags',
  'category',
  'author',
  'license',
  'timeout',
  'memory_limit',
  'network',
  'cache',
  'secrets',
]);
const versionForm = /^\d+\.\d+\.\d+(?:-[0-9A-Za-z.-]+)?(?:\+[0-9A-Za-z.-]+)?$/;

/** The members of the metadata that Ratchet knows. Others stay as they are. */
export function MetadataForm({ onJson }: MetadataFormProps) {
  const { text, change, mayChange, ready } = usePart('metadata');
  if (!ready) return <Skeleton height={400} />;
  const value = parsed(text);
  if (!isRecord(value))
    return (
      <Notice tone="attention" title="This is not valid JSON now">
        <Stack align="flex-start" gap="xs">
          <Text size="sm">The form shows it again once it is. Nothing that was typed is lost.</Text>
          <Button size="xs" variant="default" onClick={onJson}>
            Mend it as JSON
          </Button>
        </Stack>
      </Notice>
    );
  const set = (name: string, next: unknown) => {
    const { [name]: _, ...rest } = value;
    if (next === undefined) return change(printed(rest));
    change(printed(Object.hasOwn(value, name) ? { ...value, [name]: next } : { ...rest, [name]: next }));
  };
  const textOf = (name: string): string => (typeof value[name] === 'string' ? (value[name] as string) : '');
  const numberOf = (from: unknown): number | '' => (typeof from === 'number' ? from : '');
  const listOf = (from: unknown): string[] =>
    Array.isArray(from) ? from.filter((one): one is string => typeof one === 'string') : [];
  const under = (name: string): Record<string, unknown> => (isRecord(value[name]) ? value[name] : {});
  const setUnder = (name: string, member: string, next: unknown) => {
    const { [member]: _, ...rest } = under(name);
    const whole = next === undefined ? rest : { ...rest, [member]: next };
    set(name, Object.keys(whole).length > 0 ? whole : undefined);
  };
  const field = (name: string, label: string, description?: string) => ({
    label,
    description,
    value: textOf(name),
    readOnly: !mayChange,
    onChange: (event: { currentTarget: { value: string } }) => set(name, event.currentTarget.value || undefined),
  });
  const toNumber = (next: number | string): number | undefined => (typeof next === 'number' ? next : undefined);
  const further = Object.keys(value).filter((name) => !shownMembers.has(name));
  return (
    <Stack>
      <Fieldset legend="What it is">
        <Stack gap="sm">
          <SimpleGrid cols={{ base: 1, sm: 2 }}>
            <TextInput {...field('name', 'Name', 'Unique within its repository')} maxLength={200} />
            <TextInput {...field('label', 'Label', 'The name for people')} maxLength={500} />
            <TextInput
              {...field('version', 'Version', 'Semantic, such as 1.2.0')}
              error={versionForm.test(textOf('version')) ? undefined : 'Write it like 1.0.0.'}
            />
            <TextInput {...field('category', 'Category', 'Such as finance')} />
          </SimpleGrid>
          <Textarea {...field('description', 'Description', 'What the task does')} autosize minRows={2} maxRows={10} />
          <TagsInput
            label="Tags"
            description="Enter after each"
            value={listOf(value.tags)}
            onChange={(tags) => set('tags', tags)}
            readOnly={!mayChange}
            clearable={false}
          />
          <SimpleGrid cols={{ base: 1, sm: 2 }}>
            <TextInput {...field('author', 'Author', 'Who wrote it')} />
            <TextInput {...field('license', 'License', 'Such as Apache-2.0')} />
          </SimpleGrid>
        </Stack>
      </Fieldset>
      <Fieldset legend="Limits of a run">
        <SimpleGrid cols={{ base: 1, sm: 3 }}>
          <NumberInput
            label="Timeout"
            description="Milliseconds, up to the server’s cap"
            min={1}
            allowDecimal={false}
            value={numberOf(value.timeout)}
            onChange={(next) => set('timeout', toNumber(next))}
            readOnly={!mayChange}
          />
          <NumberInput
            label="Memory"
            description="Megabytes, up to the server’s cap"
            min={1}
            value={numberOf(value.memory_limit)}
            onChange={(next) => set('memory_limit', toNumber(next))}
            readOnly={!mayChange}
          />
          <NumberInput
            label="Answer again for"
            description="Seconds a stored output is answered"
            min={0}
            value={numberOf(under('cache').ttl)}
            onChange={(next) => setUnder('cache', 'ttl', toNumber(next))}
            readOnly={!mayChange}
          />
        </SimpleGrid>
      </Fieldset>
      <Fieldset legend="What it reaches">
        <Stack gap="sm">
          <TagsInput
            label="Hosts its requests may go to"
            description="Such as api.example.com. None: any public address"
            value={listOf(under('network').allow)}
            onChange={(hosts) => setUnder('network', 'allow', hosts.length > 0 ? hosts : undefined)}
            readOnly={!mayChange}
            clearable={false}
          />
          <TagsInput
            label="Secrets it needs"
            description="Names. It does not run until each is granted to it"
            value={listOf(value.secrets)}
            onChange={(names) => set('secrets', names.length > 0 ? names : undefined)}
            readOnly={!mayChange}
            clearable={false}
          />
        </Stack>
      </Fieldset>
      {further.length > 0 && (
        <Group gap="xs">
          <Text size="sm" c="dimmed">
            And further members: {further.join(', ')}.
          </Text>
          <Button size="compact-xs" variant="default" onClick={onJson}>
            Show as JSON
          </Button>
        </Group>
      )}
    </Stack>
  );
}
