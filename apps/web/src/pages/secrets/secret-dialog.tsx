import { Button, Group, Modal, PasswordInput, Stack, Textarea, TextInput } from '@mantine/core';
import type { Secret } from '@ratchet/contract/entities/secret';
import { useQuery } from '@tanstack/react-query';
import type { FormEvent } from 'react';
import { client } from '../../api/client.ts';
import { read } from '../../api/queries.ts';
import { useAction } from '../../api/use-action.ts';
import { ChangedMeanwhile } from '../administration/changed-meanwhile.tsx';
import { FormErrors } from '../administration/form-errors.tsx';
import { useDraft } from '../administration/use-draft.ts';
import { TasksField } from './tasks-field.tsx';

interface Props {
  readonly edited: Secret | 'new' | null;
  readonly onClose: () => void;
}

interface Values {
  readonly name: string;
  readonly value: string;
  readonly description: string;
  readonly taskIds: string[];
}
const names = { name: 'Name', value: 'Value', description: 'What it is', taskIds: 'Granted to' };

export function SecretDialog({ edited, onClose }: Props) {
  return (
    <Modal
      opened={edited !== null}
      onClose={onClose}
      title={edited === 'new' ? 'New secret' : `Change the secret ${edited?.name ?? ''}`}
      size="lg"
      closeOnClickOutside={false}
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      {edited !== null && (
        <Form key={edited === 'new' ? 'new' : edited.id} listed={edited === 'new' ? null : edited} onClose={onClose} />
      )}
    </Modal>
  );
}

const valuesOf = (secret: Secret | null): Values => ({
  name: secret?.name ?? '',
  value: '',
  description: secret?.description ?? '',
  taskIds: secret?.taskIds ?? [],
});

function Form({ listed, onClose }: { listed: Secret | null; onClose: () => void }) {
  const { data } = useQuery({ ...read('secrets', 'get', { id: listed?.id ?? '' }), enabled: listed !== null });
  const stored = data ?? listed;
  const draft = useDraft<Values>(valuesOf(stored), stored?.revision ?? 1);
  const { values, set, errors } = draft;
  const save = useAction({
    act: () => {
      const { name, value, description, taskIds } = values;
      if (!listed) return client.secrets.create({ name, value, ...(description ? { description } : {}), taskIds });
      const { name: _, description: said, ...changes } = draft.changes;
      return client.secrets.update({
        id: listed.id,
        ...changes,
        ...(said === undefined ? {} : { description: said || null }),
        expectedRevision: draft.revision,
      });
    },
    changes: ['secrets'],
    done: ({ name }) => (listed ? 'Saved; the next run reads it' : `The secret ${name} is kept`),
    onDone: onClose,
    onFailed: (error) => draft.refuse(error),
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const fine = draft.check({
      name: /^[A-Za-z_][A-Za-z0-9_]{0,127}$/.test(values.name)
        ? undefined
        : 'Letters, digits and _; the first one is no digit',
      value: !listed && values.value === '' ? 'Give the value that is to be kept' : undefined,
    });
    if (fine) save.mutate();
  };
  const undecided = Object.keys(draft.clashes).length > 0;
  return (
    <form onSubmit={submit} noValidate>
      <Stack>
        <ChangedMeanwhile draft={draft} names={names} hidden={['value']} />
        <FormErrors errors={draft.otherErrors} />
        <TextInput
          label="Name"
          name="name"
          description={listed ? 'It stays: tasks know it by this name' : 'Tasks know it as context.secrets.NAME'}
          value={values.name}
          onChange={(event) => set({ name: event.currentTarget.value })}
          error={errors.name}
          readOnly={listed !== null}
          autoComplete="off"
          spellCheck={false}
          required
          data-autofocus={listed ? undefined : true}
        />
        <PasswordInput
          label={listed ? 'New value' : 'Value'}
          name="value"
          description={
            listed
              ? 'Leave it empty to keep the present one, which nobody can read'
              : 'At least 4 characters. Nobody can read it afterwards'
          }
          value={values.value}
          onChange={(event) => set({ value: event.currentTarget.value })}
          error={errors.value}
          autoComplete="new-password"
          required={listed === null}
          visibilityToggleButtonProps={{ 'aria-label': 'Show what is typed', tabIndex: 0, 'aria-hidden': false }}
          data-autofocus={listed ? true : undefined}
        />
        <Textarea
          label="What it is"
          name="description"
          value={values.description}
          onChange={(event) => set({ description: event.currentTarget.value })}
          error={errors.description}
          maxLength={2000}
          autosize
          maxRows={6}
        />
        <TasksField value={values.taskIds} onChange={(taskIds) => set({ taskIds })} error={errors.taskIds} />
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" loading={save.isPending} disabled={undecided || (listed !== null && !draft.dirty)}>
            {listed ? 'Save' : 'Keep the secret'}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
