import { Alert, Button, Center, Paper, PasswordInput, Stack, Text, TextInput, Title } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { client } from '../api/client.ts';

export function SignInForm({ onSignedIn, inDialog = false }: { onSignedIn: () => Promise<void>; inDialog?: boolean }) {
  const [username, setUsername] = useState('');
  const [password, setPassword] = useState('');
  const signIn = useMutation({
    mutationFn: () => client.auth.login({ username, password }),
    onSuccess: async () => {
      setPassword('');
      await onSignedIn();
    },
    onError: () => undefined,
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    signIn.mutate();
  };
  const form = (
    <form onSubmit={submit}>
      <Stack>
        {signIn.error && (
          <Alert color="red" role="alert" title="You are not signed in">
            {signIn.error.message}
          </Alert>
        )}
        <TextInput
          label="User name or address"
          name="username"
          autoComplete="username"
          value={username}
          onChange={(event) => setUsername(event.currentTarget.value)}
          required
          data-autofocus
        />
        <PasswordInput
          label="Password"
          name="password"
          autoComplete="current-password"
          value={password}
          onChange={(event) => setPassword(event.currentTarget.value)}
          required
        />
        <Button type="submit" loading={signIn.isPending}>
          Sign in
        </Button>
      </Stack>
    </form>
  );
  if (inDialog) return form;
  return (
    <Center component="main" mih="100vh" p="md">
      <Paper withBorder p="xl" w="100%" maw={400}>
        <Stack>
          <Title order={1}>Ratchet</Title>
          {form}
          <Text size="sm" c="dimmed">
            At its first start the server printed a password for the user admin, unless one was given to it.
          </Text>
        </Stack>
      </Paper>
    </Center>
  );
}
