import { Alert, Button, Center, Paper, PasswordInput, Stack, Text, Title } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { client } from '../api/client.ts';

/** `first`: nothing else can be done before. */
export function NewPasswordForm({ onChanged, first = false }: { onChanged: () => Promise<void>; first?: boolean }) {
  const [currentPassword, setCurrent] = useState('');
  const [newPassword, setNew] = useState('');
  const [again, setAgain] = useState('');
  const differ = again !== '' && again !== newPassword;
  const change = useMutation({
    mutationFn: () => client.auth.changePassword({ currentPassword, newPassword }),
    onSuccess: onChanged,
    onError: () => undefined,
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!differ && again !== '') change.mutate();
  };
  const form = (
    <form onSubmit={submit}>
      <Stack>
        {change.error && (
          <Alert color="red" role="alert" title="The password was not changed">
            {change.error.message}
          </Alert>
        )}
        <PasswordInput
          label="Present password"
          autoComplete="current-password"
          value={currentPassword}
          onChange={(event) => setCurrent(event.currentTarget.value)}
          required
        />
        <PasswordInput
          label="New password"
          description="10 to 256 characters"
          autoComplete="new-password"
          value={newPassword}
          onChange={(event) => setNew(event.currentTarget.value)}
          minLength={10}
          maxLength={256}
          required
        />
        <PasswordInput
          label="New password, once more"
          autoComplete="new-password"
          value={again}
          onChange={(event) => setAgain(event.currentTarget.value)}
          error={differ ? 'The two differ' : undefined}
          required
        />
        <Button type="submit" loading={change.isPending} disabled={differ}>
          Change the password
        </Button>
      </Stack>
    </form>
  );
  if (!first) return form;
  return (
    <Center component="main" mih="100vh" p="md">
      <Paper withBorder p="xl" w="100%" maw={420}>
        <Stack>
          <Title order={1}>Choose a password of your own</Title>
          <Text>The one you signed in with was made for you. Nothing else can be done before it is changed.</Text>
          {form}
        </Stack>
      </Paper>
    </Center>
  );
}
