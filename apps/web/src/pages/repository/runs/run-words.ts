import type { OutputOf } from '../../../api/queries.ts';

export type Run = OutputOf<'repositories', 'runs'>['items'][number];

export const triggers: Readonly<Record<Run['trigger'], string>> = {
  file_watcher: 'A change in it',
  periodic: 'The interval',
  webhook: 'A webhook',
  user_edit: 'An edit here',
  manual: 'A person',
};

/** What a run did, in words. */
export function changesText(run: Run): string {
  const counts = [
    [run.tasksAdded, 'added'],
    [run.tasksUpdated, run.direction === 'push' ? 'pushed' : 'updated'],
    [run.tasksMerged, 'merged'],
    [run.tasksDeleted, 'deleted'],
    [run.conflicts, 'in conflict'],
  ] as const;
  const said = counts.flatMap(([count, word]) => (count > 0 ? [`${count.toLocaleString('en')} ${word}`] : []));
  return said.length > 0 ? said.join(', ') : 'No change';
}

/** Whether a run changed anything here that can be taken back. */
export const canUndo = (run: Run): boolean =>
  run.status !== 'running' && run.tasksAdded + run.tasksUpdated + run.tasksMerged + run.tasksDeleted > 0;
