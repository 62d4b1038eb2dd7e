import type { Client } from '@ratchet/client/create-client';
import type { TaskSummary } from '@ratchet/contract/entities/task';

/** The living tasks of a repository, by path. */
export async function standingTasks(client: Client, repositoryId: string): Promise<Map<string, TaskSummary>> {
  const found = new Map<string, TaskSummary>();
  const filters = [{ field: 'repositoryId', value: repositoryId }];
  const sort = [{ field: 'id', order: 'asc' as const }];
  for (let page = 1; ; page++) {
    const { items, meta } = await client.tasks.list({ filters, sort, limit: 1000, page });
    for (const task of items) if (task.repositoryInfo) found.set(task.repositoryInfo.repositoryPath, task);
    if (!meta.hasNext) return found;
  }
}
