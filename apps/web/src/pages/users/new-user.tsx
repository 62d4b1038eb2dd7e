import { Button, Code, Group, Modal, Stack, Text, TextInput } from '@mantine/core';
import type { Role } from '@ratchet/contract/access';
import type { User } from '@ratchet/contract/entities/user';
import { type FormEvent, useState } from 'react';
import { client } from '../../api/client.ts';
import { useAction } from '../../api/use-action.ts';
import { KitLink } from '../../kit/state/kit-link.tsx';
import { FormErrors } from '../administration/form-errors.tsx';
import { randomPassword } from '../administration/random-password.ts';
import { AccessField, RoleField } from '../administration/role-field.tsx';
import { SecretOnce } from '../administration/secret-once.tsx';
import { useDraft } from '../administration/use-draft.ts';

interface Values {
  readonly username: string;
  readonly name: string;
  readonly email: string;
  readonly role: Role;
  readonly access: 'all' | 'granted';
}
const empty: Values = { username: '', name: '', email: '', role: 'user', access: 'all' };

/** Makes an account with a password that is good until its owner chooses one. */
export function NewUser({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title="New user"
      size="lg"
      closeOnClickOutside={false}
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      {opened && <Form onClose={onClose} />}
    </Modal>
  );
}

function Form({ onClose }: { onClose: () => void }) {
  const draft = useDraft<Values>(empty, 1);
  const { values, set, errors } = draft;
  const [made, setMade] = useState<{ readonly user: User; readonly password: string } | null>(null);
  const create = useAction({
    act: async () => {
      const password = randomPassword();
      const { username, name, email, role, access } = values;
      const user = await client.users.create({
        ...(username.trim() ? { username: username.trim() } : {}),
        ...(name.trim() ? { name } : {}),
        ...(email.trim() ? { email: email.trim() } : {}),
        role,
        access,
        password,
        mustChangePassword: true,
      });
      return { user, password };
    },
    changes: ['users'],
    onDone: (result) => {
      draft.saved(empty, 1);
      setMade(result);
    },
    onFailed: (error) => draft.refuse(error),
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const named = values.username.trim() !== '' || values.email.trim() !== '';
    if (draft.check({ username: named ? undefined : 'Give a user name or an address' })) create.mutate();
  };
  if (made)
    return (
      <SecretOnce
        what="password"
        value={made.password}
        text={`Hand it to ${made.user.name}. It is shown here and nowhere else, and is good until the first sign-in, when another one has to be chosen.`}
        onClose={onClose}
      >
        <Text size="sm">
          Signs in as <Code>{made.user.username}</Code>.{' '}
          <KitLink href={`/users/${made.user.id}`}>Open the account</KitLink> to grant something.
        </Text>
      </SecretOnce>
    );
  return (
    <form onSubmit={submit} noValidate>
      <Stack>
        <FormErrors errors={draft.otherErrors} title="The account was not made" />
        <TextInput
          label="User name"
          name="username"
          description="Lower-case letters, digits, dots, dashes and underlines. Made of the address without"
          value={values.username}
          onChange={(event) => set({ username: event.currentTarget.value })}
          error={errors.username}
          autoComplete="off"
          spellCheck={false}
          data-autofocus
        />
        <TextInput
          label="Name"
          name="name"
          value={values.name}
          onChange={(event) => set({ name: event.currentTarget.value })}
          error={errors.name}
          autoComplete="off"
        />
        <TextInput
          label="Mail address"
          name="email"
          type="email"
          value={values.email}
          onChange={(event) => set({ email: event.currentTarget.value })}
          error={errors.email}
          autoComplete="off"
        />
        <RoleField value={values.role} onChange={(role) => set({ role })} error={errors.role} />
        {values.role !== 'admin' && <AccessField value={values.access} onChange={(access) => set({ access })} />}
        <Text size="sm">A password for the first sign-in is made and shown to you once.</Text>
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" loading={create.isPending}>
            Create the account
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
