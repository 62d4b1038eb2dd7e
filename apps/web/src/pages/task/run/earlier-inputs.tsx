import { Button, Group, Menu, Text } from '@mantine/core';
import { IconHistory } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { read } from '../../../api/queries.ts';
import { RelativeTime } from '../../../kit/state/relative-time.tsx';
import { StatusBadge } from '../../../kit/state/status-badge.tsx';
import { useTask } from '../task-context.ts';

const longest = 60;

/** The inputs of the last runs, to take one of them again. */
export function EarlierInputs({ onChoose }: { readonly onChoose: (input: unknown) => void }) {
  const { task } = useTask();
  const [opened, setOpened] = useState(false);
  const filters = [{ field: 'taskId', op: 'eq' as const, value: task.id }];
  const { data } = useQuery({ ...read('executions', 'list', { filters, limit: 20, page: 1 }), enabled: opened });
  const seen = new Set<string>();
  const different = (data?.items ?? []).filter(({ input }) => {
    const text = JSON.stringify(input);
    return !seen.has(text) && seen.add(text);
  });
  return (
    <Menu position="bottom-end" opened={opened} onChange={setOpened} width={360}>
      <Menu.Target>
        <Button size="xs" variant="default" leftSection={<IconHistory size={14} aria-hidden />}>
          Earlier inputs
        </Button>
      </Menu.Target>
      <Menu.Dropdown mah={400} style={{ overflowY: 'auto' }}>
        {data && different.length === 0 && <Menu.Label>It has not run yet.</Menu.Label>}
        {!data && <Menu.Label>Looking …</Menu.Label>}
        {different.map(({ id, input, status, queuedAt }) => {
          const text = JSON.stringify(input) ?? '';
          return (
            <Menu.Item key={id} onClick={() => onChoose(input)}>
              <Group gap="xs" justify="space-between">
                <StatusBadge status={status} />
                <Text size="xs">
                  <RelativeTime time={queuedAt} />
                </Text>
              </Group>
              <Text size="xs" ff="monospace" mt={4} style={{ overflowWrap: 'anywhere' }}>
                {text.length > longest ? `${text.slice(0, longest)}…` : text}
              </Text>
            </Menu.Item>
          );
        })}
      </Menu.Dropdown>
    </Menu>
  );
}
