import { Anchor, Group, Paper, Skeleton, Stack, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { read } from '../../api/queries.ts';
import { ErrorPanel } from '../../kit/state/error-panel.tsx';
import { RelativeTime } from '../../kit/state/relative-time.tsx';
import { StatusBadge } from '../../kit/state/status-badge.tsx';

const most = 8;

/** How well the repositories keep in step; those with something wrong come first. */
export function RepositoryHealth() {
  const list = useQuery({
    ...read('repositories', 'list', { limit: 100, page: 1 }),
    refetchInterval: 30_000,
  });
  const rows = [...(list.data?.items ?? [])].sort(
    (a, b) => Number(b.syncStatus === 'error') - Number(a.syncStatus === 'error') || a.name.localeCompare(b.name),
  );
  return (
    <Paper withBorder p="md" component="section" aria-labelledby="repository-health">
      <Title order={2} size="h4" id="repository-health" mb="sm">
        Repositories
      </Title>
      {list.error && !list.data ? (
        <ErrorPanel error={list.error} onRetry={() => void list.refetch()} />
      ) : list.isPending ? (
        <Skeleton height={120} />
      ) : rows.length === 0 ? (
        <Text size="sm">
          None yet.{' '}
          <Anchor component={Link} to="/repositories" search={{ add: 'git' } as never} size="sm" underline="always">
            Add one
          </Anchor>
        </Text>
      ) : (
        <Stack gap="xs" component="ul" style={{ listStyle: 'none', margin: 0, padding: 0 }}>
          {rows.slice(0, most).map(({ id, name, syncStatus, syncError, lastSyncAt }) => (
            <Group key={id} component="li" justify="space-between" gap="xs" wrap="nowrap">
              <Anchor component={Link} to={`/repositories/${id}`} size="sm" style={{ overflowWrap: 'anywhere' }}>
                {name}
              </Anchor>
              <Group gap="xs" wrap="nowrap">
                <Text size="xs" c="dimmed">
                  <RelativeTime time={lastSyncAt} />
                </Text>
                <StatusBadge status={syncStatus} {...(syncError ? { title: syncError } : {})} />
              </Group>
            </Group>
          ))}
          {rows.length > most && (
            <Anchor component={Link} to="/repositories" size="sm">
              All {rows.length}
            </Anchor>
          )}
        </Stack>
      )}
    </Paper>
  );
}
