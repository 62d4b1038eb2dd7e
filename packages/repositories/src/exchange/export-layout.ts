import type { TaskContent } from '@ratchet/store/queries/tasks';
import type { Kind } from '@ratchet/sync/kind';
import { foldersOf } from '@ratchet/sync/paths';
import type { Mode } from '@ratchet/sync-core/tree';
import { slug } from '../task-store.ts';

/** One file to give out. */
export interface LaidFile {
  readonly path: string;
  readonly digest: string;
  readonly mode: Mode;
}

/** What a task without a repository, and one whose place is taken, stands under. */
const aside = 'unassigned';

/**
 * Where the files of tasks stand when they are given out: as in their repository, below its name where there are several.
 * A task whose place another one has, or that would lie in another one's folder, stands under its id.
 */
export function layOut(
  tasks: readonly TaskContent[],
  kind: Pick<Kind<unknown>, 'rootOf'>,
  repositoryName: (id: string) => string,
): LaidFile[] {
  const several = new Set(tasks.map(({ repositoryId }) => repositoryId)).size > 1;
  const taken = new Set<string>();
  /** Folders that belong to one task. */
  const owned = new Set<string>();
  const files: LaidFile[] = [];
  const rootsAbove = new Set<string>();
  const sorted = [...tasks].sort((a, b) => (placeOf(a) < placeOf(b) ? -1 : placeOf(a) > placeOf(b) ? 1 : order(a, b)));
  for (const task of sorted) {
    const names = Object.keys(task.tree);
    const prefix = several ? `${task.repositoryId ? slug(repositoryName(task.repositoryId)) : aside}/` : '';
    const isFolder = task.storageType === 'folder' || task.storageType === 'manifest';
    const usual = prefix + kind.rootOf(placeOf(task), names);
    const clashes = (root: string): boolean =>
      names.some((name) => taken.has(root + name)) ||
      [...foldersOf(`${root}x`)].some((folder) => owned.has(`${folder}/`)) ||
      (isFolder && rootsAbove.has(root));
    const root = clashes(usual) ? `${prefix}${task.id}/` : usual;
    if (isFolder) owned.add(root);
    for (const folder of foldersOf(`${root}x`)) rootsAbove.add(`${folder}/`);
    for (const [name, [digest, mode]] of Object.entries(task.tree)) {
      taken.add(root + name);
      files.push({ path: root + name, digest, mode: mode as Mode });
    }
  }
  return files.sort((a, b) => (a.path < b.path ? -1 : 1));
}

const order = (a: TaskContent, b: TaskContent): number => (a.id < b.id ? -1 : 1);

/** A task without a repository stands nowhere: a place is made of its name. */
function placeOf({ repositoryPath, storageType, entry, name }: TaskContent): string {
  if (repositoryPath !== null) return repositoryPath;
  return storageType === 'pair' || storageType === 'script' ? `${slug(name)}/${entry}` : slug(name);
}
