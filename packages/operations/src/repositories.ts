import { mayAt, mayAtRepository, type Rights } from '@ratchet/contract/access';
import type { Actor, Caller } from '@ratchet/contract/dispatcher';
import type { SyncEvent } from '@ratchet/contract/entities/event';
import type { UndoResult } from '@ratchet/contract/entities/repository';
import { repositoryList, runList } from '@ratchet/contract/operations/repositories';
import type { RepositoryRegistry, RepositorySettings } from '@ratchet/repositories/repository-registry';
import type { RepositorySync } from '@ratchet/repositories/repository-sync';
import type { SyncFeed, SyncNews } from '@ratchet/repositories/sync-feed';
import type { SyncOptions } from '@ratchet/repositories/sync-options';
import type * as z from 'zod';
import type { EntityHandlers } from './handler.ts';

export interface RepositoryDependencies {
  readonly registry: RepositoryRegistry;
  readonly sync: RepositorySync;
  /** What happens between the database and repositories. */
  readonly changes: SyncFeed;
  readonly undo: (repositoryId: string, runId: string, actor: Actor) => Promise<z.output<typeof UndoResult>>;
}

export function repositoryHandlers({
  registry,
  sync,
  changes,
  undo,
}: RepositoryDependencies): EntityHandlers<'repositories'> {
  const precondition = ({ id, expectedRevision }: { id: string; expectedRevision: number }) =>
    registry.checkRevision(id, expectedRevision);
  return {
    list: { handle: (request) => registry.list(repositoryList, request) },
    create: { handle: (input) => registry.create(input) },
    syncAll: { handle: (_, { actor, signal }) => sync.syncAll({ trigger: 'manual', actor, signal }) },
    get: { handle: ({ id }) => registry.get(id) },
    update: {
      precondition,
      handle: ({ id, expectedRevision, ...settings }) => registry.change(id, given(settings), expectedRevision),
    },
    replace: {
      precondition,
      handle: ({ id, expectedRevision, ...settings }) => registry.change(id, settings, expectedRevision),
    },
    delete: {
      precondition,
      handle: ({ id, tasks, to, expectedRevision }, { actor }) =>
        registry.remove(id, { tasks, to }, { expected: expectedRevision, by: actor.name || actor.id }),
    },
    sync: {
      handle: ({ id, planId, force }, { actor, signal, progress }) =>
        sync.sync(id, { trigger: 'manual', actor, signal, planId, force, ...progressTo(progress) }),
    },
    plan: { handle: ({ id }, { actor, signal }) => sync.plan(id, { actor, signal }) },
    push: {
      handle: ({ id, planId, force, message }, { actor, signal, progress }) =>
        sync.push(id, { trigger: 'manual', actor, signal, planId, force, message, ...progressTo(progress) }),
    },
    test: { handle: ({ id }) => sync.test(id) },
    pause: { handle: ({ id }) => registry.change(id, { syncEnabled: false }) },
    resume: { handle: ({ id }) => registry.change(id, { syncEnabled: true }) },
    setDefault: { handle: ({ id }) => registry.setDefault(id) },
    health: { handle: ({ id }) => registry.health(id) },
    analytics: { handle: ({ id, days }) => registry.analytics(id, days) },
    undoRun: { handle: ({ id, runId }, { actor }) => undo(id, runId, actor) },
    watch: {
      async *stream({ repositoryId }, { rights, signal, opened }) {
        if (repositoryId !== undefined) await registry.get(repositoryId);
        const wanted = ({ event, task }: SyncNews) =>
          (repositoryId === undefined || event.repositoryId === repositoryId) && mayHear(rights, event, task);
        for await (const { event } of changes.follow({ wanted, signal, opened })) yield heard(rights, event);
      },
    },
    runs: { handle: ({ id, ...request }) => registry.runs(id, runList, request) },
  };
}

/**
 * Runs are heard of by those who may read anything of the repository, without the reason of a failure, which names tasks,
 * where that is not all of it; a conflict by those who may read its task.
 */
function mayHear(rights: Rights, { repositoryId, conflictId }: SyncEvent, task: SyncNews['task']): boolean {
  if (conflictId === null) return mayAtRepository(rights, 'read', repositoryId);
  return mayAt(rights, 'read', { repositoryId, name: task?.name ?? null });
}

const heard = (rights: Rights, event: SyncEvent): SyncEvent =>
  event.message === null || mayAt(rights, 'read', { repositoryId: event.repositoryId, name: null })
    ? event
    : { ...event, message: 'It failed.' };

const said = { look: 'Reading the repository', write: 'Writing' } as const;

/** A cycle's progress as a caller hears it. */
const progressTo = (progress: Caller['progress']): { onProgress?: SyncOptions['onProgress'] } =>
  progress ? { onProgress: (stage, done, total) => progress({ stage: said[stage], done, total }) } : {};

const given = (
  settings: { [K in keyof RepositorySettings]?: RepositorySettings[K] | undefined },
): Partial<RepositorySettings> =>
  Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined));
