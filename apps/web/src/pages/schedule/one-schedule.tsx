import { Anchor, Stack, Text } from '@mantine/core';
import type { Schedule } from '@ratchet/contract/entities/schedule';
import { IconPlayerPause, IconPlayerPlay, IconTrash } from '@tabler/icons-react';
import { Link, useNavigate } from '@tanstack/react-router';
import { client } from '../../api/client.ts';
import { useAction } from '../../api/use-action.ts';
import { useMay } from '../../api/use-identity.ts';
import { PageHead } from '../../app/page-head.tsx';
import { useUrlState } from '../../app/use-url-state.ts';
import { Notice } from '../../kit/state/notice.tsx';
import { RelativeTime } from '../../kit/state/relative-time.tsx';
import { StatusBadge } from '../../kit/state/status-badge.tsx';
import { useConfirm } from '../../kit/state/use-confirm.tsx';
import { PageTabs } from '../../parts/page-tabs.tsx';
import { MayButton } from '../administration/may-button.tsx';
import { cronWords } from './cron-words.ts';
import { ScheduleRuns } from './schedule-runs.tsx';
import { ScheduleSettings } from './schedule-settings.tsx';

const defaults = { tab: 'settings' };

export function OneSchedule({ schedule }: { schedule: Schedule }) {
  const { id, name, enabled } = schedule;
  const [{ tab }, setUrl] = useUrlState(defaults);
  const may = useMay();
  const navigate = useNavigate();
  const { confirm, dialog } = useConfirm();
  const run = useAction({
    act: () => client.schedules.trigger({ id }),
    changes: ['schedules', 'jobs', 'executions'],
    done: () => 'A job is queued',
    onDone: () => setUrl({ tab: 'runs' }),
  });
  const toggle = useAction({
    act: () => (enabled ? client.schedules.disable({ id }) : client.schedules.enable({ id })),
    changes: ['schedules'],
    done: (changed) => (changed.enabled ? 'It runs from now on' : 'It is paused'),
  });
  const remove = useAction({
    act: () => client.schedules.delete({ id }),
    changes: ['schedules'],
    done: () => `The schedule ${name} is gone`,
    onDone: () => void navigate({ to: '/schedules' }),
  });
  const askToRemove = async () => {
    const yes = await confirm({
      title: `Delete the schedule ${name}?`,
      text: 'It cannot be brought back. Jobs that it has queued go on. To stop it for a while, pause it.',
      confirmLabel: 'Delete the schedule',
      danger: true,
    });
    if (yes) remove.mutate();
  };
  return (
    <Stack>
      <PageHead
        title={name}
        back={{ to: '/schedules', label: 'Schedules' }}
        mark={<StatusBadge status={enabled ? 'active' : 'paused'} />}
        text={<Summary schedule={schedule} />}
        actions={
          <>
            <MayButton
              leftSection={<IconPlayerPlay size={16} aria-hidden />}
              loading={run.isPending}
              refused={may('run') ? undefined : 'You may not run tasks.'}
              onClick={() => run.mutate()}
            >
              Run now
            </MayButton>
            <MayButton
              variant="default"
              leftSection={
                enabled ? <IconPlayerPause size={16} aria-hidden /> : <IconPlayerPlay size={16} aria-hidden />
              }
              loading={toggle.isPending}
              refused={may('edit') ? undefined : 'You may not change schedules.'}
              onClick={() => toggle.mutate()}
            >
              {enabled ? 'Pause' : 'Resume'}
            </MayButton>
            <MayButton
              variant="default"
              leftSection={<IconTrash size={16} aria-hidden />}
              loading={remove.isPending}
              refused={may('delete') ? undefined : 'You may not delete schedules.'}
              onClick={() => void askToRemove()}
            >
              Delete
            </MayButton>
          </>
        }
      />
      {schedule.lastError && (
        <Notice tone="bad" role="alert" title="The last time it was due, no job was queued">
          {schedule.lastError} It tries again the next time.
        </Notice>
      )}
      <PageTabs
        label="Parts of the schedule"
        value={tab}
        onChange={(next) => setUrl({ tab: next })}
        tabs={[
          { value: 'settings', label: 'Settings', content: <ScheduleSettings schedule={schedule} /> },
          { value: 'runs', label: 'Runs', content: <ScheduleRuns schedule={schedule} /> },
        ]}
      />
      {dialog}
    </Stack>
  );
}

function Summary({ schedule }: { schedule: Schedule }) {
  const { cron, timezone, taskId, taskName, nextRunAt, lastRunAt, lastJobId } = schedule;
  return (
    <Stack gap={2}>
      <Text size="sm">
        {cronWords(cron) ?? `By the expression ${cron}`}, in {timezone}: runs{' '}
        {taskId ? (
          <Anchor component={Link} to={`/tasks/${taskId}`} inherit underline="always">
            {taskName}
          </Anchor>
        ) : (
          `${taskName}, which is gone`
        )}
        .
      </Text>
      <Text size="sm">
        {nextRunAt && (
          <>
            Next <RelativeTime time={nextRunAt} />.{' '}
          </>
        )}
        Last{' '}
        {lastJobId ? (
          <Anchor component={Link} to={`/jobs/${lastJobId}`} inherit underline="always">
            <RelativeTime time={lastRunAt} />
          </Anchor>
        ) : (
          <RelativeTime time={lastRunAt} />
        )}
        .
      </Text>
    </Stack>
  );
}
