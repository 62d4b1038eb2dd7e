import { Group, Radio, SimpleGrid, Stack, Text } from '@mantine/core';
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
import { outputTypes, sentConfig, typeNames } from './config-fields.ts';
import { OutputFields } from './output-fields.tsx';
import { configOf, missing, newOutput, type OutputValues } from './output-values.ts';

type Type = keyof typeof typeNames;
const defaults = { type: 'webhook' };

/** `?type=` chooses its kind. */
export function NewOutput() {
  const [{ type: wanted }, setUrl] = useUrlState(defaults);
  const type = outputTypes.find((one) => one === wanted) ?? 'webhook';
  return (
    <Stack>
      <PageHead
        title="New output destination"
        back={{ to: '/outputs', label: 'Outputs' }}
        text="Where outputs of executions go. Secrets are kept encrypted and never shown again."
      />
      <Radio.Group label="Kind" value={type} onChange={(next) => setUrl({ type: next })}>
        <SimpleGrid cols={{ base: 1, xs: 2, md: 3 }} mt="xs">
          {outputTypes.map((option) => (
            <Radio
              key={option}
              value={option}
              label={typeNames[option].label}
              description={<Text size="xs">{typeNames[option].text}</Text>}
            />
          ))}
        </SimpleGrid>
      </Radio.Group>
      <Form key={type} type={type} />
    </Stack>
  );
}

function Form({ type }: { type: Type }) {
  const navigate = useNavigate();
  const may = useMay();
  const [begun] = useState(() => newOutput(type));
  const draft = useDraft<OutputValues>(begun, 1);
  const { values } = draft;
  const create = useAction({
    act: () => {
      const { name, enabled, isGlobal, on, maxAttempts, retryBackoffMs, timeoutMs } = values;
      const config = sentConfig(type, configOf(values));
      return client.outputDestinations.create({
        type,
        name,
        config,
        enabled,
        isGlobal,
        on,
        maxAttempts,
        retryBackoffMs,
        timeoutMs,
      });
    },
    changes: ['outputDestinations'],
    done: ({ name }) => `The destination ${name} is there`,
    onDone: ({ id }) => {
      draft.saved(values, draft.revision);
      // The guard has to hear first that nothing is unsaved.
      setTimeout(() => void navigate({ to: '/outputs/$outputId', params: { outputId: id }, replace: true }));
    },
    onFailed: (error) => draft.refuse(error),
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (draft.check(missing(type, values, []))) create.mutate();
  };
  const refused = may('administer') ? undefined : 'Only administrators make output destinations.';
  return (
    <form onSubmit={submit} noValidate>
      <Stack>
        <FormErrors errors={draft.otherErrors} title="The destination was not made" />
        <OutputFields draft={draft} type={type} secretFields={[]} disabled={refused !== undefined} />
        <Group>
          <MayButton type="submit" loading={create.isPending} refused={refused}>
            Create the destination
          </MayButton>
        </Group>
        <LeaveGuard dirty={draft.dirty && !create.isSuccess} what="the new destination" />
      </Stack>
    </form>
  );
}
