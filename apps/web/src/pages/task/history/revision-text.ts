import type { Task } from '@ratchet/contract/entities/task';
import { type QueryClient, useQuery, useQueryClient } from '@tanstack/react-query';
import { read } from '../../../api/queries.ts';
import { fileContent } from '../source/file-content.ts';
import { unapplyDiff } from './unapply-diff.ts';

/** What a file was: its text, null where it was not there, `binary` where it cannot be shown as text. */
export type RevisionText = { readonly text: string | null } | { readonly binary: true };
/** A revision, or `repository`: what it was last seen to hold. */
export type Side = number | 'repository';

async function textAt(queries: QueryClient, task: Task, path: string, side: Side): Promise<RevisionText> {
  const file = task.files.find((one) => one.path === path);
  const content = file ? await queries.fetchQuery(fileContent(task.id, file)) : null;
  const current: RevisionText =
    content === null ? { text: null } : content.encoding === 'base64' ? { binary: true } : { text: content.content };
  if (side === task.revision) return current;
  const input = side === 'repository' ? { id: task.id, pending: true } : { id: task.id, from: side, to: task.revision };
  const { files } = await queries.fetchQuery(read('tasks', 'diff', input));
  const change = files.find((one) => one.path === path);
  if (!change) return current;
  if (change.binary || 'binary' in current) return { binary: true };
  if (change.change === 'added') return { text: null };
  const text = unapplyDiff(current.text ?? '', change.diff);
  if (text === null) throw new Error('The task changed while it was compared. Look again.');
  return { text };
}

/** The texts of one file on two sides. The server gives differences; what was is worked out of them and what is. */
export function useTwoTexts(task: Task, path: string, from: Side, to: Side) {
  const queries = useQueryClient();
  return useQuery({
    queryKey: ['task-file', task.id, 'two', path, from, to, task.revision, task.checksum],
    queryFn: async () => {
      const [before, after] = await Promise.all([textAt(queries, task, path, from), textAt(queries, task, path, to)]);
      return { before, after };
    },
    staleTime: Number.POSITIVE_INFINITY,
  });
}
