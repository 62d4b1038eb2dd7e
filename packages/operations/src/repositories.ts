import { repositoryList, runList } from '@ratchet/contract/operations/repositories';
import type { RepositoryRegistry, RepositorySettings } from '@ratchet/repositories/repository-registry';
import type { RepositorySync } from '@ratchet/repositories/repository-sync';
import type { EntityHandlers } from './handler.ts';

export interface RepositoryDependencies {
  readonly registry: RepositoryRegistry;
  readonly sync: RepositorySync;
}

export function repositoryHandlers({ registry, sync }: RepositoryDependencies): EntityHandlers<'repositories'> {
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
    delete: { precondition, handle: ({ id, tasks, expectedRevision }) => registry.remove(id, tasks, expectedRevision) },
    sync: {
      handle: ({ id, planId, force }, { actor, signal }) =>
        sync.sync(id, { trigger: 'manual', actor, signal, planId, force }),
    },
    plan: { handle: ({ id }, { actor, signal }) => sync.plan(id, { actor, signal }) },
    push: {
      handle: ({ id, planId, force, message }, { actor, signal }) =>
        sync.push(id, { trigger: 'manual', actor, signal, planId, force, message }),
    },
    test: { handle: ({ id }) => sync.test(id) },
    pause: { handle: ({ id }) => registry.change(id, { syncEnabled: false }) },
    resume: { handle: ({ id }) => registry.change(id, { syncEnabled: true }) },
    setDefault: { handle: ({ id }) => registry.setDefault(id) },
    health: { handle: ({ id }) => registry.health(id) },
    runs: { handle: ({ id, ...request }) => registry.runs(id, runList, request) },
  };
}

const given = (
  settings: { [K in keyof RepositorySettings]?: RepositorySettings[K] | undefined },
): Partial<RepositorySettings> =>
  Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined));
