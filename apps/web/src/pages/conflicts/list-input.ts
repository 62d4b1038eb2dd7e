import type { Filter } from '../../kit/table/filter-values.ts';

export const urlDefaults = { q: '', repository: '', type: '', status: 'open', sort: 'createdAt' } as const;

export const types = [
  { value: 'both_modified', label: 'Changed on both sides' },
  { value: 'local_deleted', label: 'Deleted here' },
  { value: 'remote_deleted', label: 'Deleted upstream' },
  { value: 'no_base', label: 'No common base' },
  { value: 'name_clash', label: 'Name clash' },
];
const statuses = [
  { value: 'open', label: 'Open' },
  { value: 'resolved', label: 'Resolved' },
  { value: 'superseded', label: 'Superseded' },
];

export const filtersOf = (repositories: readonly { id: string; name: string }[]): Filter[] => [
  {
    key: 'repository',
    label: 'Repository',
    kind: 'select',
    options: repositories.map(({ id, name }) => ({ value: id, label: name })),
  },
  { key: 'type', label: 'Kind', kind: 'select', options: types },
  { key: 'status', label: 'Status', kind: 'select', options: statuses },
];

type State = Readonly<Record<keyof typeof urlDefaults, string>>;

/** What the address says, as the server takes it. `all` is every status. */
export function listInput(state: State) {
  const clauses = [
    ...(state.q ? [{ field: 'repositoryPath', op: 'like' as const, value: state.q }] : []),
    ...(state.repository ? [{ field: 'repositoryId', op: 'eq' as const, value: state.repository }] : []),
    ...(state.type ? [{ field: 'conflictType', op: 'eq' as const, value: state.type }] : []),
    {
      field: 'status',
      op: 'eq' as const,
      value: state.status === 'all' || state.status === '' ? statuses.map(({ value }) => value) : state.status,
    },
  ];
  const field = state.sort.replace(/^-/, '');
  return {
    filters: clauses,
    sort: [{ field, order: state.sort.startsWith('-') ? ('desc' as const) : ('asc' as const) }],
  };
}
