import type { TaskFields } from '@ratchet/sync/kinds/task/fields';
import type { PushedDocument } from '@ratchet/sync/push-targets';

const verbs = { added: 'Add', modified: 'Update', deleted: 'Remove' } as const;

/**
 * The message of a commit: what the one who pushes says, else the repository's template, else a line per task; then
 * trailers that name each task and its revision. A template may use `{{task_list}}`, `{{task_count}}` and `{{task_name}}`.
 */
export function commitMessage(
  documents: readonly PushedDocument<TaskFields>[],
  said: string | undefined,
  template: string | null,
): string {
  const [first] = documents;
  const list = documents.map((d) => `- ${verbs[d.change]} ${titleOf(d)}`).join('\n');
  const subject =
    documents.length === 1 && first
      ? `${verbs[first.change]} ${titleOf(first)}`
      : `Update ${documents.length} tasks\n\n${list}`;
  const words: Record<string, string> = {
    task_list: list,
    task_count: String(documents.length),
    task_name: first ? titleOf(first) : '',
  };
  const body =
    said?.trim() || template?.replace(/\{\{\s*(\w+)\s*\}\}/g, (whole, word) => words[word] ?? whole).trim() || subject;
  const trailers = documents.flatMap((d) => [
    `Ratchet-Task: ${oneLine(d.id ?? d.path)}`,
    ...(d.revision === null ? [] : [`Ratchet-Revision: ${d.revision}`]),
  ]);
  return `${body}\n\n${trailers.join('\n')}\n`;
}

const titleOf = (document: PushedDocument<TaskFields>): string => oneLine(document.fields?.name ?? document.path);
const oneLine = (text: string): string => text.replace(/\s+/g, ' ').trim();
