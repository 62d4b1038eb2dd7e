import { Anchor, Stack, Text, Title } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useTitle } from '../../app/use-title.ts';

export function NotFoundPage() {
  useTitle('Not found');
  return (
    <Stack>
      <Title order={1}>There is nothing here</Title>
      <Text>The address may be mistyped, or what it named is gone.</Text>
      <Anchor component={Link} to="/">
        Go to the dashboard
      </Anchor>
    </Stack>
  );
}
