import { Stack } from '@mantine/core';
import type { OutputDestination } from '@ratchet/contract/entities/output';
import type { FormEvent } from 'react';
import { client } from '../../api/client.ts';
import { useAction } from '../../api/use-action.ts';
import { useMay } from '../../api/use-identity.ts';
import { ChangedMeanwhile } from '../administration/changed-meanwhile.tsx';
import { FormErrors } from '../administration/form-errors.tsx';
import { LeaveGuard } from '../administration/leave-guard.tsx';
import { SaveBar } from '../administration/save-bar.tsx';
import { useDraft } from '../administration/use-draft.ts';
import { OutputFields } from './output-fields.tsx';
import { changesOf, hiddenOf, missing, namesOf, type OutputValues, valuesOf } from './output-values.ts';

export function OutputSettings({ output }: { output: OutputDestination }) {
  const { id, type, secretFields } = output;
  const may = useMay();
  const draft = useDraft<OutputValues>(valuesOf(output), output.revision);
  const save = useAction({
    act: () =>
      client.outputDestinations.update({
        id,
        ...changesOf(type, draft.changes, draft.values),
        expectedRevision: draft.revision,
      }),
    changes: ['outputDestinations'],
    done: () => 'Saved',
    onDone: (saved) => draft.saved(valuesOf(saved), saved.revision),
    onFailed: (error) => draft.refuse(error),
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (draft.check(missing(type, draft.values, secretFields))) save.mutate();
  };
  const refused = may('administer') ? undefined : 'Only administrators change output destinations.';
  return (
    <form onSubmit={submit} noValidate>
      <Stack>
        <ChangedMeanwhile draft={draft} names={namesOf(type)} hidden={hiddenOf(type)} />
        <FormErrors errors={draft.otherErrors} />
        <OutputFields draft={draft} type={type} secretFields={secretFields} disabled={refused !== undefined} />
        <SaveBar draft={draft} busy={save.isPending} refused={refused} />
        <LeaveGuard dirty={draft.dirty} what="the destination" />
      </Stack>
    </form>
  );
}
