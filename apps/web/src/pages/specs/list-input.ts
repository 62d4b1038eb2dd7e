import type { FilterClause } from '@ratchet/contract/paging';
import { type Filter, readList } from '../../kit/table/filter-values.ts';
import { sortClauses } from '../../kit/table/sort-text.ts';

/** What the address may say of the list of changes. */
export const specDefaults = { q: '', project: '', status: '', sync: '', archived: '', sort: 'id' } as const;
export type SpecState = Readonly<Record<keyof typeof specDefaults, string>>;

export const specFilters = (projects: readonly { id: string; name: string }[]): readonly Filter[] => [
  {
    key: 'project',
    label: 'Project',
    kind: 'select',
    options: projects.map(({ id, name }) => ({ value: id, label: name })),
  },
  {
    key: 'status',
    label: 'Progress',
    kind: 'multi',
    options: [
      { value: 'in_progress', label: 'In progress' },
      { value: 'complete', label: 'All tasks done' },
      { value: 'no_tasks', label: 'Without tasks' },
    ],
  },
  {
    key: 'sync',
    label: 'State',
    kind: 'multi',
    options: [
      { value: 'synced', label: 'In step' },
      { value: 'modified', label: 'Changed here' },
      { value: 'conflict', label: 'In conflict' },
      { value: 'error', label: 'With an error' },
    ],
  },
  {
    key: 'archived',
    label: 'Archive',
    kind: 'select',
    options: [
      { value: 'only', label: 'Archived alone' },
      { value: 'too', label: 'Archived too' },
    ],
  },
];

/** Whether the list shows less than every open change. */
export const isFiltered = ({ q, project, status, sync, archived }: SpecState): boolean =>
  q + project + status + sync + archived !== '';

/** What the address says, as the server takes it. Archived changes are shown when they are asked for. */
export function specListInput({ q, project, status, sync, archived, sort }: SpecState) {
  const clause = (field: string, value: FilterClause['value']): FilterClause => ({ field, op: 'eq', value });
  return {
    ...(q ? { q } : {}),
    filters: [
      ...(project ? [clause('projectId', project)] : []),
      ...(status ? [clause('status', readList(status))] : []),
      ...(sync ? [clause('syncStatus', readList(sync))] : []),
      ...(archived === 'too' ? [] : [clause('archived', archived === 'only')]),
    ],
    sort: sortClauses(sort),
  };
}
