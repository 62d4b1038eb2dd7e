import { fullRights, type Rights } from '@ratchet/contract/access';
import { and, eq, isNull, or, sql } from 'drizzle-orm';
import type { Queryable } from '../database.ts';
import type { StoredTree } from '../schema/columns.ts';
import { tasks } from '../schema/content.ts';
import { visibleTasks } from './visible.ts';

/** Path and checksum of every living task of some repositories, in a fixed order. */
export async function registryStates(
  db: Queryable,
  repositoryIds: readonly string[],
  reader: Rights = fullRights,
): Promise<{ repositoryId: string; path: string; checksum: string }[]> {
  const seen = visibleTasks(reader, tasks);
  const { rows } = await db.execute(sql`
    select repository_id as "repositoryId", repository_path as path, checksum from ${tasks}
    where repository_id = any(${sql.param(repositoryIds)}::uuid[]) and deleted_at is null ${seen ? sql`and ${seen}` : sql``}
    order by repository_id, repository_path`);
  return rows as unknown as { repositoryId: string; path: string; checksum: string }[];
}

/** Places and trees of a repository's living tasks; with a file's path, only of tasks that may hold it. */
export const treesOf = (
  db: Queryable,
  repositoryId: string,
  path?: string,
  reader: Rights = fullRights,
): Promise<{ repositoryPath: string | null; tree: StoredTree }[]> =>
  db
    .select({ repositoryPath: tasks.repositoryPath, tree: tasks.tree })
    .from(tasks)
    .where(
      and(
        eq(tasks.repositoryId, repositoryId),
        isNull(tasks.deletedAt),
        visibleTasks(reader, tasks),
        path === undefined ? undefined : or(...mayHold(path)),
      ),
    )
    .orderBy(tasks.repositoryPath);

/** A task holds a file that lies in its folder, or, where it has none, beside the path that names it. */
const mayHold = (path: string) => [
  eq(tasks.repositoryPath, '.'),
  sql`starts_with(${path}, ${tasks.repositoryPath} || '/')`,
  sql`starts_with(${path}, ${tasks.repositoryPath})`,
  sql`${tasks.storageType} in ('pair', 'script')`,
];
