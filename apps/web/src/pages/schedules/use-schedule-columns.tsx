import { ActionIcon, Code, Group, Stack, Text, Tooltip } from '@mantine/core';
import type { Schedule } from '@ratchet/contract/entities/schedule';
import { IconPlayerPause, IconPlayerPlay, IconPlayerTrackNext } from '@tabler/icons-react';
import { client } from '../../api/client.ts';
import { useAction } from '../../api/use-action.ts';
import { useMay } from '../../api/use-identity.ts';
import { KitLink } from '../../kit/state/kit-link.tsx';
import { RelativeTime } from '../../kit/state/relative-time.tsx';
import { StatusBadge } from '../../kit/state/status-badge.tsx';
import type { Column } from '../../kit/table/data-table.tsx';
import { cronWords } from '../schedule/cron-words.ts';

/** What the list shows of a schedule, and what can be done with one there. */
export function useScheduleColumns(): readonly Column<Schedule>[] {
  const may = useMay();
  const run = useAction({
    act: ({ id }: Schedule) => client.schedules.trigger({ id }),
    changes: ['schedules', 'jobs', 'executions'],
    done: (_, { name }) => `A job of ${name} is queued`,
  });
  const toggle = useAction({
    act: ({ id, enabled }: Schedule) => (enabled ? client.schedules.disable({ id }) : client.schedules.enable({ id })),
    changes: ['schedules'],
    done: ({ enabled, name }) => (enabled ? `${name} runs from now on` : `${name} is paused`),
  });
  const [mayRun, mayEdit] = [may('run'), may('edit')];
  return [
    { key: 'name', header: 'Name', sortField: 'name', render: ({ name }) => name },
    {
      key: 'state',
      header: 'State',
      render: ({ enabled, lastError }) =>
        lastError && enabled ? (
          <StatusBadge status="failed" text="Not queued" title={lastError} />
        ) : (
          <StatusBadge status={enabled ? 'active' : 'paused'} />
        ),
    },
    {
      key: 'task',
      header: 'Task',
      sortField: 'taskName',
      render: ({ taskId, taskName }) => (taskId ? <KitLink href={`/tasks/${taskId}`}>{taskName}</KitLink> : taskName),
    },
    {
      key: 'when',
      header: 'When',
      hideBelow: 'sm',
      render: ({ cron, timezone }) => (
        <Stack gap={0}>
          <Text size="sm">{cronWords(cron) ?? <Code>{cron}</Code>}</Text>
          <Text size="xs">{timezone}</Text>
        </Stack>
      ),
    },
    {
      key: 'next',
      header: 'Next',
      sortField: 'nextRunAt',
      render: ({ nextRunAt }) => <RelativeTime time={nextRunAt} missing="–" />,
    },
    {
      key: 'last',
      header: 'Last',
      sortField: 'lastRunAt',
      hideBelow: 'md',
      render: ({ lastRunAt, lastJobId }) =>
        lastJobId ? (
          <KitLink href={`/jobs/${lastJobId}`}>
            <RelativeTime time={lastRunAt} />
          </KitLink>
        ) : (
          <RelativeTime time={lastRunAt} />
        ),
    },
    {
      key: 'actions',
      header: 'Actions',
      align: 'end',
      render: (schedule) => (
        <Group gap={4} justify="end" wrap="nowrap">
          {mayRun && (
            <Tooltip label="Run now" withinPortal>
              <ActionIcon variant="subtle" aria-label={`Run ${schedule.name} now`} onClick={() => run.mutate(schedule)}>
                <IconPlayerTrackNext size={16} aria-hidden />
              </ActionIcon>
            </Tooltip>
          )}
          {mayEdit && (
            <Tooltip label={schedule.enabled ? 'Pause' : 'Resume'} withinPortal>
              <ActionIcon
                variant="subtle"
                aria-label={`${schedule.enabled ? 'Pause' : 'Resume'} ${schedule.name}`}
                onClick={() => toggle.mutate(schedule)}
              >
                {schedule.enabled ? (
                  <IconPlayerPause size={16} aria-hidden />
                ) : (
                  <IconPlayerPlay size={16} aria-hidden />
                )}
              </ActionIcon>
            </Tooltip>
          )}
        </Group>
      ),
    },
  ];
}
