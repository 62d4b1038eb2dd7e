import type { Job } from '@ratchet/contract/entities/job';
import type { FilterClause } from '@ratchet/contract/paging';
import { type Filter, readList } from '../../kit/table/filter-values.ts';
import { timeRanges, within } from '../runs/time-range.ts';

/** What of the address says which jobs are listed; `task` is the id of a task. */
export const jobDefaults = {
  tab: 'jobs',
  q: '',
  status: '',
  priority: '',
  task: '',
  when: '',
  batch: '',
  schedule: '',
  sort: '-createdAt',
} as const;
export type JobState = { readonly [K in keyof typeof jobDefaults]: string };

export const priorities = [
  { value: 'urgent', label: 'Urgent' },
  { value: 'high', label: 'High' },
  { value: 'normal', label: 'Normal' },
  { value: 'low', label: 'Low' },
] as const;

export const jobFilters: readonly Filter[] = [
  {
    key: 'status',
    label: 'Status',
    kind: 'multi',
    options: [
      { value: 'queued', label: 'Queued' },
      { value: 'processing', label: 'Processing' },
      { value: 'retrying', label: 'Retrying' },
      { value: 'completed', label: 'Completed' },
      { value: 'failed', label: 'Failed' },
      { value: 'cancelled', label: 'Cancelled' },
    ],
  },
  { key: 'priority', label: 'Priority', kind: 'multi', options: priorities },
  { key: 'when', label: 'Created', kind: 'select', options: timeRanges.map(({ value, label }) => ({ value, label })) },
];

/** The conditions that what the address says comes to. */
export function jobClauses(state: Omit<JobState, 'tab' | 'sort' | 'q'>, now = Date.now()): FilterClause[] {
  const one = (field: string, value: string): FilterClause[] => (value ? [{ field, op: 'eq', value }] : []);
  const some = (field: string, value: string): FilterClause[] => {
    const list = readList(value);
    return list.length > 0 ? [{ field, op: 'eq', value: list }] : [];
  };
  return [
    ...some('status', state.status),
    ...some('priority', state.priority),
    ...one('taskId', state.task),
    ...one('batchId', state.batch),
    ...one('scheduleId', state.schedule),
    ...within('createdAt', state.when, now),
  ];
}

/** Whether a job that changed is still one of those that are listed. Only what can change is asked. */
export function stillListed(state: Pick<JobState, 'status' | 'priority'>, { status, priority }: Job): boolean {
  const fits = (wanted: string, value: string) => wanted === '' || readList(wanted).includes(value);
  return fits(state.status, status) && fits(state.priority, priority);
}

/** What a job waits for or has not ended. */
export const isOpen = ({ status }: Pick<Job, 'status'>): boolean =>
  status === 'queued' || status === 'retrying' || status === 'processing';
export const canRetry = ({ status }: Pick<Job, 'status'>): boolean => status === 'failed' || status === 'cancelled';
/** What has not begun can be changed. */
export const canChange = ({ status }: Pick<Job, 'status'>): boolean => status === 'queued' || status === 'retrying';
