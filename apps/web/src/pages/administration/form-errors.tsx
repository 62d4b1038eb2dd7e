import { List } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import { Notice } from '../../kit/state/notice.tsx';

/** What is wrong with a form and stands at none of its fields. */
export function FormErrors({ errors, title = 'Not saved' }: { errors: readonly string[]; title?: string }) {
  if (errors.length === 0) return null;
  return (
    <Notice tone="bad" role="alert" icon={<IconAlertTriangle aria-hidden />} title={title}>
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
