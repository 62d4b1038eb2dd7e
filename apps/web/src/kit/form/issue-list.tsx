import { List } from '@mantine/core';
import type { FieldIssue } from './field-errors.ts';

/** What is wrong, field by field. */
export function IssueList({ issues, label }: { issues: readonly FieldIssue[]; label: string }) {
  return (
    <List size="sm" aria-label={label}>
      {issues.map(({ path, message }) => (
        <List.Item key={`${path} ${message}`}>
          {path !== '' && <strong>{path}</strong>} {message}
        </List.Item>
      ))}
    </List>
  );
}
