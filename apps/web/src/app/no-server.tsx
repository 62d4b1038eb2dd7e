import { Button, Center, Stack, Text, Title } from '@mantine/core';

export function NoServer({ error, onRetry }: { error: Error; onRetry: () => void }) {
  return (
    <Center mih="100vh" p="md">
      <Stack align="start" maw={420} role="alert">
        <Title order={1}>The server does not answer</Title>
        <Text>{error.message}</Text>
        <Button onClick={onRetry}>Try again</Button>
      </Stack>
    </Center>
  );
}
