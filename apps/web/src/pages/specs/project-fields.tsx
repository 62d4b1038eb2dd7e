import { NativeSelect, Switch, TextInput } from '@mantine/core';
import type { Project } from '@ratchet/contract/entities/spec';
import type { Draft } from '../administration/use-draft.ts';

export type ProjectValues = Pick<Project, 'name' | 'path' | 'syncEnabled' | 'isWritable' | 'conflictPolicy'>;

export const newProject: ProjectValues = {
  name: '',
  path: '',
  syncEnabled: true,
  isWritable: true,
  conflictPolicy: 'manual',
};

const policies: readonly { readonly value: ProjectValues['conflictPolicy']; readonly label: string }[] = [
  { value: 'manual', label: 'A person decides' },
  { value: 'take_local', label: 'What is here holds' },
  { value: 'take_remote', label: 'The files hold' },
  { value: 'merge', label: 'Both, place by place; the files hold where they clash' },
];

interface Props {
  readonly draft: Draft<ProjectValues>;
  /** A project stays where it is. */
  readonly placed: boolean;
  readonly disabled?: boolean;
}

export function ProjectFields({ draft, placed, disabled }: Props) {
  const { values, set, errors } = draft;
  return (
    <>
      <TextInput
        label="Name"
        name="name"
        description="The first part of the ids of its changes, such as shop/add-login"
        required
        value={values.name}
        onChange={(event) => set({ name: event.currentTarget.value })}
        error={errors.name}
        disabled={disabled}
        data-autofocus
      />
      <TextInput
        label="Folder on the server"
        name="path"
        description="The one that holds the openspec folder, such as /srv/shop"
        required={!placed}
        readOnly={placed}
        value={values.path}
        onChange={(event) => set({ path: event.currentTarget.value })}
        error={errors.path}
        disabled={disabled}
        spellCheck={false}
        styles={{ input: { fontFamily: 'var(--mantine-font-family-monospace)' } }}
      />
      <Switch
        label="Keep it in step"
        description="Its files are watched, and looked at from time to time"
        checked={values.syncEnabled}
        onChange={(event) => set({ syncEnabled: event.currentTarget.checked })}
        disabled={disabled}
      />
      <Switch
        label="Write edits to its files"
        description="Else edits stay here, and the files keep what they hold"
        checked={values.isWritable}
        onChange={(event) => set({ isWritable: event.currentTarget.checked })}
        disabled={disabled}
      />
      <NativeSelect
        label="When both sides change the same"
        value={values.conflictPolicy}
        data={[...policies]}
        onChange={(event) => set({ conflictPolicy: event.currentTarget.value as ProjectValues['conflictPolicy'] })}
        disabled={disabled}
      />
    </>
  );
}
