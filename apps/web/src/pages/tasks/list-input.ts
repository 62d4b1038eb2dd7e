import type { FilterClause } from '@ratchet/contract/paging';
import { type Filter, readList } from '../../kit/table/filter-values.ts';
import { sortClauses } from '../../kit/table/sort-text.ts';

/** What the address may say of the list of tasks. */
export const taskDefaults = {
  q: '',
  repository: '',
  sync: '',
  push: '',
  tag: '',
  enabled: '',
  deleted: '',
  sort: 'name',
  new: '',
} as const;
export type TaskState = Readonly<Record<keyof typeof taskDefaults, string>>;

export const taskFilters = (repositories: readonly { id: string; name: string }[]): readonly Filter[] => [
  {
    key: 'repository',
    label: 'Repository',
    kind: 'select',
    options: repositories.map(({ id, name }) => ({ value: id, label: name })),
  },
  {
    key: 'sync',
    label: 'State',
    kind: 'multi',
    options: [
      { value: 'synced', label: 'In step' },
      { value: 'modified', label: 'Changed here' },
      { value: 'pending_push', label: 'Waits to be pushed' },
      { value: 'conflict', label: 'In conflict' },
    ],
  },
  {
    key: 'enabled',
    label: 'Enabled',
    kind: 'select',
    options: [
      { value: 'true', label: 'Enabled' },
      { value: 'false', label: 'Disabled' },
    ],
  },
  { key: 'tag', label: 'Tag', kind: 'text' },
  { key: 'deleted', label: 'Deleted', kind: 'select', options: [{ value: 'true', label: 'Deleted too' }] },
];

/** Whether the list shows less than every task. */
export const isFiltered = ({ q, repository, sync, push, tag, enabled }: TaskState): boolean =>
  q + repository + sync + push + tag + enabled !== '';

/** What the address says, as the server takes it. */
export function taskListInput({ q, repository, sync, push, tag, enabled, deleted, sort }: TaskState) {
  const clause = (field: string, value: FilterClause['value']): FilterClause => ({ field, op: 'eq', value });
  const filters = [
    ...(repository ? [clause('repositoryId', repository)] : []),
    ...(sync ? [clause('syncStatus', readList(sync))] : []),
    ...(push ? [clause('pushStatus', readList(push))] : []),
    ...(tag ? [clause('tag', tag)] : []),
    ...(enabled ? [clause('enabled', enabled === 'true')] : []),
  ];
  return {
    ...(q ? { q } : {}),
    ...(filters.length > 0 ? { filters } : {}),
    sort: sortClauses(sort),
    includeDeleted: deleted === 'true',
  };
}
