import { Button, Checkbox, Group, Modal, Select, Stack, TextInput } from '@mantine/core';
import { type PlacePermission, placePermissions, roleCeilings } from '@ratchet/contract/access';
import type { Grant } from '@ratchet/contract/entities/grant';
import type { User } from '@ratchet/contract/entities/user';
import { useQuery } from '@tanstack/react-query';
import type { FormEvent } from 'react';
import { client } from '../../api/client.ts';
import { read } from '../../api/queries.ts';
import { useAction } from '../../api/use-action.ts';
import { ChangedMeanwhile } from '../administration/changed-meanwhile.tsx';
import { FormErrors } from '../administration/form-errors.tsx';
import { PatternHelp } from '../administration/pattern-help.tsx';
import { permissionWords, roleWords } from '../administration/permission-words.ts';
import { useRepositories } from '../administration/repository-choices.ts';
import { useDraft } from '../administration/use-draft.ts';

interface Values {
  readonly repositoryId: string | null;
  readonly taskPattern: string;
  readonly permissions: readonly PlacePermission[];
}
const names = { repositoryId: 'Repository', taskPattern: 'Tasks', permissions: 'May' };
const everyRepository = 'every';

interface Props {
  readonly user: User;
  readonly grant: Grant | 'new' | null;
  readonly onClose: () => void;
}

export function GrantDialog({ user, grant, onClose }: Props) {
  return (
    <Modal
      opened={grant !== null}
      onClose={onClose}
      title={grant === 'new' ? `Grant ${user.name} something` : `Change a grant of ${user.name}`}
      size="lg"
      closeOnClickOutside={false}
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      {grant === 'new' && <Form user={user} grant={null} onClose={onClose} />}
      {grant !== null && grant !== 'new' && <Form key={grant.id} user={user} grant={grant} onClose={onClose} />}
    </Modal>
  );
}

const valuesOf = ({ repositoryId, taskPattern, permissions }: Grant): Values => ({
  repositoryId,
  taskPattern,
  permissions,
});
const begun: Values = { repositoryId: null, taskPattern: '*', permissions: ['read'] };

function Form({ user, grant, onClose }: { user: User; grant: Grant | null; onClose: () => void }) {
  const { choices } = useRepositories();
  const { data } = useQuery({ ...read('grants', 'get', { id: grant?.id ?? '' }), enabled: grant !== null });
  const stored = data ?? grant;
  const draft = useDraft<Values>(stored ? valuesOf(stored) : begun, stored?.revision ?? 1);
  const { values, set, errors } = draft;
  const ceiling = roleCeilings[user.role];
  const save = useAction({
    act: () =>
      grant
        ? client.grants.update({
            id: grant.id,
            ...(draft.changes as {
              repositoryId?: string | null;
              taskPattern?: string;
              permissions?: PlacePermission[];
            }),
            expectedRevision: draft.revision,
          })
        : client.grants.create({ userId: user.id, ...values, permissions: [...values.permissions] }),
    changes: ['grants', 'users'],
    done: () => (grant ? 'The grant is changed' : 'Granted'),
    onDone: onClose,
    onFailed: (error) => draft.refuse(error),
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    // The dialog stands in the page's tree, whose own form is not meant.
    event.stopPropagation();
    const fine = draft.check({
      taskPattern: values.taskPattern.trim() === '' ? 'Write * for every task' : undefined,
      permissions: values.permissions.length === 0 ? 'Choose at least one' : undefined,
    });
    if (fine) save.mutate();
  };
  const undecided = Object.keys(draft.clashes).length > 0;
  return (
    <form onSubmit={submit} noValidate>
      <Stack>
        <ChangedMeanwhile draft={draft} names={names} />
        <FormErrors errors={draft.otherErrors} />
        <Select
          label="Repository"
          data={[{ value: everyRepository, label: 'Every repository' }, ...choices]}
          value={values.repositoryId ?? everyRepository}
          onChange={(id) => set({ repositoryId: id === everyRepository ? null : id })}
          allowDeselect={false}
          searchable
          data-autofocus
        />
        <TextInput
          label="Tasks"
          name="taskPattern"
          description="* stands for any text and ? for one character; case counts. * alone: every task, and the repository itself"
          value={values.taskPattern}
          onChange={(event) => set({ taskPattern: event.currentTarget.value })}
          error={errors.taskPattern}
          maxLength={200}
          autoComplete="off"
          spellCheck={false}
          required
        />
        <PatternHelp
          patterns={values.taskPattern ? [values.taskPattern] : []}
          repositoryIds={values.repositoryId === null ? null : [values.repositoryId]}
        />
        <Checkbox.Group
          label="May"
          description="Seeing comes with anything else"
          value={[...values.permissions]}
          onChange={(chosen) => set({ permissions: chosen as PlacePermission[] })}
          error={errors.permissions}
        >
          <Stack gap="xs" mt="xs">
            {placePermissions.map((permission) => {
              const possible = ceiling.includes(permission);
              return (
                <Checkbox
                  key={permission}
                  value={permission}
                  label={permission}
                  description={`${permissionWords[permission]}${possible ? '' : `. The role ${roleWords[user.role].label} cannot have it`}`}
                  disabled={!possible && !values.permissions.includes(permission)}
                />
              );
            })}
          </Stack>
        </Checkbox.Group>
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" loading={save.isPending} disabled={undecided || (grant !== null && !draft.dirty)}>
            {grant ? 'Change the grant' : 'Grant it'}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
