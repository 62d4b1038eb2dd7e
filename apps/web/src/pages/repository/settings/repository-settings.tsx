import { Button, Fieldset, Group, JsonInput, Stack, Text } from '@mantine/core';
import type { Repository } from '@ratchet/contract/entities/repository';
import { IconPlugConnected } from '@tabler/icons-react';
import { useBlocker } from '@tanstack/react-router';
import { useRef } from 'react';
import { client } from '../../../api/client.ts';
import { useAction } from '../../../api/use-action.ts';
import { useMay } from '../../../api/use-identity.ts';
import { ConfirmDialog } from '../../../kit/state/confirm-dialog.tsx';
import { Notice } from '../../../kit/state/notice.tsx';
import { ConnectionResult } from '../form/connection-result.tsx';
import { PlaceFields } from '../form/place-fields.tsx';
import { PushFields } from '../form/push-fields.tsx';
import { SignInFields } from '../form/sign-in-fields.tsx';
import { SyncFields } from '../form/sync-fields.tsx';
import { ClashPanel } from './clash-panel.tsx';
import { DeleteRepository } from './delete-repository.tsx';
import { useSettings } from './use-settings.ts';
import { WebhookSettings } from './webhook-settings.tsx';

/** Everything of a repository that can be set, and deleting it. */
export function RepositorySettings({ repository }: { repository: Repository }) {
  const may = useMay();
  const edit = useSettings(repository);
  const form = useRef<HTMLFormElement>(null);
  const fixed = !may('manage_repository');
  const test = useAction({ act: () => client.repositories.test({ id: repository.id }), changes: [] });
  const leave = useBlocker({
    shouldBlockFn: ({ current, next }) => edit.dirty && current.pathname !== next.pathname,
    enableBeforeUnload: () => edit.dirty,
    withResolver: true,
  });
  const fields = { type: repository.repositoryType, draft: edit.draft, errors: edit.errors, onChange: edit.change };
  return (
    <Stack gap="lg" maw={760}>
      {fixed && (
        <Notice tone="info" title="You may look at these settings">
          Whoever manages the repository can change them.
        </Notice>
      )}
      {repository.declared && (
        <Notice tone="attention" title="A configuration file declares this repository">
          At the next start the file sets it again: change it there too.
        </Notice>
      )}
      <ClashPanel clashes={edit.clashes} taken={edit.taken} onDecide={edit.decide} />
      <form
        ref={form}
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          // The first field that is wrong is where the person goes on.
          if (!edit.submit())
            requestAnimationFrame(() =>
              form.current?.querySelector<HTMLElement>('[aria-invalid="true"], [data-error="true"]')?.focus(),
            );
        }}
      >
        <Fieldset variant="unstyled" disabled={fixed}>
          <Stack gap="lg">
            <Fieldset legend="Place">
              <PlaceFields {...fields} />
            </Fieldset>
            <Fieldset legend="Signing in">
              <SignInFields
                type={repository.repositoryType}
                value={edit.signIn}
                onChange={edit.changeSignIn}
                tried={edit.tried}
                refused={edit.refused}
                canKeep={edit.canKeep}
              />
            </Fieldset>
            <Fieldset legend="Sync">
              <SyncFields {...fields} />
            </Fieldset>
            <Fieldset legend="Push">
              <PushFields {...fields} />
            </Fieldset>
            <Fieldset legend="Metadata">
              <JsonInput
                label="Metadata"
                description='Anything, as JSON. "forge": {"type": "gitea", "apiUrl": "https://…"} names the forge of a host that is not known'
                value={edit.draft.metadata}
                onChange={(metadata) => edit.change({ metadata })}
                error={edit.errors.metadata}
                autosize
                minRows={3}
                maxRows={16}
                formatOnBlur
                spellCheck={false}
              />
            </Fieldset>
            {!fixed && (
              <Group>
                <Button type="submit" loading={edit.saving} disabled={!edit.dirty || edit.clashes.length > 0}>
                  {edit.changed > 1 ? `Save ${edit.changed} changes` : 'Save'}
                </Button>
                <Button variant="default" onClick={edit.reset} disabled={!edit.dirty}>
                  Discard the changes
                </Button>
                <Button
                  variant="default"
                  leftSection={<IconPlugConnected size={18} aria-hidden />}
                  onClick={() => test.mutate()}
                  loading={test.isPending}
                >
                  Test the connection
                </Button>
              </Group>
            )}
            {edit.dirty && !fixed && (
              <Text size="sm" c="dimmed">
                The test is of the settings as they are saved.
              </Text>
            )}
          </Stack>
        </Fieldset>
      </form>
      {test.data && !test.isPending && <ConnectionResult test={test.data} writable={repository.isWritable} />}
      {!fixed && <WebhookSettings repository={repository} />}
      {may('delete_repository') && <DeleteRepository repository={repository} />}
      <ConfirmDialog
        opened={leave.status === 'blocked'}
        title="Leave without saving?"
        text={`The settings of ${repository.name} were edited and are not saved.`}
        confirmLabel="Leave without saving"
        cancelLabel="Stay"
        danger
        onConfirm={() => leave.proceed?.()}
        onCancel={() => leave.reset?.()}
      />
    </Stack>
  );
}
