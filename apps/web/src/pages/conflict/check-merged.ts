import type { Conflict } from '@ratchet/contract/entities/conflict';
import type { Problem } from '@ratchet/contract/entities/task';
import { client } from '../../api/client.ts';
import { type Decisions, resultOf } from './decisions.ts';

export interface Checked {
  readonly problems: readonly Problem[];
  /** Files that are not text here, and were not looked at. */
  readonly left: readonly string[];
  /** The task would be gone: there is nothing to look at. */
  readonly gone: boolean;
}

const folder = 'merged';

/**
 * What the server says of the task as it would be, before anything is saved: the files that both sides hold alike, and what was
 * decided of the others, go through an import that writes nothing.
 */
export async function checkMerged(conflict: Conflict, decisions: Decisions): Promise<Checked> {
  const files: { path: string; content: string; encoding?: 'base64' }[] = [];
  const left: string[] = [];
  const differing = new Set(conflict.files.map(({ path }) => path));
  for (const file of conflict.files) {
    const text = resultOf(file, conflict, decisions);
    if (text === undefined) left.push(file.path);
    else if (text !== null) files.push({ path: `${folder}/${file.path}`, content: text });
  }
  const gone = decisions.way !== 'merge' && files.length === 0 && left.length === 0;
  if (gone) return { problems: [], left, gone };
  if (conflict.taskId !== null && conflict.conflictType !== 'local_deleted') {
    const { items } = await client.tasks.listFiles({ id: conflict.taskId });
    for (const { path } of items.filter((item) => !differing.has(item.path))) {
      const { content, encoding } = await client.tasks.getFile({ id: conflict.taskId, path });
      files.push({ path: `${folder}/${path}`, content, ...(encoding === 'base64' ? { encoding } : {}) });
    }
  }
  const { problems } = await client.tasks.import({
    format: 'json',
    files,
    repositoryId: conflict.repositoryId,
    onConflict: 'rename',
    dryRun: true,
  });
  const own = (path: string) => path.replace(/^(?:.*\/)?merged(?:-\d+)?\//, '');
  return { problems: problems.map((problem) => ({ ...problem, path: own(problem.path) })), left, gone };
}
