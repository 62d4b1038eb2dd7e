import type { Execution } from '@ratchet/contract/entities/execution';
import type { FilterClause } from '@ratchet/contract/paging';
import { type Filter, readList } from '../../kit/table/filter-values.ts';
import { timeRanges, within } from '../runs/time-range.ts';

export const executionStatuses = ['pending', 'running', 'completed', 'failed', 'cancelled', 'timed_out'] as const;

/** What of the address says which executions are listed; `task` is the id of a task. */
export const executionDefaults = {
  q: '',
  status: '',
  task: '',
  when: '',
  trigger: '',
  took: '',
  job: '',
  node: '',
  sort: '-queuedAt',
} as const;
export type ExecutionState = { readonly [K in keyof typeof executionDefaults]: string };

const longerThan = { '1s': 1000, '10s': 10_000, '1m': 60_000, '10m': 600_000 } as const;

export const executionFilters: readonly Filter[] = [
  {
    key: 'status',
    label: 'Status',
    kind: 'multi',
    options: [
      { value: 'pending', label: 'Pending' },
      { value: 'running', label: 'Running' },
      { value: 'completed', label: 'Completed' },
      { value: 'failed', label: 'Failed' },
      { value: 'timed_out', label: 'Timed out' },
      { value: 'cancelled', label: 'Cancelled' },
    ],
  },
  { key: 'when', label: 'Queued', kind: 'select', options: timeRanges.map(({ value, label }) => ({ value, label })) },
  {
    key: 'trigger',
    label: 'Begun',
    kind: 'select',
    options: [
      { value: 'job', label: 'By a job' },
      { value: 'direct', label: 'Directly' },
    ],
  },
  {
    key: 'took',
    label: 'Took',
    kind: 'select',
    options: [
      { value: '1s', label: 'Over 1 s' },
      { value: '10s', label: 'Over 10 s' },
      { value: '1m', label: 'Over 1 min' },
      { value: '10m', label: 'Over 10 min' },
    ],
  },
];

/** The conditions that what the address says comes to. */
export function executionClauses(state: ExecutionState, now = Date.now()): FilterClause[] {
  const statuses = readList(state.status).filter((each) => executionStatuses.some((known) => known === each));
  const took = longerThan[state.took as keyof typeof longerThan];
  return [
    ...(statuses.length > 0 ? [{ field: 'status', op: 'eq' as const, value: statuses }] : []),
    ...(state.task ? [{ field: 'taskId', op: 'eq' as const, value: state.task }] : []),
    ...(state.job ? [{ field: 'jobId', op: 'eq' as const, value: state.job }] : []),
    ...(state.node ? [{ field: 'nodeId', op: 'eq' as const, value: state.node }] : []),
    ...(state.trigger === 'job' ? [{ field: 'jobId', op: 'ne' as const, value: null }] : []),
    ...(state.trigger === 'direct' ? [{ field: 'jobId', op: 'eq' as const, value: null }] : []),
    ...(took === undefined ? [] : [{ field: 'durationMs', op: 'gte' as const, value: took }]),
    ...within('queuedAt', state.when, now),
  ];
}

/** Whether an execution that changed is still one of those that are listed. Only what can change is asked. */
export function stillListed(state: ExecutionState, { status }: Pick<Execution, 'status'>): boolean {
  const statuses = readList(state.status);
  return statuses.length === 0 || statuses.includes(status);
}
