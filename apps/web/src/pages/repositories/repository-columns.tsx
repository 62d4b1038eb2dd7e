import { Badge, Group, Stack, Text } from '@mantine/core';
import type { Repository, RepositoryType } from '@ratchet/contract/entities/repository';
import type { OutputOf } from '../../api/queries.ts';
import { KitLink } from '../../kit/state/kit-link.tsx';
import { RelativeTime } from '../../kit/state/relative-time.tsx';
import { StatusBadge } from '../../kit/state/status-badge.tsx';
import type { Column } from '../../kit/table/columns.ts';
import { HealthBadge } from '../repository/parts/health-badge.tsx';

type Standings = OutputOf<'registry', 'pushStatus'>;

export const kindNames: Readonly<Record<RepositoryType, string>> = {
  git: 'Git',
  filesystem: 'Folder',
  http: 'HTTP registry',
  zip: 'Zip archive',
};

/** What is shown of each repository; what waits comes in one answer for all. */
export function columnsOf(standings: Standings | undefined, running: ReadonlySet<string>): Column<Repository>[] {
  const of = (id: string) => standings?.repositories.find(({ repositoryId }) => repositoryId === id);
  return [
    {
      key: 'name',
      header: 'Name',
      sortField: 'name',
      width: 180,
      render: ({ name }) => name,
    },
    {
      key: 'state',
      header: 'State',
      render: (row) => (
        <Group gap={6}>
          {running.has(row.id) ? (
            <StatusBadge status="running" text="Syncing" />
          ) : (
            <HealthBadge repositoryId={row.id} />
          )}
          {row.unreachableSince && <StatusBadge status="failed" text="Unreachable" />}
          {row.isDefault && <Badge variant="default">Default</Badge>}
          {!row.isWritable && <Badge variant="default">Read-only</Badge>}
        </Group>
      ),
    },
    {
      key: 'place',
      header: 'Place',
      hideBelow: 'md',
      render: ({ repositoryType, uri, branch }) => (
        <Stack gap={0}>
          <Text size="sm">{kindNames[repositoryType]}</Text>
          <Text size="xs" c="dimmed" style={{ overflowWrap: 'anywhere' }}>
            {uri}
            {branch && `, branch ${branch}`}
          </Text>
        </Stack>
      ),
    },
    { key: 'tasks', header: 'Tasks', align: 'end', render: ({ taskCount }) => taskCount.toLocaleString('en') },
    {
      key: 'push',
      header: 'To push',
      align: 'end',
      render: ({ id, name }) => (
        <Count
          value={of(id)?.pending}
          href={`/repositories/${id}?tab=push`}
          label={`Tasks of ${name} that wait to be pushed`}
        />
      ),
    },
    {
      key: 'conflicts',
      header: 'Conflicts',
      align: 'end',
      render: ({ id, name }) => (
        <Count value={of(id)?.conflicts} href={`/conflicts?repository=${id}`} label={`Conflicts of ${name}`} />
      ),
    },
    {
      key: 'pulls',
      header: 'Pull requests',
      align: 'end',
      hideBelow: 'md',
      render: ({ id, name }) => (
        <Count
          value={of(id)?.openPullRequests}
          href={`/repositories/${id}?tab=pull-requests`}
          label={`Open pull requests of ${name}`}
        />
      ),
    },
    {
      key: 'seen',
      header: 'Last in step',
      sortField: 'lastSyncAt',
      render: ({ lastSyncAt }) => <RelativeTime time={lastSyncAt} />,
    },
  ];
}

function Count({ value, href, label }: { value: number | undefined; href: string; label: string }) {
  if (value === undefined) return <span aria-hidden>–</span>;
  if (value === 0) return <span>0</span>;
  return (
    <KitLink href={href} aria-label={`${label}: ${value}`}>
      {value.toLocaleString('en')}
    </KitLink>
  );
}
