import { Button, Divider, Group, Modal, Stack, Stepper, Text, Title } from '@mantine/core';
import { useMediaQuery } from '@mantine/hooks';
import type { RepositoryType } from '@ratchet/contract/entities/repository';
import { useEffect, useRef, useState } from 'react';
import { Notice } from '../../../kit/state/notice.tsx';
import { PlaceFields } from '../../repository/form/place-fields.tsx';
import { PushFields } from '../../repository/form/push-fields.tsx';
import { SignInFields } from '../../repository/form/sign-in-fields.tsx';
import { SyncFields } from '../../repository/form/sync-fields.tsx';
import { KindStep } from './kind-step.tsx';
import { stepLabels } from './steps.ts';
import { TestStep } from './test-step.tsx';
import { type AddRepository as Add, useAddRepository } from './use-add-repository.ts';

interface AddRepositoryProps {
  readonly first: RepositoryType;
  readonly onClose: () => void;
  readonly onAdded: (id: string, started: boolean) => void;
}

/** Adds a repository: its kind, its place, signing in, how it syncs and pushes, and a test before anything is taken over. */
export function AddRepository({ first, onClose, onAdded }: AddRepositoryProps) {
  const narrow = useMediaQuery('(max-width: 48em)') ?? false;
  const add = useAddRepository(first);
  const [leaving, setLeaving] = useState(false);
  const [asDefault, setAsDefault] = useState(false);
  const heading = useRef<HTMLHeadingElement>(null);
  const { step } = add;
  useEffect(() => {
    // Who goes on by keyboard continues at the top of the step.
    if (step !== 'kind') heading.current?.focus();
  }, [step]);
  const touched = add.made !== null || add.draft.uri !== '' || add.draft.name !== '';
  const close = () => (touched && !leaving ? setLeaving(true) : onClose());
  const finish = async (start: boolean) => {
    const repository = await add.finish(start, asDefault);
    if (repository) onAdded(repository.id, start);
  };
  const discard = async () => {
    if (await add.discard()) onClose();
    else setLeaving(false);
  };
  return (
    <Modal
      opened
      onClose={close}
      title="Add a repository"
      size="lg"
      fullScreen={narrow}
      closeOnClickOutside={false}
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      <Stack>
        {leaving && (
          <Notice tone="attention" role="alert" title="Leave without adding it?">
            <Stack gap="sm" align="flex-start">
              <Text size="sm">
                {add.made
                  ? `Repository ${add.made.name} was saved for the test and is paused. Keep it as it is, or discard it.`
                  : 'What you entered is not saved.'}
              </Text>
              <Group gap="xs">
                <Button size="xs" variant="default" onClick={() => setLeaving(false)} data-autofocus>
                  Go on adding
                </Button>
                {add.made && (
                  <Button size="xs" variant="default" onClick={onClose}>
                    Keep it paused
                  </Button>
                )}
                <Button size="xs" color="red.9" onClick={() => void discard()} loading={add.busy}>
                  Discard it
                </Button>
              </Group>
            </Stack>
          </Notice>
        )}
        <Steps add={add} narrow={narrow} />
        <form
          noValidate
          onSubmit={(event) => {
            event.preventDefault();
            if (step !== 'test') add.next();
          }}
        >
          <Stack>
            <Title order={2} size="h4" ref={heading} tabIndex={-1} style={{ outline: 'none' }}>
              {stepLabels[step]}
            </Title>
            <StepFields add={add} asDefault={asDefault} onAsDefault={setAsDefault} />
            <Divider />
            <Group justify="space-between">
              <Button variant="default" onClick={add.at === 0 ? close : add.back} disabled={add.busy}>
                {add.at === 0 ? 'Cancel' : 'Back'}
              </Button>
              {step === 'test' ? (
                add.made && (
                  <Group gap="xs">
                    <Button variant="default" onClick={() => void finish(false)} disabled={add.busy}>
                      Keep it paused and see the plan
                    </Button>
                    <Button onClick={() => void finish(true)} disabled={add.busy || !add.test?.details.readable}>
                      Start syncing
                    </Button>
                  </Group>
                )
              ) : (
                <Button type="submit" loading={add.busy}>
                  {add.steps[add.at + 1] === 'test' ? 'Save and test' : 'Next'}
                </Button>
              )}
            </Group>
          </Stack>
        </form>
      </Stack>
    </Modal>
  );
}

function StepFields({
  add,
  asDefault,
  onAsDefault,
}: {
  add: Add;
  asDefault: boolean;
  onAsDefault: (asDefault: boolean) => void;
}) {
  const fields = { type: add.type, draft: add.draft, errors: add.errors, onChange: add.change };
  if (add.step === 'kind') return <KindStep value={add.type} onChange={add.chooseType} fixed={add.made !== null} />;
  if (add.step === 'place') return <PlaceFields {...fields} />;
  if (add.step === 'sign-in')
    return (
      <SignInFields
        type={add.type}
        value={add.signIn}
        onChange={add.changeSignIn}
        tried={add.tried}
        refused={add.refused}
      />
    );
  if (add.step === 'sync')
    return (
      <Stack>
        <SyncFields {...fields} />
        <Divider label="Push" labelPosition="left" />
        <PushFields {...fields} />
      </Stack>
    );
  return <TestStep add={add} asDefault={asDefault} onAsDefault={onAsDefault} />;
}

function Steps({ add, narrow }: { add: Add; narrow: boolean }) {
  if (narrow)
    return (
      <Text size="sm" c="dimmed">
        Step {add.at + 1} of {add.steps.length}
      </Text>
    );
  const goTo = (index: number) => {
    const to = add.steps[index];
    if (to !== undefined && index < add.at) add.goTo(to);
  };
  return (
    <Stepper
      active={add.at}
      onStepClick={goTo}
      size="sm"
      allowNextStepsSelect={false}
      labelPosition="bottom"
      wrap={false}
    >
      {add.steps.map((step) => (
        <Stepper.Step key={step} label={stepLabels[step]} allowStepSelect={add.steps.indexOf(step) < add.at} />
      ))}
    </Stepper>
  );
}
