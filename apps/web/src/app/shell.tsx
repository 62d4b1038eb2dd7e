import { ActionIcon, AppShell, Burger, Group, NavLink, ScrollArea, Text, useMantineColorScheme } from '@mantine/core';
import { useDisclosure, useHotkeys } from '@mantine/hooks';
import { IconMoon, IconSearch, IconSun } from '@tabler/icons-react';
import { Link, Outlet, useRouterState } from '@tanstack/react-router';
import { useEffect, useRef } from 'react';
import { useLiveState } from '../api/live.ts';
import { useEverywhere, useMay } from '../api/use-identity.ts';
import { AccountMenu } from './account-menu.tsx';
import { CommandPalette, openPalette } from './command-palette.tsx';
import { isOffered, nav } from './nav.ts';
import { useKeySequences } from './use-key-sequences.ts';

/** What is around every page. */
export function Shell() {
  const [opened, { toggle, close }] = useDisclosure(false);
  const may = useMay();
  const everywhere = useEverywhere();
  const path = useRouterState({ select: ({ location }) => location.pathname });
  const main = useRef<HTMLElement>(null);
  const { setColorScheme, colorScheme } = useMantineColorScheme();
  const dark = colorScheme === 'dark' || (colorScheme === 'auto' && matchMedia('(prefers-color-scheme: dark)').matches);
  useKeySequences();
  useHotkeys([['mod+K', openPalette]]);
  // Who opens another page by keyboard goes on there, not in the side bar.
  const first = useRef(true);
  useEffect(() => {
    void path;
    close();
    if (first.current) first.current = false;
    else main.current?.focus({ preventScroll: true });
  }, [path, close]);
  const isAt = (to: string) => (to === '/' ? path === '/' : path === to || path.startsWith(`${to}/`));
  return (
    <AppShell
      header={{ height: 52 }}
      navbar={{ width: 220, breakpoint: 'sm', collapsed: { mobile: !opened } }}
      padding="md"
    >
      <a className="skip-link" href="#main">
        Skip to the page
      </a>
      <AppShell.Header>
        <Group h="100%" px="md" justify="space-between" wrap="nowrap">
          <Group gap="sm" wrap="nowrap">
            <Burger
              opened={opened}
              onClick={toggle}
              hiddenFrom="sm"
              size="sm"
              aria-label={opened ? 'Close the navigation' : 'Open the navigation'}
              aria-expanded={opened}
            />
            <Text component={Link} to="/" fw={700} size="lg" c="inherit" td="none">
              Ratchet
            </Text>
            <LiveMark />
          </Group>
          <Group gap="xs" wrap="nowrap">
            <ActionIcon variant="default" size="lg" aria-label="Search and commands (Ctrl+K)" onClick={openPalette}>
              <IconSearch size={18} />
            </ActionIcon>
            <ActionIcon
              variant="default"
              size="lg"
              aria-label={dark ? 'Use the light colours' : 'Use the dark colours'}
              onClick={() => setColorScheme(dark ? 'light' : 'dark')}
            >
              {dark ? <IconSun size={18} /> : <IconMoon size={18} />}
            </ActionIcon>
            <AccountMenu />
          </Group>
        </Group>
      </AppShell.Header>
      <AppShell.Navbar aria-label="Pages">
        <ScrollArea p="xs">
          {nav.map((group) => (
            <div key={group.label}>
              <Text size="xs" fw={600} c="dimmed" px="sm" pt="sm" pb={4}>
                {group.label}
              </Text>
              {group.items
                .filter((item) => isOffered(item, may, everywhere))
                .map(({ to, label, icon: Icon }) => (
                  <NavLink
                    key={to}
                    component={Link}
                    to={to}
                    label={label}
                    leftSection={<Icon size={18} aria-hidden />}
                    active={isAt(to)}
                    aria-current={isAt(to) ? 'page' : undefined}
                  />
                ))}
            </div>
          ))}
        </ScrollArea>
      </AppShell.Navbar>
      <AppShell.Main id="main" ref={main} tabIndex={-1} style={{ outline: 'none' }}>
        <Outlet />
      </AppShell.Main>
      <CommandPalette />
    </AppShell>
  );
}

/** Says when what happens is not told at once. */
function LiveMark() {
  const state = useLiveState();
  if (state !== 'connecting') return null;
  return (
    <Text size="xs" c="dimmed" role="status">
      Connecting…
    </Text>
  );
}
