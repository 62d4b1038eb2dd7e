import { Group, Stack, Switch } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';
import { client } from '../../api/client.ts';
import { useAction } from '../../api/use-action.ts';
import { useMay } from '../../api/use-identity.ts';
import { PageHead } from '../../app/page-head.tsx';
import { useUrlState } from '../../app/use-url-state.ts';
import { FormErrors } from '../administration/form-errors.tsx';
import { LeaveGuard } from '../administration/leave-guard.tsx';
import { MayButton } from '../administration/may-button.tsx';
import { useDraft } from '../administration/use-draft.ts';
import { NextRuns } from './next-runs.tsx';
import { ScheduleFields } from './schedule-fields.tsx';
import { newSchedule } from './schedule-values.ts';
import { ownTimeZone } from './time-zone-select.tsx';

const defaults = { task: '' };

/** `?task=` gives it its task. */
export function NewSchedule() {
  const navigate = useNavigate();
  const may = useMay();
  const [{ task }] = useUrlState(defaults);
  const [begun] = useState(() => newSchedule(task || null, ownTimeZone()));
  const draft = useDraft(begun, 1);
  const [enabled, setEnabled] = useState(true);
  const [readable, setReadable] = useState(true);
  const { values } = draft;
  const create = useAction({
    act: () => {
      const { name, taskId, ...rest } = values;
      return client.schedules.create({ ...rest, ...(name.trim() ? { name } : {}), taskId: taskId ?? '', enabled });
    },
    changes: ['schedules'],
    done: ({ name }) => `The schedule ${name} is there`,
    onDone: ({ id }) => {
      draft.saved(values, draft.revision);
      // The guard has to hear first that nothing is unsaved.
      setTimeout(() => void navigate({ to: '/schedules/$scheduleId', params: { scheduleId: id }, replace: true }));
    },
    onFailed: (error) => draft.refuse(error),
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const fine = draft.check({
      taskId: values.taskId === null ? 'Choose the task that is to run' : undefined,
      cron: values.cron.trim() === '' ? 'Say when it is to run' : undefined,
    });
    if (fine && readable) create.mutate();
  };
  const refused = may('create') && may('run') ? undefined : 'You may not make schedules: that needs create and run.';
  return (
    <form onSubmit={submit} noValidate>
      <Stack>
        <PageHead
          title="New schedule"
          back={{ to: '/schedules', label: 'Schedules' }}
          text="A schedule queues a job of its task whenever its time has come."
        />
        <FormErrors errors={draft.otherErrors} title="The schedule was not made" />
        <ScheduleFields
          draft={draft}
          disabled={refused !== undefined}
          onInputReadable={setReadable}
          preview={<NextRuns cron={values.cron} timezone={values.timezone} enabled={enabled} />}
        />
        <Switch
          label="Runs from now on"
          description="Else it is kept and paused"
          checked={enabled}
          onChange={(event) => setEnabled(event.currentTarget.checked)}
        />
        <Group>
          <MayButton type="submit" loading={create.isPending} refused={refused}>
            Create the schedule
          </MayButton>
        </Group>
        <LeaveGuard dirty={draft.dirty && !create.isSuccess} what="the new schedule" />
      </Stack>
    </form>
  );
}
