import { Button, Group, List, Stack, Switch, Text, UnstyledButton } from '@mantine/core';
import type { Spec } from '@ratchet/contract/entities/spec';
import { IconRefresh } from '@tabler/icons-react';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { read } from '../../api/queries.ts';
import { ErrorPanel } from '../../kit/state/error-panel.tsx';
import { Notice } from '../../kit/state/notice.tsx';
import { StatusBadge } from '../../kit/state/status-badge.tsx';

interface Props {
  readonly spec: Spec;
  /** Opens a part of the change at a line. */
  readonly onOpen: (tab: string, line?: number) => void;
}

const tabOf: Readonly<Record<string, string>> = {
  'proposal.md': 'proposal',
  'design.md': 'design',
  'tasks.md': 'tasks.md',
};

/** What OpenSpec's own rules say of the change. */
export function ProblemsTab({ spec, onOpen }: Props) {
  const [strict, setStrict] = useState(false);
  const { data, error, refetch, isFetching } = useQuery({
    ...read('specs', 'validate', { id: spec.documentId, strict }),
    placeholderData: keepPreviousData,
  });
  const problems = data?.problems ?? spec.problems;
  return (
    <Stack>
      <Group justify="space-between">
        <Switch
          label="Strict: warnings count as errors"
          checked={strict}
          onChange={(event) => setStrict(event.currentTarget.checked)}
        />
        <Button
          size="xs"
          variant="default"
          leftSection={<IconRefresh size={14} aria-hidden />}
          loading={isFetching}
          onClick={() => void refetch()}
        >
          Validate again
        </Button>
      </Group>
      {error && <ErrorPanel error={error} onRetry={() => void refetch()} />}
      {data && (
        <Notice
          role="status"
          tone={data.valid ? (problems.length === 0 ? 'good' : 'attention') : 'bad'}
          title={data.valid ? 'OpenSpec takes it as valid' : 'OpenSpec would refuse it'}
        >
          <Text size="sm">
            {problems.length === 0
              ? 'Nothing was found.'
              : `${problems.length} ${problems.length === 1 ? 'thing was' : 'things were'} found.`}
          </Text>
        </Notice>
      )}
      <List listStyleType="none" spacing={8} size="sm" aria-label="Problems of the change">
        {problems.map(({ path, line, message, severity, code }, at) => {
          const tab = tabOf[path];
          const place = line === undefined ? path : `${path}:${line}`;
          return (
            // biome-ignore lint/suspicious/noArrayIndexKey: an answer's list never changes, and two problems may be alike
            <List.Item key={at}>
              <Group gap="xs" wrap="nowrap" align="flex-start">
                <StatusBadge status={severity} />
                <Text size="sm" title={code} style={{ overflowWrap: 'anywhere' }}>
                  {tab === undefined ? (
                    <Text span ff="monospace" size="sm">
                      {place}
                    </Text>
                  ) : (
                    <UnstyledButton fz="sm" td="underline" ff="monospace" onClick={() => onOpen(tab, line ?? 1)}>
                      {place}
                    </UnstyledButton>
                  )}{' '}
                  {message}
                </Text>
              </Group>
            </List.Item>
          );
        })}
      </List>
    </Stack>
  );
}
