import { Button, Group, Text } from '@mantine/core';
import type { Project } from '@ratchet/contract/entities/spec';
import { useState } from 'react';
import { useMay } from '../../api/use-identity.ts';
import { RelativeTime } from '../../kit/state/relative-time.tsx';
import { StatusBadge } from '../../kit/state/status-badge.tsx';
import { TextLink } from '../../kit/state/text-link.tsx';
import { type Column, DataTable } from '../../kit/table/data-table.tsx';
import { ProjectSettings } from './project-settings.tsx';
import { SyncAll } from './sync-all.tsx';

interface ProjectListProps {
  readonly projects: readonly Project[];
  readonly loading: boolean;
}

const columns = (maySync: boolean, open: (project: Project) => void): Column<Project>[] => [
  {
    key: 'name',
    header: 'Project',
    render: ({ id, name, path }) => (
      <>
        <TextLink href={`/specs?project=${id}`}>{name}</TextLink>
        <Text size="xs" c="dimmed" ff="monospace" style={{ overflowWrap: 'anywhere' }}>
          {path}
        </Text>
      </>
    ),
  },
  {
    key: 'changes',
    header: 'Changes',
    align: 'end',
    render: ({ specCount, archivedCount }) => `${specCount} open, ${archivedCount} archived`,
  },
  {
    key: 'state',
    header: 'State',
    render: ({ id, syncEnabled, syncStatus, syncError, openConflicts }) => (
      <Group gap={6}>
        <StatusBadge status={syncEnabled ? syncStatus : 'paused'} {...(syncError ? { title: syncError } : {})} />
        {openConflicts > 0 && (
          <TextLink href={`/specs?project=${id}&sync=conflict`}>
            {openConflicts} {openConflicts === 1 ? 'conflict' : 'conflicts'}
          </TextLink>
        )}
        {syncError && (
          <Text size="xs" style={{ overflowWrap: 'anywhere' }}>
            {syncError}
          </Text>
        )}
      </Group>
    ),
  },
  {
    key: 'last',
    header: 'Last sync',
    hideBelow: 'sm',
    render: ({ lastSyncAt }) => <RelativeTime time={lastSyncAt} />,
  },
  {
    key: 'acts',
    header: 'Actions',
    render: (project) => (
      <Group gap={6} wrap="nowrap">
        {maySync && <SyncAll scope={{ projectId: project.id }} size="xs" label={`Sync ${project.name}`} />}
        <Button size="xs" variant="default" aria-label={`Settings of ${project.name}`} onClick={() => open(project)}>
          Settings
        </Button>
      </Group>
    ),
  },
];

/** The projects, how each stands, and what can be set of it. */
export function ProjectList({ projects, loading }: ProjectListProps) {
  const may = useMay();
  const [shown, setShown] = useState<string | null>(null);
  const project = projects.find(({ id }) => id === shown) ?? null;
  return (
    <>
      <DataTable
        label="Projects"
        rows={projects}
        columns={columns(may('sync'), ({ id }) => setShown(id))}
        rowKey={({ id }) => id}
        rowLabel={({ name }) => name}
        loading={loading}
        empty="No project"
        height="min(40vh, 320px)"
      />
      {project && <ProjectSettings key={project.id} project={project} onClose={() => setShown(null)} />}
    </>
  );
}
