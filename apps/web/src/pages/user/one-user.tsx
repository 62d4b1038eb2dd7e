import { Modal, Stack, Text } from '@mantine/core';
import type { User } from '@ratchet/contract/entities/user';
import { IconKey, IconTrash } from '@tabler/icons-react';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { client } from '../../api/client.ts';
import { useAction } from '../../api/use-action.ts';
import { useIdentity, useMay } from '../../api/use-identity.ts';
import { PageHead } from '../../app/page-head.tsx';
import { useUrlState } from '../../app/use-url-state.ts';
import { RelativeTime } from '../../kit/state/relative-time.tsx';
import { StatusBadge } from '../../kit/state/status-badge.tsx';
import { useConfirm } from '../../kit/state/use-confirm.tsx';
import { PageTabs } from '../../parts/page-tabs.tsx';
import { MayButton } from '../administration/may-button.tsx';
import { randomPassword } from '../administration/random-password.ts';
import { SecretOnce } from '../administration/secret-once.tsx';
import { EffectiveRights } from './effective-rights.tsx';
import { Grants } from './grants.tsx';
import { UserKeys } from './user-keys.tsx';
import { UserSettings } from './user-settings.tsx';

const defaults = { tab: 'account' };

export function OneUser({ user }: { user: User }) {
  const { id, username, name, enabled } = user;
  const [{ tab }, setUrl] = useUrlState(defaults);
  const may = useMay();
  const identity = useIdentity();
  const navigate = useNavigate();
  const { confirm, dialog } = useConfirm();
  const [password, setPassword] = useState<string | null>(null);
  const reset = useAction({
    act: async () => {
      const made = randomPassword();
      await client.users.update({ id, password: made, mustChangePassword: true });
      return made;
    },
    changes: ['users'],
    onDone: setPassword,
  });
  const toggle = useAction({
    act: () => client.users.update({ id, enabled: !enabled }),
    changes: ['users'],
    done: (changed) =>
      changed.enabled ? `${name} can sign in again` : `${name} cannot sign in any more, and nothing signed in goes on`,
  });
  const remove = useAction({
    act: () => client.users.delete({ id }),
    changes: ['users', 'grants', 'apiKeys'],
    done: () => `The account ${username} is gone`,
    onDone: () => void navigate({ to: '/users' }),
  });
  const askToReset = async () => {
    const yes = await confirm({
      title: `Give ${username} a new password?`,
      text: 'The present one stops to work, and every session of the account ends at once. You are shown a password for one sign-in.',
      confirmLabel: 'Make a new password',
    });
    if (yes) reset.mutate();
  };
  const askToDisable = async () => {
    const yes = await confirm({
      title: `Disable the account ${username}?`,
      text: 'Its sessions end at once, its keys stop to work, and nobody can sign in with it until it is enabled again.',
      confirmLabel: 'Disable the account',
    });
    if (yes) toggle.mutate();
  };
  const askToRemove = async () => {
    const yes = await confirm({
      title: `Delete the account ${username}?`,
      text: 'It cannot be brought back: its sessions, keys and grants go with it. What it did stays in the audit. To keep it, disable it instead.',
      confirmLabel: 'Delete the account',
      danger: true,
      typeToConfirm: username,
    });
    if (yes) remove.mutate();
  };
  const isMe = identity?.user?.id === id;
  const refused = may('manage_users') ? undefined : 'Only who may manage users does this.';
  const own = isMe ? 'This is your own account.' : undefined;
  return (
    <Stack>
      <PageHead
        title={name}
        back={{ to: '/users', label: 'Users and grants' }}
        mark={<StatusBadge status={enabled ? 'enabled' : 'disabled'} />}
        text={
          <Text size="sm">
            Signs in as {username}. Last sign-in <RelativeTime time={user.lastLoginAt} />.
            {user.mustChangePassword && ' Has to choose a password at the next sign-in.'}
          </Text>
        }
        actions={
          <>
            <MayButton
              variant="default"
              leftSection={<IconKey size={16} aria-hidden />}
              loading={reset.isPending}
              refused={refused ?? (isMe ? 'Change your own password in the menu of your account.' : undefined)}
              onClick={() => void askToReset()}
            >
              Reset the password
            </MayButton>
            <MayButton
              variant="default"
              loading={toggle.isPending}
              refused={refused ?? own}
              onClick={() => (enabled ? void askToDisable() : toggle.mutate())}
            >
              {enabled ? 'Disable' : 'Enable'}
            </MayButton>
            <MayButton
              variant="default"
              leftSection={<IconTrash size={16} aria-hidden />}
              loading={remove.isPending}
              refused={refused ?? own}
              onClick={() => void askToRemove()}
            >
              Delete
            </MayButton>
          </>
        }
      />
      <PageTabs
        label="Parts of the account"
        value={tab}
        onChange={(next) => setUrl({ tab: next })}
        tabs={[
          { value: 'account', label: 'Account', content: <UserSettings user={user} /> },
          { value: 'grants', label: 'Grants', content: <Grants user={user} /> },
          { value: 'rights', label: 'What counts', content: <EffectiveRights user={user} /> },
          { value: 'keys', label: 'API keys', content: <UserKeys user={user} /> },
        ]}
      />
      <Modal
        opened={password !== null}
        onClose={() => setPassword(null)}
        title={`New password of ${username}`}
        closeOnClickOutside={false}
        closeButtonProps={{ 'aria-label': 'Close' }}
      >
        {password !== null && (
          <SecretOnce
            what="password"
            value={password}
            text={`Hand it to ${name}. It is shown here and nowhere else, and another one has to be chosen at the next sign-in.`}
            onClose={() => setPassword(null)}
          />
        )}
      </Modal>
      {dialog}
    </Stack>
  );
}
