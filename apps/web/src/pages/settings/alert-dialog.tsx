import { Button, Group, Modal, NativeSelect, NumberInput, Select, Stack, Switch, Text, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { FormEvent } from 'react';
import { client } from '../../api/client.ts';
import { read } from '../../api/queries.ts';
import { useAction } from '../../api/use-action.ts';
import { ChangedMeanwhile } from '../administration/changed-meanwhile.tsx';
import { FormErrors } from '../administration/form-errors.tsx';
import { useRepositories } from '../administration/repository-choices.ts';
import { useDraft } from '../administration/use-draft.ts';
import { type Metric, metrics, type RatchetAlert } from './alert-metrics.ts';

interface Props {
  readonly edited: RatchetAlert | 'new' | null;
  readonly onClose: () => void;
}

interface Values {
  readonly name: string;
  readonly metric: Metric;
  readonly threshold: number;
  readonly repositoryId: string | null;
  readonly enabled: boolean;
}
const begun: Values = { name: '', metric: 'open_conflicts', threshold: 0, repositoryId: null, enabled: true };
const names = { name: 'Name', threshold: 'Fires above', enabled: 'Watched' };
const every = 'every';

export function AlertDialog({ edited, onClose }: Props) {
  return (
    <Modal
      opened={edited !== null}
      onClose={onClose}
      title={edited === 'new' ? 'New alert' : `Change the alert ${edited?.name ?? ''}`}
      closeOnClickOutside={false}
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      {edited !== null && (
        <Form key={edited === 'new' ? 'new' : edited.id} listed={edited === 'new' ? null : edited} onClose={onClose} />
      )}
    </Modal>
  );
}

const valuesOf = ({ name, metric, threshold, repositoryId, enabled }: RatchetAlert): Values => ({
  name,
  metric,
  threshold,
  repositoryId,
  enabled,
});

function Form({ listed, onClose }: { listed: RatchetAlert | null; onClose: () => void }) {
  const { data } = useQuery({ ...read('alerts', 'get', { id: listed?.id ?? '' }), enabled: listed !== null });
  const stored = data ?? listed;
  const draft = useDraft<Values>(stored ? valuesOf(stored) : begun, stored?.revision ?? 1);
  const { values, set, errors } = draft;
  const { choices, nameOf } = useRepositories();
  const { text, ratio, unit, ofServer } = metrics[values.metric];
  const save = useAction({
    act: () => {
      if (!listed) return client.alerts.create({ ...values, repositoryId: ofServer ? null : values.repositoryId });
      // What it watches stays; the rest of what changed is sent.
      const { metric: _, repositoryId: __, ...changes } = draft.changes;
      return client.alerts.update({ id: listed.id, ...changes, expectedRevision: draft.revision });
    },
    changes: ['alerts'],
    done: ({ name }) => (listed ? 'Saved' : `The alert ${name} is there`),
    onDone: onClose,
    onFailed: (error) => draft.refuse(error),
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (draft.check({ name: values.name.trim() === '' ? 'An alert needs a name' : undefined })) save.mutate();
  };
  const undecided = Object.keys(draft.clashes).length > 0;
  return (
    <form onSubmit={submit} noValidate>
      <Stack>
        <ChangedMeanwhile draft={draft} names={names} />
        <FormErrors errors={draft.otherErrors} />
        <TextInput
          label="Name"
          name="name"
          value={values.name}
          maxLength={200}
          onChange={(event) => set({ name: event.currentTarget.value })}
          error={errors.name}
          required
          data-autofocus
        />
        {listed ? (
          <Text size="sm">
            Watches {metrics[listed.metric].label.toLowerCase()}
            {metrics[listed.metric].ofServer ? '' : ` of ${nameOf(listed.repositoryId)}`}. To watch something else, make
            another alert.
          </Text>
        ) : (
          <>
            <NativeSelect
              label="Figure"
              description={text}
              data={Object.entries(metrics).map(([value, { label }]) => ({ value, label }))}
              value={values.metric}
              onChange={(event) => {
                const metric = event.currentTarget.value as Metric;
                set({ metric, threshold: metrics[metric].usual });
              }}
            />
            {!ofServer && (
              <Select
                label="Repository"
                description="Every one is judged by itself"
                data={[{ value: every, label: 'Every repository' }, ...choices]}
                value={values.repositoryId ?? every}
                onChange={(id) => set({ repositoryId: id === every ? null : id })}
                allowDeselect={false}
                searchable
                error={errors.repositoryId}
              />
            )}
          </>
        )}
        <NumberInput
          label="Fires above"
          name="threshold"
          min={0}
          {...(ratio ? { max: 1, step: 0.05, decimalScale: 3 } : {})}
          {...(unit ? { suffix: ` ${unit}` } : {})}
          value={values.threshold}
          onChange={(threshold) => typeof threshold === 'number' && set({ threshold })}
          error={errors.threshold}
          required
        />
        <Switch
          label="Watched"
          checked={values.enabled}
          onChange={(event) => set({ enabled: event.currentTarget.checked })}
        />
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" loading={save.isPending} disabled={undecided || (listed !== null && !draft.dirty)}>
            {listed ? 'Save' : 'Create the alert'}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
