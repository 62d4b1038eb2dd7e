import type { Role } from '@ratchet/contract/access';
import type { Permission } from '@ratchet/contract/operation';

/** What each permission lets somebody do, as people say it. */
export const permissionWords: Readonly<Record<Permission, string>> = {
  read: 'See tasks, their runs and logs',
  create: 'Make and import tasks and schedules',
  edit: 'Change tasks and resolve conflicts',
  delete: 'Delete tasks, schedules and runs',
  run: 'Run and test tasks',
  debug: 'Step through tasks in the debugger',
  sync: 'Synchronise repositories',
  push: 'Push changes to repositories',
  manage_repository: 'Change settings of repositories and approve pushes',
  create_repository: 'Add repositories',
  delete_repository: 'Remove repositories',
  manage_users: 'Manage accounts, grants and keys of everybody',
  view_audit: 'Read the audit',
  administer: 'Administer the server: settings, secrets, outputs, workers',
};

export const roleWords: Readonly<Record<Role, { readonly label: string; readonly text: string }>> = {
  admin: { label: 'Administrator', text: 'May do everything, everywhere. Grants do not narrow it.' },
  user: { label: 'User', text: 'Writes and runs tasks and works with repositories.' },
  readonly: { label: 'Read only', text: 'Sees everything and changes nothing.' },
  service: { label: 'Service', text: 'For programs: makes, changes and runs tasks, syncs and pushes.' },
};

export const accessWords = {
  all: { label: 'Everywhere', text: 'What the role may do counts in every repository and for every task.' },
  granted: {
    label: 'Only where granted',
    text: 'Sees and does only what grants name. The first grant sets this by itself.',
  },
} as const;
