import { Stack } from '@mantine/core';
import type { Schedule } from '@ratchet/contract/entities/schedule';
import { type FormEvent, useState } from 'react';
import { client } from '../../api/client.ts';
import { useAction } from '../../api/use-action.ts';
import { useMay } from '../../api/use-identity.ts';
import { ChangedMeanwhile } from '../administration/changed-meanwhile.tsx';
import { FormErrors } from '../administration/form-errors.tsx';
import { LeaveGuard } from '../administration/leave-guard.tsx';
import { SaveBar } from '../administration/save-bar.tsx';
import { useDraft } from '../administration/use-draft.ts';
import { NextRuns } from './next-runs.tsx';
import { ScheduleFields } from './schedule-fields.tsx';
import { fieldNames, valuesOf } from './schedule-values.ts';

export function ScheduleSettings({ schedule }: { schedule: Schedule }) {
  const may = useMay();
  const draft = useDraft(valuesOf(schedule), schedule.revision);
  const [readable, setReadable] = useState(true);
  const { values } = draft;
  const save = useAction({
    act: () => {
      const { taskId, ...changes } = draft.changes;
      return client.schedules.update({
        id: schedule.id,
        ...changes,
        ...(taskId ? { taskId } : {}),
        expectedRevision: draft.revision,
      });
    },
    changes: ['schedules'],
    done: () => 'Saved',
    onDone: (saved) => draft.saved(valuesOf(saved), saved.revision),
    onFailed: (error) => draft.refuse(error),
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const fine = draft.check({
      name: values.name.trim() === '' ? 'A schedule needs a name' : undefined,
      cron: values.cron.trim() === '' ? 'Say when it is to run' : undefined,
    });
    if (fine && readable) save.mutate();
  };
  const refused = may('edit') && may('run') ? undefined : 'You may not change schedules: that needs edit and run.';
  return (
    <form onSubmit={submit} noValidate>
      <Stack>
        <ChangedMeanwhile draft={draft} names={fieldNames} />
        <FormErrors errors={draft.otherErrors} />
        <ScheduleFields
          draft={draft}
          disabled={refused !== undefined}
          onInputReadable={setReadable}
          preview={<NextRuns cron={values.cron} timezone={values.timezone} enabled={schedule.enabled} />}
        />
        <SaveBar
          draft={draft}
          busy={save.isPending}
          refused={refused ?? (readable ? undefined : 'The input cannot be read as JSON.')}
        />
        <LeaveGuard dirty={draft.dirty} what="the schedule" />
      </Stack>
    </form>
  );
}
