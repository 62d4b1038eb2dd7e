import type { Task } from '@ratchet/contract/entities/task';
import { type QueryClient, queryOptions } from '@tanstack/react-query';
import { client } from '../../../api/client.ts';
import type { OutputOf } from '../../../api/queries.ts';

export type FileContent = OutputOf<'tasks', 'getFile'>;

const keyOf = (taskId: string, path: string, digest: string) => ['task-file', taskId, path, digest] as const;

/** A file as it is named by its digest: it is read once. */
export const fileContent = (taskId: string, { path, digest }: { readonly path: string; readonly digest: string }) =>
  queryOptions({
    queryKey: keyOf(taskId, path, digest),
    queryFn: ({ signal }): Promise<FileContent> => client.tasks.getFile({ id: taskId, path }, { signal }),
    staleTime: Number.POSITIVE_INFINITY,
  });

/** The text of a file that was just written needs not be read again. */
export function knowFile(queries: QueryClient, task: Task, path: string, content: string): void {
  const file = task.files.find((one) => one.path === path);
  if (!file) return;
  const known: FileContent = { ...file, encoding: 'utf8', content, revision: task.revision };
  queries.setQueryData(keyOf(task.id, path, file.digest), known);
}
