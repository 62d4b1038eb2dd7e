import type { Permission } from '@ratchet/contract/operation';
import {
  IconActivity,
  IconAffiliate,
  IconBug,
  IconCalendarTime,
  IconChecklist,
  IconDatabaseExport,
  IconFileText,
  IconGitMerge,
  IconKey,
  IconLayoutDashboard,
  IconListCheck,
  IconLock,
  IconPlayerPlay,
  IconSettings,
  IconShieldLock,
  IconStack2,
  IconUsers,
} from '@tabler/icons-react';

export interface NavItem {
  readonly to: string;
  readonly label: string;
  readonly icon: typeof IconActivity;
  /** Shown to those who may do this somewhere. */
  readonly needs?: Permission;
  /** Only for who sees every repository: it belongs to none. */
  readonly everywhere?: true;
  /** Pressed one after the other anywhere outside a text field. */
  readonly keys: string;
}

/** The pages, as the side bar and the command palette list them. */
export const nav: readonly { readonly label: string; readonly items: readonly NavItem[] }[] = [
  {
    label: 'Work',
    items: [
      { to: '/', label: 'Dashboard', icon: IconLayoutDashboard, keys: 'g d' },
      { to: '/tasks', label: 'Tasks', icon: IconChecklist, keys: 'g t' },
      { to: '/repositories', label: 'Repositories', icon: IconAffiliate, keys: 'g r' },
      { to: '/conflicts', label: 'Conflicts', icon: IconGitMerge, keys: 'g c' },
      { to: '/specs', label: 'Specs', icon: IconListCheck, keys: 'g p' },
    ],
  },
  {
    label: 'Runs',
    items: [
      { to: '/executions', label: 'Executions', icon: IconPlayerPlay, keys: 'g e' },
      { to: '/jobs', label: 'Jobs', icon: IconStack2, keys: 'g j' },
      { to: '/schedules', label: 'Schedules', icon: IconCalendarTime, keys: 'g s' },
      { to: '/outputs', label: 'Outputs', icon: IconDatabaseExport, everywhere: true, keys: 'g o' },
      { to: '/debugger', label: 'Debugger', icon: IconBug, keys: 'g b' },
      { to: '/logs', label: 'Logs', icon: IconFileText, keys: 'g l' },
      { to: '/workers', label: 'Workers', icon: IconActivity, everywhere: true, keys: 'g w' },
    ],
  },
  {
    label: 'Server',
    items: [
      { to: '/users', label: 'Users and grants', icon: IconUsers, needs: 'manage_users', keys: 'g u' },
      { to: '/keys', label: 'API keys', icon: IconKey, keys: 'g k' },
      { to: '/secrets', label: 'Secrets', icon: IconLock, keys: 'g x' },
      { to: '/audit', label: 'Audit', icon: IconShieldLock, needs: 'view_audit', keys: 'g a' },
      { to: '/settings', label: 'Settings', icon: IconSettings, keys: 'g ,' },
    ],
  },
];

/** Whether a page is offered to somebody. */
export const isOffered = (
  { needs, everywhere }: NavItem,
  may: (permission: Permission) => boolean,
  seesAll: boolean,
): boolean => (needs === undefined || may(needs)) && (everywhere === undefined || seesAll);
