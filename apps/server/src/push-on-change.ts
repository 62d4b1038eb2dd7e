import type { Actor } from '@ratchet/contract/dispatcher';
import type { RepositoriesContext } from '@ratchet/repositories/context';
import type { RepositoryRegistry } from '@ratchet/repositories/repository-registry';
import type { RepositorySync } from '@ratchet/repositories/repository-sync';

/** Edits that follow each other within this time go out together. */
const gatherMs = 250;

/** Pushes a repository after an edit where its settings say so; many edits become one push. */
export function pushOnChange(
  registry: RepositoryRegistry,
  sync: RepositorySync,
  actor: Actor,
  log: RepositoriesContext['log'],
) {
  const waiting = new Map<string, NodeJS.Timeout>();
  const running = new Set<Promise<void>>();

  async function pushNow(id: string): Promise<void> {
    try {
      const repository = await registry.find(id);
      if (
        !repository.isWritable ||
        !repository.syncEnabled ||
        !(repository.pushOnChange || repository.pushPolicy.autoPush)
      )
        return;
      await sync.push(id, { trigger: 'user_edit', actor });
    } catch (error) {
      // On record as a failed run, and shown with the repository; the edit itself is safe and waits for the next push.
      log('warn', 'A push after an edit failed.', {
        repositoryId: id,
        error: error instanceof Error ? error.message : String(error),
      });
    }
  }

  return {
    heard(repositoryId: string): void {
      clearTimeout(waiting.get(repositoryId));
      const timer = setTimeout(() => {
        waiting.delete(repositoryId);
        const push = pushNow(repositoryId).finally(() => running.delete(push));
        running.add(push);
      }, gatherMs);
      waiting.set(repositoryId, timer);
    },
    async close(): Promise<void> {
      for (const timer of waiting.values()) clearTimeout(timer);
      waiting.clear();
      await Promise.all(running);
    },
  };
}
