import type { Spec } from '@ratchet/contract/entities/spec';

/** A change with a task ticked or unticked, as it will be read once the server has done so. */
export function ticked(spec: Spec, n: number, done: boolean): Spec {
  const task = spec.tasks[n];
  if (!task || task.done === done) return spec;
  const tasks = spec.tasks.map((one, at) => (at === n ? { ...one, done } : one));
  const taskCounts = { ...spec.taskCounts, done: spec.taskCounts.done + (done ? 1 : -1) };
  const status = spec.archived ? spec.status : taskCounts.done === taskCounts.total ? 'complete' : 'in_progress';
  return { ...spec, tasks, taskCounts, status };
}

/** The tasks under their headings, in the order of the file; a heading that comes twice is two groups. */
export function taskGroups(tasks: Spec['tasks']): readonly {
  readonly group: string | null;
  readonly tasks: readonly { readonly n: number; readonly task: Spec['tasks'][number] }[];
}[] {
  const groups: { group: string | null; tasks: { n: number; task: Spec['tasks'][number] }[] }[] = [];
  for (const [n, task] of tasks.entries()) {
    const last = groups.at(-1);
    if (last && last.group === task.group) last.tasks.push({ n, task });
    else groups.push({ group: task.group, tasks: [{ n, task }] });
  }
  return groups;
}
