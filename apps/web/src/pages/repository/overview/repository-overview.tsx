import { Group, List, SegmentedControl, SimpleGrid, Skeleton, Stack, Text, Title } from '@mantine/core';
import type { Repository } from '@ratchet/contract/entities/repository';
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { type OutputOf, read } from '../../../api/queries.ts';
import { useUrlState } from '../../../app/use-url-state.ts';
import { StatTile } from '../../../kit/chart/stat-tile.tsx';
import { TimeChart } from '../../../kit/chart/time-chart.tsx';
import { Duration } from '../../../kit/state/duration.tsx';
import { ErrorPanel } from '../../../kit/state/error-panel.tsx';
import { Notice } from '../../../kit/state/notice.tsx';
import { RelativeTime } from '../../../kit/state/relative-time.tsx';
import { StatusBadge } from '../../../kit/state/status-badge.tsx';
import { TextLink } from '../../../kit/state/text-link.tsx';

const urlDefaults = { days: '30' } as const;
const spans = [
  { value: '7', label: '7 days' },
  { value: '30', label: '30 days' },
  { value: '90', label: '90 days' },
];
const triggerNames: Readonly<Record<string, string>> = {
  file_watcher: 'a change in the folder',
  periodic: 'the interval',
  webhook: 'a webhook',
  user_edit: 'an edit here',
  manual: 'a person',
};

/** How well a repository keeps in step, and what happened with it. */
export function RepositoryOverview({ repository }: { repository: Repository }) {
  const { id } = repository;
  const health = useQuery(read('repositories', 'health', { id }));
  return (
    <Stack gap="lg">
      {repository.unreachableSince && (
        <Notice tone="bad" title="It cannot be reached" role="alert">
          Since <RelativeTime time={repository.unreachableSince} />. Tasks can still be edited and run here; what waits
          to be pushed goes out when it is back. {repository.syncError}
        </Notice>
      )}
      {!repository.unreachableSince && repository.syncStatus === 'error' && repository.syncError && (
        <Notice tone="bad" title="The last sync failed" role="alert">
          {repository.syncError}
        </Notice>
      )}
      {health.error ? (
        <ErrorPanel error={health.error} onRetry={() => void health.refetch()} />
      ) : (
        <Tiles repository={repository} health={health.data} />
      )}
      <Activity id={id} />
    </Stack>
  );
}

type Health = OutputOf<'repositories', 'health'>;

function Tiles({ repository, health }: { repository: Repository; health: Health | undefined }) {
  const loading = health === undefined;
  const at = (tab: string) => `/repositories/${repository.id}?tab=${tab}`;
  return (
    <SimpleGrid cols={{ base: 2, sm: 3, lg: 4 }}>
      <StatTile
        label="Health"
        loading={loading}
        value={health && <StatusBadge status={health.status} />}
        note={
          health?.consecutiveFailures
            ? `${health.consecutiveFailures} failed in a row`
            : health?.status === 'paused'
              ? 'Syncs only when asked'
              : undefined
        }
      />
      <StatTile
        label="Successful runs"
        loading={loading}
        value={health?.successRate === null || !health ? null : `${Math.round(health.successRate * 100)}%`}
        note="Of the last 100"
        href={at('runs')}
      />
      <StatTile label="Last in step" loading={loading} value={<RelativeTime time={repository.lastSyncAt} />} />
      <StatTile
        label="Tasks"
        value={repository.taskCount.toLocaleString('en')}
        href={`/tasks?repository=${repository.id}`}
      />
      <StatTile
        label="Open conflicts"
        loading={loading}
        value={health?.openConflicts}
        href={`/conflicts?repository=${repository.id}`}
      />
      <StatTile label="Wait to be pushed" loading={loading} value={health?.pendingPushes} href={at('push')} />
      <StatTile
        label="A run takes"
        loading={loading}
        value={<Duration ms={health?.averageDurationMs} />}
        note="On average"
      />
      <StatTile
        label="Syncs by itself"
        value={
          !repository.syncEnabled
            ? 'Paused'
            : repository.syncIntervalMinutes === 0
              ? 'Never'
              : `${repository.syncIntervalMinutes} min`
        }
        note={repository.hasWebhookSecret ? 'And when a webhook comes' : undefined}
      />
    </SimpleGrid>
  );
}

function Activity({ id }: { id: string }) {
  const [{ days: wanted }, setState] = useUrlState(urlDefaults);
  const days = spans.some(({ value }) => value === wanted) ? wanted : urlDefaults.days;
  const analytics = useQuery(read('repositories', 'analytics', { id, days: Number(days) }));
  const { data } = analytics;
  if (analytics.error) return <ErrorPanel error={analytics.error} onRetry={() => void analytics.refetch()} />;
  return (
    <Stack>
      <Group justify="space-between">
        <Title order={2} size="h3">
          Runs
        </Title>
        <SegmentedControl
          aria-label="Time shown"
          data={spans}
          value={days}
          onChange={(value) => setState({ days: value })}
        />
      </Group>
      <TimeChart
        label="Runs a day"
        kind="bar"
        loading={analytics.isPending}
        series={[
          { key: 'pulls', name: 'Syncs' },
          { key: 'pushes', name: 'Pushes' },
          { key: 'failures', name: 'Failed of these', color: 'red.7' },
        ]}
        points={(data?.daily ?? []).map((day) => ({
          time: `${day.day}T00:00:00Z`,
          pulls: day.pulls,
          pushes: day.pushes,
          failures: day.failures,
        }))}
        empty="Nothing ran in this time."
      />
      {analytics.isPending && <Skeleton height={80} />}
      {data && (
        <SimpleGrid cols={{ base: 1, md: 3 }}>
          <Facts title="What started them" none="Nothing ran in this time.">
            {Object.entries(data.triggers)
              .sort(([, a], [, b]) => b - a)
              .map(([trigger, count]) => (
                <List.Item key={trigger}>
                  {triggerNames[trigger] ?? trigger}: {count.toLocaleString('en')}
                </List.Item>
              ))}
          </Facts>
          <Facts title="Changed most often" none="No task changed in this time.">
            {data.mostChanged.slice(0, 8).map(({ taskId, name, changes }) => (
              <List.Item key={taskId}>
                <TextLink href={`/tasks/${taskId}`}>{name}</TextLink>: {changes}
              </List.Item>
            ))}
          </Facts>
          <Facts title="Problems met most often" none="No problems in this time.">
            {data.commonProblems.slice(0, 8).map(({ code, count, example }) => (
              <List.Item key={code}>
                {code.replaceAll('_', ' ')}: {count}. {example}
              </List.Item>
            ))}
          </Facts>
        </SimpleGrid>
      )}
    </Stack>
  );
}

function Facts({ title, none, children }: { title: string; none: string; children: readonly ReactNode[] }) {
  return (
    <section>
      <Title order={3} size="h5" mb={4}>
        {title}
      </Title>
      {children.length === 0 ? (
        <Text size="sm" c="dimmed">
          {none}
        </Text>
      ) : (
        <List size="sm" style={{ overflowWrap: 'anywhere' }}>
          {children}
        </List>
      )}
    </section>
  );
}
