import { Alert, Button, Code, Group, List, Stack, Text } from '@mantine/core';
import { IconAlertTriangle, IconRefresh } from '@tabler/icons-react';
import { CopyButton } from './copy-button.tsx';
import { errorWords } from './error-words.ts';
import './palette.css';
import classes from './state.module.css';

export interface ErrorPanelProps {
  error: unknown;
  onRetry?: () => void;
  /** Instead of the title that its code has. */
  title?: string;
}

/** An error: what happened, what to do next, and what to hand to whoever runs the server. */
export function ErrorPanel({ error, onRetry, title }: ErrorPanelProps) {
  const said = errorWords(error);
  return (
    <Alert
      role="alert"
      variant="outline"
      color="red"
      icon={<IconAlertTriangle aria-hidden />}
      title={title ?? said.title}
      styles={{ title: { color: 'var(--kit-danger)' } }}
    >
      <Stack gap="xs" align="flex-start">
        <Text style={{ overflowWrap: 'anywhere' }}>{said.message}</Text>
        {said.issues.length > 0 && (
          <List size="sm">
            {said.issues.map((issue, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: an answer's list never changes, and two issues may be alike
              <List.Item key={index}>
                {issue.path !== '' && <Code>{issue.path}</Code>} {issue.message}
                {issue.suggestion !== undefined && ` Did you mean ${issue.suggestion}?`}
              </List.Item>
            ))}
          </List>
        )}
        <Text size="sm" className={classes.muted}>
          {said.advice}
        </Text>
        <Group gap="xs">
          {onRetry !== undefined && (
            <Button size="xs" variant="default" leftSection={<IconRefresh size={16} aria-hidden />} onClick={onRetry}>
              Try again
            </Button>
          )}
          {said.code !== null && <Code>{said.code}</Code>}
          {said.requestId !== null && (
            <Group gap={4}>
              <Text size="xs" className={classes.muted}>
                Request {said.requestId}
              </Text>
              <CopyButton value={said.requestId} label="Copy request id" size="xs" />
            </Group>
          )}
        </Group>
      </Stack>
    </Alert>
  );
}
