import { Button, List, Paper, Text, Title } from '@mantine/core';
import { Link } from '@tanstack/react-router';

/** What to do where there is nothing yet. */
export function FirstSteps() {
  return (
    <Paper withBorder p="lg" component="section" aria-labelledby="first-steps">
      <Title order={2} size="h4" id="first-steps" mb="xs">
        First steps
      </Title>
      <List type="ordered" spacing="xs">
        <List.Item>Add the repository that your tasks are in, and look at the plan of its first sync.</List.Item>
        <List.Item>Open a task, run it, change a line, and push the change back as a commit.</List.Item>
        <List.Item>Give it a schedule, and an output that its results go to.</List.Item>
      </List>
      <Text size="sm" c="dimmed" my="sm">
        Nothing is written into a repository before you push.
      </Text>
      <Button component={Link} to="/repositories" search={{ add: 'git' } as never}>
        Add a repository
      </Button>
    </Paper>
  );
}
