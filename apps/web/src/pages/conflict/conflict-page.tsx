import { Group, Skeleton, Stack, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { useState } from 'react';
import { read } from '../../api/queries.ts';
import { useTitle } from '../../app/use-title.ts';
import { ErrorPanel } from '../../kit/state/error-panel.tsx';
import { RelativeTime } from '../../kit/state/relative-time.tsx';
import { StatusBadge } from '../../kit/state/status-badge.tsx';
import { TextLink } from '../../kit/state/text-link.tsx';
import { useRepositoryEvents } from '../repository/parts/use-repository-events.ts';
import { OpenConflict } from './open-conflict.tsx';
import { ResolvedConflict } from './resolved-conflict.tsx';

/** One conflict: base, what is here and what is upstream of every file, and deciding it. */
export function ConflictPage() {
  const { conflictId: id } = useParams({ strict: false }) as { conflictId: string };
  return <ConflictOf key={id} id={id} />;
}

function ConflictOf({ id }: { id: string }) {
  const conflict = useQuery(read('conflicts', 'get', { id }));
  const { data } = conflict;
  const [resolvedHere, setResolvedHere] = useState<{ runTests: boolean } | null>(null);
  useRepositoryEvents(data?.repositoryId ?? '');
  useTitle(data ? `Conflict in ${data.repositoryPath}` : 'Conflict');
  const repository = useQuery({
    ...read('repositories', 'get', { id: data?.repositoryId ?? '' }),
    enabled: data?.documentKind === 'task',
  });
  const task = useQuery({
    ...read('tasks', 'get', { id: data?.taskId ?? '' }),
    enabled: Boolean(data?.taskId),
    retry: false,
  });
  if (conflict.isPending)
    return (
      <Stack aria-busy>
        <Skeleton height={36} width={320} />
        <Skeleton height={400} />
      </Stack>
    );
  // What was read stays shown, and what was decided with it, while the server cannot be asked.
  if (!data)
    return (
      <Stack>
        <Title order={1}>Conflict</Title>
        <ErrorPanel error={conflict.error} onRetry={() => void conflict.refetch()} />
      </Stack>
    );
  return (
    <Stack>
      <Stack gap={6}>
        <Title order={1} style={{ overflowWrap: 'anywhere' }}>
          Conflict in {data.repositoryPath}
        </Title>
        <Group gap="xs">
          <StatusBadge status={data.status} />
          <StatusBadge status={data.conflictType} />
          <Text size="sm">
            {data.taskId && task.data && (
              <>
                Task <TextLink href={`/tasks/${data.taskId}`}>{task.data.name}</TextLink>,{' '}
              </>
            )}
            {data.documentKind === 'task' ? (
              <>
                repository{' '}
                <TextLink href={`/repositories/${data.repositoryId}`}>
                  {repository.data?.name ?? data.repositoryId}
                </TextLink>
              </>
            ) : (
              <TextLink href={`/specs/${data.documentId}`}>The change of its project</TextLink>
            )}
            , found <RelativeTime time={data.createdAt} />
          </Text>
        </Group>
      </Stack>
      {data.status === 'open' ? (
        <OpenConflict
          conflict={data}
          hasTests={(task.data?.tests.length ?? 0) > 0}
          onResolved={(runTests) => setResolvedHere({ runTests })}
        />
      ) : (
        <ResolvedConflict conflict={data} justNow={resolvedHere !== null} runTests={resolvedHere?.runTests ?? false} />
      )}
    </Stack>
  );
}
