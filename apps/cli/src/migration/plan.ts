import type { TaskSummary } from '@ratchet/contract/entities/task';
import type { FolderTask } from './folder-tasks.ts';
import type { MovedTask, TaskBefore } from './record.ts';

export type OnConflict = 'fail' | 'skip' | 'replace';

export interface PlannedTask extends MovedTask {
  readonly action: 'create' | 'replace' | 'same' | 'skip' | 'clash';
  /** Why it clashes, or is left. */
  readonly reason: string | null;
}

/**
 * What becomes of every task of a folder, where these stand already. A name is one task's in a repository; versions of one
 * task share it and their uuid.
 */
export function planTasks(
  tasks: readonly FolderTask[],
  standing: ReadonlyMap<string, Pick<TaskSummary, 'id' | 'uuid' | 'name' | 'checksum' | 'isEditable'>>,
  { under, onConflict }: { readonly under: string; readonly onConflict: OnConflict },
): PlannedTask[] {
  const places = new Map<string, string>();
  /** Who has a name: uuid, or place where the uuid is made of that. */
  const named = new Map<string, { uuid: string; where: string }>();
  for (const [path, { name, uuid }] of standing) named.set(name, { uuid, where: `the one at ${path}` });
  return tasks.map((task): PlannedTask => {
    const repositoryPath = placeOf(task, under);
    const { path, name, version, form, checksum, bytes } = task;
    const moved = { path, repositoryPath, name, version, form, checksum, bytes };
    const there = standing.get(repositoryPath);
    const because = (reason: string): PlannedTask => ({
      ...moved,
      action: onConflict === 'skip' ? 'skip' : 'clash',
      reason,
    });
    const other = places.get(repositoryPath);
    if (other !== undefined) return because(`${other} goes to ${repositoryPath} too.`);
    places.set(repositoryPath, path);
    if (there?.checksum === checksum) return { ...moved, action: 'same', reason: null };
    const holder = named.get(name);
    const own = task.uuid ?? there?.uuid ?? repositoryPath;
    if (holder && holder.uuid !== own && there?.name !== name)
      return because(`The name ${JSON.stringify(name)} is taken by ${holder.where}.`);
    if (there && onConflict !== 'replace') return because(`There is another task at ${repositoryPath}.`);
    if (there && !there.isEditable) return because(`The task at ${repositoryPath} may not be edited.`);
    named.set(name, { uuid: own, where: `the one in ${path}` });
    return { ...moved, action: there ? 'replace' : 'create', reason: null };
  });
}

/** What stands where tasks are replaced. */
export const tasksBefore = (
  plan: readonly PlannedTask[],
  standing: ReadonlyMap<string, TaskSummary>,
): Record<string, TaskBefore> =>
  Object.fromEntries(
    plan.flatMap(({ action, repositoryPath }) => {
      const there = action === 'replace' ? standing.get(repositoryPath) : undefined;
      return there ? [[repositoryPath, { id: there.id, revision: there.revision, checksum: there.checksum }]] : [];
    }),
  );

/** As the import puts it: a task that is the whole folder is named by itself. */
function placeOf({ path, name }: FolderTask, under: string): string {
  if (path !== '.') return under ? `${under}/${path}` : path;
  return under || slug(name);
}

const slug = (name: string): string =>
  name
    .normalize('NFKD')
    .replace(/[^\p{L}\p{N}._-]+/gu, '-')
    .replace(/^[-.]+|[-.]+$/g, '')
    .toLowerCase() || 'task';
