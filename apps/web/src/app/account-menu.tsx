import { ActionIcon, Menu, Text } from '@mantine/core';
import { modals } from '@mantine/modals';
import { IconLock, IconLogout, IconUser } from '@tabler/icons-react';
import { client } from '../api/client.ts';
import { showError } from '../api/use-action.ts';
import { useIdentity } from '../api/use-identity.ts';
import { NewPasswordForm } from './new-password-form.tsx';

export function AccountMenu() {
  const identity = useIdentity();
  if (!identity?.user) return null;
  const { user } = identity;
  const changePassword = () => {
    const id = modals.open({
      title: 'Change your password',
      children: (
        <NewPasswordForm
          onChanged={async () => {
            modals.close(id);
          }}
        />
      ),
    });
  };
  const signOut = () =>
    client.auth.logout({ everywhere: false }).then(
      // Everything that was read is forgotten with the page.
      () => location.assign('/'),
      showError,
    );
  return (
    <Menu position="bottom-end" withArrow>
      <Menu.Target>
        <ActionIcon variant="default" size="lg" aria-label={`Account of ${user.name}`}>
          <IconUser size={18} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>
          <Text size="sm" fw={600}>
            {user.name}
          </Text>
          <Text size="xs">{identity.role}</Text>
        </Menu.Label>
        <Menu.Item leftSection={<IconLock size={16} />} onClick={changePassword}>
          Change the password
        </Menu.Item>
        <Menu.Item leftSection={<IconLogout size={16} />} onClick={() => void signOut()}>
          Sign out
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
