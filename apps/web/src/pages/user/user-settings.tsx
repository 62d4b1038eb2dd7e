import { SimpleGrid, Stack, Text, TextInput } from '@mantine/core';
import type { User } from '@ratchet/contract/entities/user';
import type { FormEvent } from 'react';
import { client } from '../../api/client.ts';
import { useAction } from '../../api/use-action.ts';
import { useMay } from '../../api/use-identity.ts';
import { ChangedMeanwhile } from '../administration/changed-meanwhile.tsx';
import { FormErrors } from '../administration/form-errors.tsx';
import { LeaveGuard } from '../administration/leave-guard.tsx';
import { AccessField, RoleField } from '../administration/role-field.tsx';
import { SaveBar } from '../administration/save-bar.tsx';
import { useDraft } from '../administration/use-draft.ts';

const valuesOf = ({ username, name, email, role, access }: User) => ({ username, name, email, role, access });
type Values = ReturnType<typeof valuesOf>;
const names: { readonly [K in keyof Values]: string } = {
  username: 'User name',
  name: 'Name',
  email: 'Mail address',
  role: 'Role',
  access: 'Where it counts',
};

export function UserSettings({ user }: { user: User }) {
  const may = useMay();
  const draft = useDraft<Values>(valuesOf(user), user.revision);
  const { values, set, errors } = draft;
  const save = useAction({
    act: () => client.users.update({ id: user.id, ...draft.changes, expectedRevision: draft.revision }),
    changes: ['users', 'auth'],
    done: () => 'Saved',
    onDone: (saved) => draft.saved(valuesOf(saved), saved.revision),
    onFailed: (error) => draft.refuse(error),
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const needed = (text: string) => (text.trim() === '' ? 'This is needed' : undefined);
    const { username, name, email } = values;
    if (draft.check({ username: needed(username), name: needed(name), email: needed(email) })) save.mutate();
  };
  const refused = may('manage_users') ? undefined : 'Only who may manage users changes accounts.';
  return (
    <form onSubmit={submit} noValidate>
      <Stack maw={860}>
        <ChangedMeanwhile draft={draft} names={names} />
        <FormErrors errors={draft.otherErrors} />
        <SimpleGrid cols={{ base: 1, sm: 3 }}>
          {(['username', 'name', 'email'] as const).map((name) => (
            <TextInput
              key={name}
              label={names[name]}
              name={name}
              value={values[name]}
              onChange={(event) => set({ [name]: event.currentTarget.value })}
              error={errors[name]}
              disabled={refused !== undefined}
              autoComplete="off"
              required
            />
          ))}
        </SimpleGrid>
        <SimpleGrid cols={{ base: 1, sm: 2 }}>
          <RoleField
            value={values.role}
            onChange={(role) => set({ role })}
            error={errors.role}
            disabled={refused !== undefined}
          />
          {values.role === 'admin' ? (
            <Text size="sm">An administrator may do everything everywhere; grants do not narrow it.</Text>
          ) : (
            <AccessField
              value={values.access}
              onChange={(access) => set({ access })}
              disabled={refused !== undefined}
            />
          )}
        </SimpleGrid>
        <Text size="sm">
          A role that may less ends the sessions of the account at once. So do a new password and disabling it.
        </Text>
        <SaveBar draft={draft} busy={save.isPending} refused={refused} />
        <LeaveGuard dirty={draft.dirty} what="the account" />
      </Stack>
    </form>
  );
}
