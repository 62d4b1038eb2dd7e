import { Button, Group, Modal, NativeSelect, Stack, Text, TextInput } from '@mantine/core';
import type { Project } from '@ratchet/contract/entities/spec';
import { useNavigate } from '@tanstack/react-router';
import type { FormEvent } from 'react';
import { client } from '../../api/client.ts';
import { useAction } from '../../api/use-action.ts';
import { FormErrors } from '../administration/form-errors.tsx';
import { useDraft } from '../administration/use-draft.ts';
import { specHref } from './spec-href.ts';

interface Props {
  readonly opened: boolean;
  readonly onClose: () => void;
  readonly projects: readonly Project[];
}

const form = /^[a-z0-9]+(-[a-z0-9]+)*$/;

/** Begins a change: its folder is made with a proposal to fill in. */
export function NewChange({ opened, onClose, projects }: Props) {
  return (
    <Modal opened={opened} onClose={onClose} title="New change" closeOnClickOutside={false}>
      {opened && <Form onClose={onClose} projects={projects} />}
    </Modal>
  );
}

function Form({ onClose, projects }: Omit<Props, 'opened'>) {
  const navigate = useNavigate();
  const draft = useDraft({ projectId: projects[0]?.id ?? '', id: '' }, 1);
  const { values, set, errors } = draft;
  const create = useAction({
    act: () => client.specs.create(values),
    changes: ['specs', 'projects'],
    done: ({ specId }) => `${specId} is begun`,
    onDone: (made) => {
      draft.saved(values, 1);
      onClose();
      void navigate({ to: specHref(made, 'proposal') });
    },
    onFailed: (error) => draft.refuse(error),
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const fine = form.test(values.id) ? undefined : 'Lower-case words with single hyphens between them';
    if (draft.check({ id: values.id.trim() === '' ? 'Give it a name, such as add-login' : fine })) create.mutate();
  };
  return (
    <form onSubmit={submit} noValidate>
      <Stack>
        <FormErrors errors={draft.otherErrors} title="The change was not made" />
        <NativeSelect
          label="Project"
          value={values.projectId}
          data={projects.map(({ id, name }) => ({ value: id, label: name }))}
          onChange={(event) => set({ projectId: event.currentTarget.value })}
          error={errors.projectId}
        />
        <TextInput
          label="Name of the change"
          name="id"
          description="Its folder below openspec/changes, such as add-two-factor-auth"
          required
          value={values.id}
          onChange={(event) => set({ id: event.currentTarget.value.replace(/\s+/g, '-').toLowerCase() })}
          error={errors.id}
          maxLength={200}
          spellCheck={false}
          autoComplete="off"
          data-autofocus
        />
        <Text size="sm">It begins with a proposal that says what belongs where.</Text>
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" loading={create.isPending}>
            Begin the change
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
