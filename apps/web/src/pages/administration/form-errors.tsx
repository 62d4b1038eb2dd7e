import { Alert, List } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';

/** What is wrong with a form and stands at none of its fields. */
export function FormErrors({ errors, title = 'Not saved' }: { errors: readonly string[]; title?: string }) {
  if (errors.length === 0) return null;
  return (
    <Alert
      variant="outline"
      color="red"
      role="alert"
      icon={<IconAlertTriangle aria-hidden />}
      title={title}
      styles={{ title: { color: 'inherit' } }}
    >
      <List size="sm">
        {errors.map((error) => (
          <List.Item key={error} style={{ overflowWrap: 'anywhere' }}>
            {error}
          </List.Item>
        ))}
      </List>
    </Alert>
  );
}
