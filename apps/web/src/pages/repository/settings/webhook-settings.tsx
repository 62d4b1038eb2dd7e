import { Button, Code, Fieldset, Group, PasswordInput, Stack, Text } from '@mantine/core';
import type { Repository } from '@ratchet/contract/entities/repository';
import { useState } from 'react';
import { client } from '../../../api/client.ts';
import { useAction } from '../../../api/use-action.ts';
import { CopyButton } from '../../../kit/state/copy-button.tsx';
import { useConfirm } from '../../../kit/state/use-confirm.tsx';

/** 256 bits, in characters that every forge takes. */
function newSecret(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(32));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** Where a forge tells of a push, and the secret that it signs with. The secret is shown until it is saved, then never again. */
export function WebhookSettings({ repository }: { repository: Repository }) {
  const { id, name, hasWebhookSecret, syncEnabled } = repository;
  const [secret, setSecret] = useState('');
  const [savedSecret, setSavedSecret] = useState<string | null>(null);
  const { confirm, dialog } = useConfirm();
  const address = `${location.origin}/api/v1/webhooks/${id}`;
  const save = useAction({
    act: (webhookSecret: string | null) => client.repositories.update({ id, webhookSecret }),
    changes: ['repositories'],
    done: (_, given) => (given === null ? 'Webhooks are not taken any more' : 'Webhooks with this secret are taken'),
    onDone: (_, given) => {
      setSavedSecret(given);
      setSecret('');
    },
  });
  const takeAway = async () => {
    const sure = await confirm({
      title: `Take no webhooks of ${name} any more?`,
      text: 'What the forge sends is refused from then on. Syncs go on by the interval. To take webhooks again, set a new secret here and there.',
      confirmLabel: 'Take none',
      danger: true,
    });
    if (sure) save.mutate(null);
  };
  const tooShort = secret !== '' && secret.length < 8;
  return (
    <Fieldset legend="Webhook">
      <Stack gap="sm">
        <Text size="sm">
          A push upstream is seen at once when the forge sends a webhook to this address, signed with the same secret.
          GitHub, GitLab, Gitea, Forgejo and Bitbucket can.{' '}
          {hasWebhookSecret ? 'A secret is set.' : 'No secret is set: webhooks are refused.'}
          {!syncEnabled && ' While the repository is paused, they change nothing.'}
        </Text>
        <Group gap={6} wrap="nowrap" align="flex-start">
          <Code style={{ overflowWrap: 'anywhere' }}>{address}</Code>
          <CopyButton value={address} label="Copy the webhook’s address" />
        </Group>
        {savedSecret !== null && (
          <Group gap={6} wrap="nowrap" align="flex-start" role="status">
            <Text size="sm">
              The secret, shown this once: <Code style={{ overflowWrap: 'anywhere' }}>{savedSecret}</Code>
            </Text>
            <CopyButton value={savedSecret} label="Copy the webhook’s secret" />
          </Group>
        )}
        <form
          onSubmit={(event) => {
            event.preventDefault();
            if (secret !== '' && !tooShort) save.mutate(secret);
          }}
        >
          <Group align="flex-end" gap="xs">
            <PasswordInput
              label={hasWebhookSecret ? 'Another secret' : 'Secret'}
              description="8 to 500 characters"
              value={secret}
              onChange={(event) => setSecret(event.currentTarget.value)}
              error={tooShort ? 'At least 8 characters' : undefined}
              maxLength={500}
              autoComplete="new-password"
              visibilityToggleButtonProps={{ 'aria-label': 'Show or hide the secret' }}
              style={{ flex: '1 1 260px' }}
            />
            <Button variant="default" onClick={() => setSecret(newSecret())}>
              Make one up
            </Button>
            <Button type="submit" disabled={secret === '' || tooShort} loading={save.isPending}>
              Save the secret
            </Button>
            {hasWebhookSecret && (
              <Button variant="default" onClick={() => void takeAway()}>
                Take no webhooks
              </Button>
            )}
          </Group>
        </form>
      </Stack>
      {dialog}
    </Fieldset>
  );
}
