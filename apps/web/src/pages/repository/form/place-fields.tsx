import { Stack, TextInput } from '@mantine/core';
import type { RepositoryType } from '@ratchet/contract/entities/repository';
import type { FieldProps } from './field-props.ts';

const address: Readonly<Record<RepositoryType, { label: string; description: string; placeholder: string }>> = {
  git: {
    label: 'Address',
    description: 'https, http, ssh, git or file',
    placeholder: 'https://git.example.org/team/tasks.git',
  },
  filesystem: { label: 'Folder', description: 'Its absolute path on the server', placeholder: '/srv/tasks' },
  http: {
    label: 'Address',
    description: 'Of a registry, or of its index. Another Ratchet is one: …/api/v1/registry/@name',
    placeholder: 'https://registry.example.org/tasks',
  },
  zip: { label: 'Archive', description: 'Its absolute path on the server', placeholder: '/srv/tasks.zip' },
};

/** Where a repository is. */
export function PlaceFields({ type, draft, errors, onChange }: FieldProps) {
  const look = address[type];
  return (
    <Stack gap="sm">
      <TextInput
        label="Name"
        description="What it is called here and on the command line"
        placeholder="team-tasks"
        value={draft.name}
        onChange={(event) => onChange({ name: event.currentTarget.value })}
        error={errors.name}
        required
        maxLength={200}
        data-autofocus
      />
      <TextInput
        {...look}
        value={draft.uri}
        onChange={(event) => onChange({ uri: event.currentTarget.value })}
        error={errors.uri}
        required
        spellCheck={false}
        autoComplete="off"
        maxLength={4000}
      />
      {type === 'git' && (
        <TextInput
          label="Branch"
          description="Left empty, the default branch of the repository"
          placeholder="main"
          value={draft.branch}
          onChange={(event) => onChange({ branch: event.currentTarget.value })}
          error={errors.branch}
          spellCheck={false}
          maxLength={250}
        />
      )}
      <TextInput
        label="Folder within it"
        description="Only what is below it is looked at. Left empty, everything"
        placeholder="automation/tasks"
        value={draft.subPath}
        onChange={(event) => onChange({ subPath: event.currentTarget.value })}
        error={errors.subPath}
        spellCheck={false}
        maxLength={1000}
      />
    </Stack>
  );
}
