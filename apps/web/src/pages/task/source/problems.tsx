import { Button, Group, List, Skeleton, Stack, Text, Title, UnstyledButton } from '@mantine/core';
import { IconRefresh } from '@tabler/icons-react';
import { ErrorPanel } from '../../../kit/state/error-panel.tsx';
import { StatusBadge } from '../../../kit/state/status-badge.tsx';
import { isDirty } from '../drafts/draft-state.ts';
import { useTask } from '../task-context.ts';
import type { Check } from './use-check.ts';

interface ProblemsProps {
  readonly check: Check;
  readonly onOpen: (path: string, line?: number) => void;
}

/** What the server finds wrong with the task, with what is typed where that can be looked at. */
export function Problems({ check, onOpen }: ProblemsProps) {
  const { task, drafts } = useTask();
  const { found: data, error, busy, again, of, left } = check;
  const known = new Set(task.files.map(({ path }) => path));
  const count = data?.problems.length ?? 0;
  return (
    <Stack component="section" gap="xs" aria-label="Problems">
      <Group gap="xs">
        <Title order={2} size="h5">
          Problems
        </Title>
        {data && (
          <span role="status">
            <StatusBadge
              status={data.valid ? (count > 0 ? 'warning' : 'ok') : 'error'}
              text={count === 0 ? 'None found' : `${count} found`}
            />
          </span>
        )}
        <Button
          size="compact-xs"
          variant="default"
          loading={busy}
          leftSection={<IconRefresh size={14} aria-hidden />}
          onClick={again}
        >
          Check again
        </Button>
        {isDirty(drafts) && (
          <Text size="xs" c="dimmed">
            {of === 'typed'
              ? 'With your unsaved edits, as you type.'
              : `This is of the saved revision ${task.revision}. ${left ?? ''}`}
          </Text>
        )}
      </Group>
      {error && <ErrorPanel error={error} onRetry={again} />}
      {!data && !error && <Skeleton height={24} />}
      {count > 0 && (
        <List listStyleType="none" spacing={6} size="sm">
          {data?.problems.map(({ path, line, message, severity, code }, at) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: an answer's list never changes, and two problems may be alike
            <List.Item key={at}>
              <Group gap="xs" wrap="nowrap" align="flex-start">
                <StatusBadge status={severity} />
                <Text size="sm" style={{ overflowWrap: 'anywhere' }} title={code}>
                  {known.has(path) ? (
                    <UnstyledButton fz="sm" td="underline" ff="monospace" onClick={() => onOpen(path, line)}>
                      {path}
                      {line === undefined ? '' : `:${line}`}
                    </UnstyledButton>
                  ) : (
                    <Text span ff="monospace" size="sm">
                      {path}
                    </Text>
                  )}{' '}
                  {message}
                </Text>
              </Group>
            </List.Item>
          ))}
        </List>
      )}
    </Stack>
  );
}
