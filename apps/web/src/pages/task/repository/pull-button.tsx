import { Button, Text } from '@mantine/core';
import { IconArrowDown } from '@tabler/icons-react';
import { useState } from 'react';
import { client } from '../../../api/client.ts';
import type { OutputOf } from '../../../api/queries.ts';
import { useAction } from '../../../api/use-action.ts';
import { useTask } from '../task-context.ts';

/** Takes over what changed in the repository: all of it, as a sync does. */
export function PullButton() {
  const { task } = useTask();
  const [stage, setStage] = useState('');
  const where = task.repositoryInfo;
  const pull = useAction<string, OutputOf<'repositories', 'sync'>>({
    act: (id) =>
      client.repositories
        .sync(
          { id },
          {
            onProgress: ({ stage: at, done, total }) =>
              setStage(total === undefined || total === null ? at : `${at} ${done} of ${total}`),
          },
        )
        .finally(() => setStage('')),
    changes: ['tasks', 'repositories', 'conflicts'],
    done: ({ message }) => message,
  });
  if (!where) return null;
  return (
    <>
      <Text size="xs" role="status">
        {stage}
      </Text>
      <Button
        variant="default"
        leftSection={<IconArrowDown size={16} aria-hidden />}
        loading={pull.isPending}
        title={`Takes over everything that changed in ${where.repositoryName}`}
        onClick={() => pull.mutate(where.repositoryId)}
      >
        Pull
      </Button>
    </>
  );
}
