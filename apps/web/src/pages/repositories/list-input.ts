import type { Filter } from '../../kit/table/filter-values.ts';
import { sortOf } from '../../kit/table/sort-text.ts';

export const urlDefaults = {
  q: '',
  repositoryType: '',
  syncStatus: '',
  syncEnabled: '',
  sort: 'name',
  add: '',
} as const;

export const filters: readonly Filter[] = [
  {
    key: 'repositoryType',
    label: 'Kind',
    kind: 'select',
    options: [
      { value: 'git', label: 'Git' },
      { value: 'filesystem', label: 'Folder' },
      { value: 'http', label: 'HTTP registry' },
      { value: 'zip', label: 'Zip archive' },
    ],
  },
  {
    key: 'syncStatus',
    label: 'Last sync',
    kind: 'select',
    options: [
      { value: 'success', label: 'Success' },
      { value: 'error', label: 'Error' },
      { value: 'pending', label: 'None yet' },
    ],
  },
  {
    key: 'syncEnabled',
    label: 'Syncing',
    kind: 'select',
    options: [
      { value: 'true', label: 'By itself' },
      { value: 'false', label: 'Paused' },
    ],
  },
];

type State = Readonly<Record<keyof typeof urlDefaults, string>>;

/** What the address says, as the server takes it. */
export function listInput(state: State) {
  const clauses = [
    ...(state.repositoryType ? [{ field: 'repositoryType', op: 'eq' as const, value: state.repositoryType }] : []),
    ...(state.syncStatus ? [{ field: 'syncStatus', op: 'eq' as const, value: state.syncStatus }] : []),
    ...(state.syncEnabled ? [{ field: 'syncEnabled', op: 'eq' as const, value: state.syncEnabled === 'true' }] : []),
  ];
  return {
    ...(state.q ? { q: state.q } : {}),
    ...(clauses.length > 0 ? { filters: clauses } : {}),
    sort: [sortOf(state.sort)],
  };
}
