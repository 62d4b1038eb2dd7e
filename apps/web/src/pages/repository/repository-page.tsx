import { Group, Skeleton, Stack, Tabs, Title } from '@mantine/core';
import type { SyncResult } from '@ratchet/contract/entities/sync';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { useState } from 'react';
import { client } from '../../api/client.ts';
import { read } from '../../api/queries.ts';
import { useMay } from '../../api/use-identity.ts';
import { useTitle } from '../../app/use-title.ts';
import { useUrlState } from '../../app/use-url-state.ts';
import { ErrorPanel } from '../../kit/state/error-panel.tsx';
import { RepositoryOverview } from './overview/repository-overview.tsx';
import { RunProgress } from './parts/run-progress.tsx';
import { SyncOutcome } from './parts/sync-outcome.tsx';
import { useLongAction } from './parts/use-long-action.ts';
import { useRepositoryEvents } from './parts/use-repository-events.ts';
import { planIn, planQuery } from './plan/plan-query.ts';
import { RepositoryPlan } from './plan/repository-plan.tsx';
import { RepositoryPullRequests } from './push/repository-pull-requests.tsx';
import { RepositoryPush } from './push/repository-push.tsx';
import { RepositoryActions } from './repository-actions.tsx';
import { RepositoryMarks } from './repository-marks.tsx';
import { RepositoryRuns } from './runs/repository-runs.tsx';
import { RepositorySettings } from './settings/repository-settings.tsx';

const urlDefaults = { tab: 'overview' } as const;

/** One repository: how well it keeps in step, what a sync or a push would do, and everything that can be set. */
export function RepositoryPage() {
  const { repositoryId: id } = useParams({ strict: false }) as { repositoryId: string };
  const [{ tab }, setState] = useUrlState(urlDefaults);
  const queries = useQueryClient();
  const may = useMay();
  const { running, lastAt } = useRepositoryEvents(id);
  const [closed, setClosed] = useState(false);
  const repository = useQuery(read('repositories', 'get', { id }));
  const standing = useQuery(read('registry', 'pushStatus', { repositoryId: id })).data;
  useTitle(repository.data?.name ?? 'Repository');
  const openTab = (next: string | null) => setState({ tab: next ?? undefined }, { replace: false });

  const sync = useLongAction<void, SyncResult>({
    act: (_, onProgress) => client.repositories.sync({ id }, { onProgress }),
    changes: ['repositories', 'registry', 'conflicts', 'tasks'],
    onFailed: (error) => {
      const plan = planIn(error);
      if (plan) queries.setQueryData(planQuery(id).queryKey, plan);
      return true;
    },
  });
  const syncNow = () => {
    setClosed(false);
    sync.mutate();
  };

  if (repository.isPending)
    return (
      <Stack aria-busy>
        <Skeleton height={36} width={280} />
        <Skeleton height={240} />
      </Stack>
    );
  if (repository.error)
    return (
      <Stack>
        <Title order={1}>Repository</Title>
        <ErrorPanel error={repository.error} onRetry={() => void repository.refetch()} />
      </Stack>
    );
  const { data } = repository;
  const tabs = [
    { value: 'overview', label: 'Overview' },
    ...(may('sync') ? [{ value: 'plan', label: 'Plan' }] : []),
    { value: 'push', label: counted('Push', standing?.pending) },
    { value: 'pull-requests', label: counted('Pull requests', standing?.openPullRequests) },
    { value: 'runs', label: 'Runs' },
    { value: 'settings', label: 'Settings' },
  ];
  const at = tabs.some(({ value }) => value === tab) ? tab : 'overview';
  return (
    <Stack>
      <Group justify="space-between" align="flex-start">
        <Stack gap={6}>
          <Title order={1} style={{ overflowWrap: 'anywhere' }}>
            {data.name}
          </Title>
          <RepositoryMarks repository={data} running={running.has(id) || sync.isPending} />
        </Stack>
        <RepositoryActions repository={data} onSync={syncNow} syncing={sync.isPending} />
      </Group>
      {sync.isPending && <RunProgress title={`Syncing ${data.name}`} progress={sync.progress} />}
      {!closed && !sync.isPending && (
        <SyncOutcome
          result={sync.data ?? null}
          error={sync.error}
          onClose={() => setClosed(true)}
          onPlan={() => {
            setClosed(true);
            openTab('plan');
          }}
          onRetry={syncNow}
        />
      )}
      <Tabs value={at} onChange={openTab} keepMounted={false}>
        <Tabs.List style={{ overflowX: 'auto', flexWrap: 'nowrap' }}>
          {tabs.map(({ value, label }) => (
            <Tabs.Tab key={value} value={value} style={{ flexShrink: 0 }}>
              {label}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        <Tabs.Panel value="overview" pt="md">
          <RepositoryOverview repository={data} />
        </Tabs.Panel>
        <Tabs.Panel value="plan" pt="md">
          <RepositoryPlan repository={data} lastEventAt={lastAt} />
        </Tabs.Panel>
        <Tabs.Panel value="push" pt="md">
          <RepositoryPush repository={data} />
        </Tabs.Panel>
        <Tabs.Panel value="pull-requests" pt="md">
          <RepositoryPullRequests repository={data} />
        </Tabs.Panel>
        <Tabs.Panel value="runs" pt="md">
          <RepositoryRuns repository={data} />
        </Tabs.Panel>
        <Tabs.Panel value="settings" pt="md">
          <RepositorySettings repository={data} />
        </Tabs.Panel>
      </Tabs>
    </Stack>
  );
}

const counted = (label: string, count: number | undefined): string => (count ? `${label} (${count})` : label);
