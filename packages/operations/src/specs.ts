import { mayAtRepository } from '@ratchet/contract/access';
import type { Caller } from '@ratchet/contract/dispatcher';
import { specHistoryList, specList, specVersionList } from '@ratchet/contract/operations/specs';
import type { SpecEditor } from '@ratchet/repositories/specs/spec-editor';
import type { SpecFeed } from '@ratchet/repositories/specs/spec-feed';
import type { SpecReader } from '@ratchet/repositories/specs/spec-reader';
import type { SpecResolver } from '@ratchet/repositories/specs/spec-resolver';
import type { SpecSyncs } from '@ratchet/repositories/specs/spec-sync';
import type { EntityHandlers } from './handler.ts';
import { progressTo } from './progress.ts';

export interface SpecDependencies {
  readonly reader: SpecReader;
  readonly editor: SpecEditor;
  readonly resolver: SpecResolver;
  readonly syncs: SpecSyncs;
  /** What happens between files and database. */
  readonly changes: SpecFeed;
}

export function specHandlers({ reader, editor, resolver, syncs, changes }: SpecDependencies): EntityHandlers<'specs'> {
  const precondition = ({ id, expectedRevision }: { id: string; expectedRevision: number }, { rights }: Caller) =>
    reader.checkRevision(id, expectedRevision, rights);
  const options = (
    {
      expectedRevision,
      changeDescription,
    }: { expectedRevision?: number | undefined; changeDescription?: string | undefined },
    { actor, signal }: Caller,
  ) => ({ actor, signal, expectedRevision, changeDescription });
  return {
    list: { handle: (request, { rights }) => reader.list(specList, request, rights) },
    create: {
      handle: async ({ projectId, ...texts }, caller) =>
        reader.show(await editor.create(projectId, texts, options(texts, caller))),
    },
    sync: {
      async handle({ projectId, specId, direction, planId, force }, { actor, rights, signal, progress }) {
        const how = { trigger: 'manual' as const, actor, signal, direction, planId, force, ...progressTo(progress) };
        if (specId === undefined) return projectId ? syncs.sync(projectId, how) : syncs.syncAll(how, rights);
        const row = await reader.find(specId, rights, true);
        return syncs.sync(row.repositoryId, { ...how, documentId: row.id });
      },
    },
    syncStatus: { handle: ({ projectId }, { rights }) => reader.status(projectId, rights) },
    events: {
      async *stream({ projectId }, { rights, signal, opened }) {
        if (projectId !== undefined) await reader.status(projectId, rights);
        const wanted = (event: { projectId: string }) =>
          (projectId === undefined || event.projectId === projectId) &&
          mayAtRepository(rights, 'read', event.projectId);
        for await (const { key: _, ...event } of changes.follow({ wanted, signal, opened })) yield event;
      },
    },
    get: { handle: ({ id }, { rights }) => reader.get(id, rights) },
    update: {
      precondition,
      handle: async ({ id, ...input }, caller) =>
        reader.show(await editor.update(await reader.find(id, caller.rights), input, options(input, caller))),
    },
    delete: {
      precondition,
      handle: async ({ id, ...input }, caller) =>
        editor.delete(await reader.find(id, caller.rights), options(input, caller)),
    },
    updateTask: {
      precondition,
      handle: async ({ id, ...input }, caller) =>
        reader.show(await editor.updateTask(await reader.find(id, caller.rights), input, options(input, caller))),
    },
    addTask: {
      precondition,
      handle: async ({ id, ...input }, caller) =>
        reader.show(await editor.addTask(await reader.find(id, caller.rights), input, options(input, caller))),
    },
    removeTask: {
      precondition,
      handle: async ({ id, n, ...input }, caller) =>
        reader.show(await editor.removeTask(await reader.find(id, caller.rights), n, options(input, caller))),
    },
    archive: {
      precondition,
      handle: async ({ id, ...input }, caller) =>
        reader.show(await editor.archive(await reader.find(id, caller.rights), input, options(input, caller))),
    },
    validate: {
      handle: async ({ id, strict }, { rights }) => editor.validate(await reader.find(id, rights), strict),
    },
    conflicts: {
      handle: async ({ id }, { actor, rights }) => editor.conflicts(await reader.find(id, rights), actor),
    },
    resolve: {
      precondition,
      async handle({ id, expectedRevision, ...request }, { actor, rights }) {
        const row = await reader.find(id, rights, true);
        if (expectedRevision !== undefined) await reader.checkRevision(row.id, expectedRevision, rights);
        await resolver.resolveFor(row, request, actor, rights);
        return reader.show(await reader.find(row.id, rights, true));
      },
    },
    syncHistory: {
      handle: ({ id, ...request }, { rights }) => reader.syncHistory(id, specHistoryList, request, rights),
    },
    versions: { handle: ({ id, ...request }, { rights }) => reader.versions(id, specVersionList, request, rights) },
    getVersion: { handle: ({ id, revision }, { rights }) => reader.version(id, revision, rights) },
    rollback: {
      precondition,
      handle: async ({ id, revision, ...input }, caller) =>
        reader.show(
          await editor.rollback(await reader.find(id, caller.rights, true), revision, options(input, caller)),
        ),
    },
  };
}
