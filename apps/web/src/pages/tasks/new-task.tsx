import { Alert, Button, Group, Modal, SegmentedControl, Select, Stack, Text, Textarea, TextInput } from '@mantine/core';
import { RatchetError } from '@ratchet/contract/errors';
import { useQuery } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { client } from '../../api/client.ts';
import { read } from '../../api/queries.ts';
import { useAction } from '../../api/use-action.ts';
import { SchemaForm } from '../../kit/form/schema-form.tsx';

interface Props {
  readonly onClose: () => void;
  readonly onMade: (id: string) => void;
}

const blank = 'blank';
const beginnings = {
  javascript: `/** What it is given, and what it answers, belongs into its input and output schemas. */
export default async function main(input) {
  console.log('Hello', input);
  return { ok: true };
}
`,
  typescript: `/** What it is given, and what it answers, belongs into its input and output schemas. */
export default async function main(input: unknown): Promise<{ ok: boolean }> {
  console.log('Hello', input);
  return { ok: true };
}
`,
} as const;

/** Makes a task: an empty one, or of a template. */
export function NewTask({ onClose, onMade }: Props) {
  const [template, setTemplate] = useState<string>(blank);
  const [name, setName] = useState('');
  const [description, setDescription] = useState('');
  const [sourceType, setSourceType] = useState<'javascript' | 'typescript'>('javascript');
  const [repositoryId, setRepositoryId] = useState<string | null>(null);
  const [parameters, setParameters] = useState<unknown>({});
  const [fits, setFits] = useState(true);
  const templates = useQuery(read('templates', 'list', {}));
  const repositories = useQuery(read('repositories', 'list', { limit: 200, page: 1 }));
  const chosen = templates.data?.items.find((one) => one.name === template);
  const writable = repositories.data?.items.filter(({ isWritable }) => isWritable) ?? [];
  const usual = writable.find(({ isDefault }) => isDefault);
  const into = repositoryId ?? usual?.id ?? null;
  const make = useAction({
    act: async () => {
      const about = {
        ...(description.trim() ? { description: description.trim() } : {}),
        ...(into ? { repositoryId: into } : {}),
        sourceType,
      };
      if (template === blank)
        return (await client.tasks.create({ ...about, name: name.trim(), sourceCode: beginnings[sourceType] })).id;
      const { task } = await client.templates.generate({
        ...about,
        name: template,
        taskName: name.trim(),
        parameters: parameters as Record<string, never>,
        create: true,
      });
      if (!task) throw new RatchetError('INTERNAL', 'The template made no task.');
      return task.id;
    },
    changes: ['tasks', 'repositories', 'registry'],
    done: () => `${name.trim()} is there. Push it when it is ready.`,
    onDone: onMade,
    onFailed: () => true,
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (name.trim() !== '' && fits) make.mutate();
  };
  return (
    <Modal opened onClose={onClose} title="New task" size="lg">
      <form onSubmit={submit}>
        <Stack>
          {make.error && (
            <Alert color="red" role="alert" title="The task was not made">
              {make.error.message}
            </Alert>
          )}
          <TextInput
            label="Name"
            description="Unique in its repository, such as nightly-report"
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
            maxLength={200}
            required
            data-autofocus
          />
          <Textarea
            label="What it does"
            value={description}
            onChange={(event) => setDescription(event.currentTarget.value)}
            maxLength={2000}
            autosize
            minRows={1}
            maxRows={5}
          />
          <Select
            label="Begin with"
            data={[
              { value: blank, label: 'An empty task' },
              ...(templates.data?.items ?? []).map((one) => ({ value: one.name, label: one.label })),
            ]}
            value={template}
            onChange={(value) => {
              setTemplate(value ?? blank);
              setParameters({});
              setFits(true);
            }}
            allowDeselect={false}
            {...(chosen ? { description: chosen.description } : {})}
          />
          <Stack gap={4}>
            <Text size="sm" fw={500} id="new-task-language">
              Language
            </Text>
            <SegmentedControl
              aria-labelledby="new-task-language"
              data={[
                { value: 'javascript', label: 'JavaScript' },
                { value: 'typescript', label: 'TypeScript' },
              ]}
              value={sourceType}
              onChange={(value) => setSourceType(value as typeof sourceType)}
            />
          </Stack>
          <Select
            label="Repository"
            description={
              writable.length > 0
                ? 'It is stored here at once, and goes there when it is pushed'
                : 'There is none that can be written to: it is kept here alone until it is given one'
            }
            data={writable.map(({ id, name: label, isDefault }) => ({
              value: id,
              label: isDefault ? `${label} (the default)` : label,
            }))}
            value={into}
            onChange={setRepositoryId}
            disabled={writable.length === 0}
            searchable
          />
          {chosen && typeof chosen.parameters === 'object' && (
            <SchemaForm
              label={`Parameters of ${chosen.label}`}
              schema={chosen.parameters}
              value={parameters}
              onChange={(value, valid) => {
                setParameters(value ?? {});
                setFits(valid);
              }}
            />
          )}
          <Group justify="end">
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" loading={make.isPending} disabled={name.trim() === '' || !fits}>
              Make the task
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
