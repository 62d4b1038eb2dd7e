import {
  mayAt,
  mayAtRepository,
  mayEverywhere,
  type Rights,
  requireAt,
  requireEverywhere,
} from '@ratchet/contract/access';
import type { Actor, Caller } from '@ratchet/contract/dispatcher';
import type { SyncEvent } from '@ratchet/contract/entities/event';
import type { UndoResult } from '@ratchet/contract/entities/repository';
import { repositoryList, runList } from '@ratchet/contract/operations/repositories';
import type { RepositoryRegistry, RepositorySettings } from '@ratchet/repositories/repository-registry';
import type { RepositorySync } from '@ratchet/repositories/repository-sync';
import type { SyncFeed, SyncNews } from '@ratchet/repositories/sync-feed';
import type * as z from 'zod';
import type { EntityHandlers } from './handler.ts';
import { progressTo } from './progress.ts';

export interface RepositoryDependencies {
  readonly registry: RepositoryRegistry;
  readonly sync: RepositorySync;
  /** What happens between the database and repositories. */
  readonly changes: SyncFeed;
  /** Lets whoever sees only what is granted to them see the repository that they have made. */
  readonly grantMade: (repositoryId: string, caller: Caller) => Promise<void>;
  readonly undo: (repositoryId: string, runId: string, actor: Actor) => Promise<z.output<typeof UndoResult>>;
}

export function repositoryHandlers({
  registry,
  sync,
  changes,
  undo,
  grantMade,
}: RepositoryDependencies): EntityHandlers<'repositories'> {
  const precondition = ({ id, expectedRevision }: { id: string; expectedRevision: number }) =>
    registry.checkRevision(id, expectedRevision);
  return {
    list: { handle: (request, { rights }) => registry.list(repositoryList, request, rights) },
    create: {
      async handle(input, caller) {
        checkCredential(caller.rights, input, null);
        const made = await registry.create(input);
        if (caller.rights.grants !== null) await grantMade(made.id, caller);
        return made;
      },
    },
    syncAll: {
      handle: (_, { actor, rights, signal }) => sync.syncAll({ trigger: 'manual', actor, signal }, rights),
    },
    get: { handle: ({ id }, { rights }) => registry.get(id, rights) },
    update: {
      precondition,
      async handle({ id, expectedRevision, ...settings }, { rights }) {
        checkCredential(rights, settings, await registry.find(id));
        return registry.change(id, given(settings), expectedRevision);
      },
    },
    replace: {
      precondition,
      async handle({ id, expectedRevision, ...settings }, { rights }) {
        checkCredential(rights, settings, await registry.find(id));
        return registry.change(id, settings, expectedRevision);
      },
    },
    delete: {
      precondition,
      async handle({ id, tasks, to, expectedRevision }, { actor, rights }) {
        const at = { repositoryId: id, name: null };
        if (tasks === 'delete') requireAt(rights, 'delete', at);
        if (tasks === 'detach') requireAt(rights, 'edit', at);
        if (tasks === 'move' && to === undefined)
          requireEverywhere(rights, 'create', 'Moving tasks to the default one');
        await registry.remove(id, { tasks, to }, { expected: expectedRevision, by: actor.name || actor.id });
      },
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
    health: { handle: ({ id }, { rights }) => registry.health(id, rights) },
    analytics: { handle: ({ id, days }, { rights }) => registry.analytics(id, days, rights) },
    undoRun: { handle: ({ id, runId }, { actor }) => undo(id, runId, actor) },
    watch: {
      async *stream({ repositoryId }, { rights, signal, opened }) {
        if (repositoryId !== undefined) await registry.get(repositoryId, rights);
        const wanted = ({ event, task }: SyncNews) =>
          (repositoryId === undefined || event.repositoryId === repositoryId) && mayHear(rights, event, task);
        for await (const { event } of changes.follow({ wanted, signal, opened })) yield heard(rights, event);
      },
    },
    runs: { handle: ({ id, ...request }, { rights }) => registry.runs(id, runList, request, rights) },
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

type Settings = { readonly [K in 'uri' | 'credentialId' | 'authConfig']?: RepositorySettings[K] | undefined };
type Standing = Awaited<ReturnType<RepositoryRegistry['find']>>;

/**
 * Credentials and the server's environment are for who manages every repository: whoever manages one may neither use
 * another's, nor send the one that it has to an address of their choice.
 */
function checkCredential(rights: Rights, settings: Settings, current: Standing | null): void {
  if (mayEverywhere(rights, 'manage_repository')) return;
  const { uri, credentialId, authConfig } = settings;
  const refuse = (what: string) => requireEverywhere(rights, 'manage_repository', what);
  if (credentialId && credentialId !== current?.credentialId) refuse('Naming a credential');
  if (authConfig?.tokenEnv !== undefined) refuse('A token of the server’s environment');
  const kept = credentialId === undefined || credentialId === current?.credentialId;
  if (uri !== undefined && current?.credentialId && uri !== current.uri && kept && !authConfig)
    refuse('Another address for a repository with a credential');
}

const given = (
  settings: { [K in keyof RepositorySettings]?: RepositorySettings[K] | undefined },
): Partial<RepositorySettings> =>
  Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined));
