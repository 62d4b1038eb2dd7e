import { List } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import { Notice } from './notice.tsx';

/** What is wrong with a form and stands at none of its fields. */
export function FormErrors({ errors, title = 'Not saved' }: { errors: readonly string[]; title?: string }) {
  if (errors.length === 0) return null;
  return (
    <Notice tone="bad" said="alert" icon={IconAlertTriangle} title={title}>
      <List size="sm">
        {errors.map((error) => (
          <List.Item key={error} style={{ overflowWrap: 'anywhere' }}>
            {error}
          </List.Item>
        ))}
      </List>
    </Notice>
  );
}
