import type { Task } from '@ratchet/contract/entities/task';
import { fileKey, type Part, parts, type TaskDrafts } from '../drafts/draft-state.ts';

const manifests = ['task.yaml', 'task.yml', 'meta.yaml', 'meta.yml'];
const ofFolder: Readonly<Record<Part, string>> = {
  metadata: 'metadata.json',
  input: 'input.schema.json',
  output: 'output.schema.json',
};

/** The file that a part is kept in. */
export function carrierOf(
  { storageType, files }: Pick<Task, 'storageType' | 'files'>,
  entry: string,
  part: Part,
): string {
  const has = (path: string) => files.some((file) => file.path === path);
  if (storageType === 'folder') return ofFolder[part];
  if (storageType === 'manifest') return manifests.find(has) ?? 'task.yaml';
  const stem = entry.replace(/\.[jt]s$/, '');
  return [`${stem}.yaml`, `${stem}.yml`].find(has) ?? entry;
}

/** The file whose unsaved edit stands in the way of a part's: the two would overwrite each other. */
export function fileInTheWay(task: Task, entry: string, part: Part, drafts: TaskDrafts): string | null {
  const carrier = carrierOf(task, entry, part);
  return Object.hasOwn(drafts.items, fileKey(carrier)) ? carrier : null;
}

/** The part whose unsaved edit stands in the way of a file's. */
export const partInTheWay = (task: Task, entry: string, path: string, drafts: TaskDrafts): Part | null =>
  parts.find((part) => Object.hasOwn(drafts.items, part) && carrierOf(task, entry, part) === path) ?? null;
