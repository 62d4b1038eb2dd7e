import type { Actor } from '@ratchet/contract/dispatcher';
import { RatchetError } from '@ratchet/contract/errors';
import { repositoriesWithQueuedPushes } from '@ratchet/store/queries/pending-pushes';
import { dueRepositories, type RepositoryRow, repositoryById } from '@ratchet/store/queries/repositories';
import type { DocumentKind } from '@ratchet/store/schema/repositories';
import type { RepositoriesContext } from './context.ts';
import type { SyncOptions, Trigger } from './sync-options.ts';
import { pushesByItself } from './task-store.ts';

/** What a lane is to do next. */
interface Wishes {
  pull: Trigger | null;
  /** Where to look; null: everywhere. */
  places: readonly string[] | null;
  push: boolean;
}

/** Places of many hints more than this are no help any more. */
const mostPlaces = 200;

/** Where to look for two wishes: one that looks everywhere covers the other, and one that looks nowhere adds nothing. */
function placesOf(a: Wishes | undefined, b: Partial<Wishes>): readonly string[] | null {
  if (!a?.pull) return b.places ?? null;
  if (!b.pull) return a.places;
  const both = a.places && b.places ? [...new Set([...a.places, ...b.places])] : null;
  return both && both.length <= mostPlaces ? both : null;
}

/** What is started: a sync of a kind that writes both sides needs no push of its own. */
export interface TriggeredSync {
  sync(id: string, options: SyncOptions): Promise<unknown>;
  push?(id: string, options: SyncOptions): Promise<unknown>;
}

/** How many repositories whose interval has passed are begun with in one go; the others follow. */
const atOnce = 50;
/** How many repositories are worked on at once. */
const lanes = 4;
/** Edits that follow each other within this time go out together. */
const gatherMs = 250;
/** How long a repository that another node works on is left alone. */
const busyMs = 1000;
/** How long a run may go on while the server stops. */
const graceMs = 5000;

/**
 * What starts syncs and pushes by itself. Whatever comes in is only a hint that causes a look; for one repository many
 * hints make one run, and one that comes while it runs makes one more.
 */
export function triggers(
  context: Pick<RepositoriesContext, 'database' | 'log'>,
  sync: TriggeredSync,
  actor: Actor,
  kind: DocumentKind = 'task',
) {
  const { database, log } = context;
  const wishes = new Map<string, Wishes>();
  const running = new Map<string, Promise<void>>();
  const delayed = new Map<string, NodeJS.Timeout>();
  const stop = new AbortController();
  let closed = false;

  function want(repositoryId: string, wish: Partial<Wishes>): void {
    if (closed) return;
    const known = wishes.get(repositoryId);
    wishes.set(repositoryId, {
      pull: known?.pull ?? wish.pull ?? null,
      places: placesOf(known, wish),
      push: known?.push || (wish.push ?? false),
    });
    startWork();
  }

  function startWork(): void {
    for (const id of wishes.keys()) {
      if (running.size >= lanes) return;
      if (running.has(id) || delayed.has(`busy ${id}`)) continue;
      const wish = wishes.get(id) as Wishes;
      wishes.delete(id);
      const work = carryOut(id, wish)
        .catch((error) => log('error', 'A run that started by itself failed.', { repositoryId: id, err: error }))
        .finally(() => {
          running.delete(id);
          startWork();
        });
      running.set(id, work);
    }
  }

  async function carryOut(id: string, wish: Wishes): Promise<void> {
    const repository = await repositoryById(database.db, id);
    if (!repository?.syncEnabled) return;
    try {
      if (wish.pull) {
        const places = wish.places ?? undefined;
        await sync.sync(id, { trigger: wish.pull, actor, signal: stop.signal, places });
        // What waited for the repository to come back goes out now.
        if (kind === 'task' && !wish.push && (await hasQueuedPushes(repository))) wish.push = true;
      }
      if (wish.push && repository.isWritable)
        await sync.push?.(id, { trigger: 'user_edit', actor, signal: stop.signal });
    } catch (error) {
      if (!(error instanceof RatchetError)) throw error;
      if (error.code === 'REPOSITORY_BUSY') later(`busy ${id}`, busyMs, () => want(id, wish));
      // On record as a failed run and shown with the repository; edits are safe, and wait.
      else if (!closed)
        log('warn', `A ${wish.push ? 'push' : 'sync'} that started by itself failed.`, {
          repository: repository.name,
          code: error.code,
          error: error.message,
        });
    }
  }

  const hasQueuedPushes = async (repository: RepositoryRow): Promise<boolean> =>
    !repository.pushPolicy.requireApproval && (await repositoriesWithQueuedPushes(database.db)).includes(repository.id);

  function later(key: string, ms: number, work: () => void): void {
    if (closed) return;
    clearTimeout(delayed.get(key));
    delayed.set(
      key,
      setTimeout(() => {
        delayed.delete(key);
        work();
      }, ms),
    );
  }

  return {
    /** Something says that a repository may have changed, perhaps at some places (full paths) alone. */
    hint: (repositoryId: string, trigger: Trigger, places?: readonly string[]): void =>
      want(repositoryId, { pull: trigger, places: places ?? null }),

    /** A task was edited here. Where the settings say so, the edit goes out by itself. */
    edited(repositoryId: string): void {
      if (closed) return;
      later(`edit ${repositoryId}`, gatherMs, () => {
        repositoryById(database.db, repositoryId)
          .then((repository) => {
            if (repository && pushesByItself(repository)) want(repositoryId, { push: true });
          })
          .catch((error) => log('error', 'An edit could not be looked at.', { repositoryId, err: error }));
      });
    },

    /** Looks for repositories whose interval has passed, and for pushes that were queued and not carried out. */
    async tick(): Promise<void> {
      for (const { id } of await dueRepositories(database.db, kind, atOnce)) want(id, { pull: 'periodic' });
      for (const id of kind === 'task' ? await repositoriesWithQueuedPushes(database.db) : []) {
        const repository = await repositoryById(database.db, id);
        const waits = repository?.unreachableSince || delayed.has(`edit ${id}`) || running.has(id);
        if (repository && !waits && pushesByItself(repository)) want(id, { push: true });
      }
    },

    /** Starts nothing more, lets what runs end for a while, and then breaks it off: the next start goes on from there. */
    async close(): Promise<void> {
      closed = true;
      for (const timer of delayed.values()) clearTimeout(timer);
      delayed.clear();
      wishes.clear();
      const timer = setTimeout(() => stop.abort(new RatchetError('CANCELLED', 'The server stops.')), graceMs);
      await Promise.allSettled(running.values());
      clearTimeout(timer);
    },
  };
}
