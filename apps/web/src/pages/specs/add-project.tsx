import { Button, Group, Modal, Stack, Text } from '@mantine/core';
import type { Project } from '@ratchet/contract/entities/spec';
import type { FormEvent } from 'react';
import { client } from '../../api/client.ts';
import { useUrlState } from '../../app/use-url-state.ts';
import { ErrorPanel } from '../../kit/state/error-panel.tsx';
import { FormErrors } from '../administration/form-errors.tsx';
import { useDraft } from '../administration/use-draft.ts';
import { RunProgress } from '../repository/parts/run-progress.tsx';
import { useLongAction } from '../repository/parts/use-long-action.ts';
import { specDefaults } from './list-input.ts';
import { newProject, ProjectFields, type ProjectValues } from './project-fields.tsx';

interface Props {
  readonly opened: boolean;
  readonly onClose: () => void;
}

/** Registers a folder with an openspec folder; its changes are taken over at once. */
export function AddProject({ opened, onClose }: Props) {
  return (
    <Modal opened={opened} onClose={onClose} title="Add a project" size="lg" closeOnClickOutside={false}>
      {opened && <Form onClose={onClose} />}
    </Modal>
  );
}

function Form({ onClose }: Pick<Props, 'onClose'>) {
  const draft = useDraft<ProjectValues>(newProject, 1);
  const [, setState] = useUrlState(specDefaults);
  const { values } = draft;
  const create = useLongAction<void, Project>({
    act: (_, onProgress) => client.projects.create({ ...values, name: values.name.trim() }, { onProgress }),
    changes: ['projects', 'specs'],
    onDone: ({ id }) => {
      draft.saved(newProject, 1);
      setState({ project: id });
      onClose();
    },
    onFailed: (error) => draft.refuse(error) || true,
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const fine = draft.check({
      name: values.name.trim() === '' ? 'Give it a name' : undefined,
      path: values.path.trim() === '' ? 'Say where its folder is on the server' : undefined,
    });
    if (fine) create.mutate();
  };
  const code = (create.error as { code?: unknown } | null)?.code;
  return (
    <form onSubmit={submit} noValidate>
      <Stack>
        <FormErrors errors={draft.otherErrors} title="The project was not added" />
        {create.error && code !== 'VALIDATION_FAILED' && <ErrorPanel error={create.error} />}
        <ProjectFields draft={draft} placed={false} disabled={create.isPending} />
        {create.isPending && <RunProgress title="Reading its changes" progress={create.progress} />}
        <Text size="sm">Nothing in the folder is written by adding it.</Text>
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" loading={create.isPending}>
            Add the project
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
