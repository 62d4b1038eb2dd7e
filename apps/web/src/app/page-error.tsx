import { Alert, Button, Stack, Text } from '@mantine/core';
import { RatchetError } from '@ratchet/contract/errors';
import { type ErrorComponentProps, useRouter } from '@tanstack/react-router';

/** What is shown in place of a page that failed; the rest of the application goes on. */
export function PageError({ error, reset }: ErrorComponentProps) {
  const router = useRouter();
  const again = () => {
    reset();
    void router.invalidate();
  };
  return (
    <Alert color="red" title="This page did not load" role="alert">
      <Stack align="start">
        <Text>{error instanceof Error ? error.message : String(error)}</Text>
        {!(error instanceof RatchetError) && (
          <Text c="dimmed">Reload it; if it stays, the server’s version may have changed.</Text>
        )}
        <Button onClick={again}>Try again</Button>
      </Stack>
    </Alert>
  );
}
