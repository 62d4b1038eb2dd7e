import { Badge, Group, Text } from '@mantine/core';
import type { Repository } from '@ratchet/contract/entities/repository';
import { StatusBadge } from '../../kit/state/status-badge.tsx';
import { kindNames } from '../repositories/repository-columns.tsx';
import { HealthBadge } from './parts/health-badge.tsx';

/** What kind of repository it is and where it stands, in a line. */
export function RepositoryMarks({ repository, running }: { repository: Repository; running: boolean }) {
  return (
    <Group gap={8}>
      {running ? <StatusBadge status="running" text="Syncing" /> : <HealthBadge repositoryId={repository.id} />}
      {repository.unreachableSince && <StatusBadge status="failed" text="Unreachable" />}
      {repository.isDefault && (
        <Badge variant="default" title="New tasks go to it">
          Default
        </Badge>
      )}
      {!repository.isWritable && <Badge variant="default">Read-only</Badge>}
      {repository.declared && (
        <Badge variant="default" title="A configuration file declares it and sets it again at every start">
          Declared in a file
        </Badge>
      )}
      <Text size="sm" c="dimmed" style={{ overflowWrap: 'anywhere' }}>
        {kindNames[repository.repositoryType]}, {repository.uri}
        {repository.branch && `, branch ${repository.branch}`}
        {repository.subPath && `, folder ${repository.subPath}`}
      </Text>
    </Group>
  );
}
