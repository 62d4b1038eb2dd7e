import { Button, Group, Modal, Stack, Text } from '@mantine/core';
import type { Project } from '@ratchet/contract/entities/spec';
import type { FormEvent } from 'react';
import { client } from '../../api/client.ts';
import { useAction } from '../../api/use-action.ts';
import { useMay } from '../../api/use-identity.ts';
import { useConfirm } from '../../kit/state/use-confirm.tsx';
import { ChangedMeanwhile } from '../administration/changed-meanwhile.tsx';
import { FormErrors } from '../administration/form-errors.tsx';
import { useDraft } from '../administration/use-draft.ts';
import { ProjectFields, type ProjectValues } from './project-fields.tsx';

interface Props {
  readonly project: Project;
  readonly onClose: () => void;
}

const names = {
  name: 'Name',
  path: 'Folder',
  syncEnabled: 'Keep it in step',
  isWritable: 'Write edits to its files',
  conflictPolicy: 'When both sides change the same',
};
const valuesOf = ({ name, path, syncEnabled, isWritable, conflictPolicy }: Project): ProjectValues => ({
  name,
  path,
  syncEnabled,
  isWritable,
  conflictPolicy,
});

/** What is set of a project, and forgetting it. */
export function ProjectSettings({ project, onClose }: Props) {
  const { id, name, declared } = project;
  const may = useMay();
  const draft = useDraft<ProjectValues>(valuesOf(project), project.revision);
  const { confirm, dialog } = useConfirm();
  const mayChange = may('manage_repository');
  const save = useAction({
    act: () => {
      const { path: _, ...changes } = draft.changes;
      return client.projects.update({ id, ...changes, expectedRevision: draft.revision });
    },
    changes: ['projects', 'specs'],
    done: () => 'Saved',
    onDone: onClose,
    onFailed: (error) => draft.refuse(error),
  });
  const remove = useAction<boolean>({
    act: (force) => client.projects.delete({ id, force }),
    changes: ['projects', 'specs', 'conflicts'],
    done: () => `${name} is forgotten; its folder is as it was`,
    onDone: onClose,
  });
  const ask = async () => {
    const yes = await confirm({
      title: `Forget the project ${name}?`,
      text: 'Its changes are no longer shown, and their history here goes with them. Its folder stays as it is, and can be added again.',
      confirmLabel: 'Forget the project',
      danger: true,
      typeToConfirm: name,
    });
    if (yes) remove.mutate(false);
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (draft.check({ name: draft.values.name.trim() === '' ? 'A project needs a name' : undefined })) save.mutate();
  };
  return (
    <Modal opened onClose={onClose} title={`Project ${name}`} size="lg" closeOnClickOutside={false}>
      {dialog}
      <form onSubmit={submit} noValidate>
        <Stack>
          <ChangedMeanwhile draft={draft} names={names} />
          <FormErrors errors={draft.otherErrors} />
          {declared && (
            <Text size="sm">
              The server’s configuration names this project, and brings it back when it is forgotten.
            </Text>
          )}
          <ProjectFields draft={draft} placed disabled={!mayChange} />
          <Group justify="space-between">
            {may('delete_repository') ? (
              <Button variant="default" onClick={() => void ask()} loading={remove.isPending}>
                Forget the project
              </Button>
            ) : (
              <span />
            )}
            <Group gap="xs">
              <Button variant="default" onClick={onClose}>
                Close
              </Button>
              {mayChange && (
                <Button type="submit" disabled={!draft.dirty} loading={save.isPending}>
                  Save
                </Button>
              )}
            </Group>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
