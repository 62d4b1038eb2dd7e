import { notFound } from '@ratchet/contract/errors';
import { type RepositoryRow, repositoryById } from '@ratchet/store/queries/repositories';
import type { SpecRow } from '@ratchet/store/queries/spec-documents';
import type { CycleContext } from '@ratchet/sync/cycle';
import { cycleMemories } from '@ratchet/sync/cycle-memory';
import type { OpenSpecFields } from '@ratchet/sync/kinds/openspec/fields';
import type { Replica } from '@ratchet/sync/replica';
import { actorName } from '../context.ts';
import { cycleOf } from '../cycle-of.ts';
import { databaseReplica } from '../database-replica.ts';
import type { DocumentStore } from '../document-store.ts';
import { translateError } from '../endpoint-errors.ts';
import { planView } from '../plan-view.ts';
import { holdRepository, leaseName } from '../repository-lease.ts';
import { type SpecChange, specDocuments } from '../spec-documents.ts';
import type { SyncOptions } from '../sync-options.ts';
import type { SpecsContext } from './specs-context.ts';

export type SpecCycle = CycleContext<OpenSpecFields>;

/** What works under the lease of a project. */
export interface ProjectWork {
  readonly cycle: SpecCycle;
  /** The database as it is written by another kind of change under the same lease. */
  readonly replicaFor: (change: SpecChange) => Replica<OpenSpecFields>;
}

type CycleOptions = Pick<SyncOptions, 'actor' | 'trigger' | 'signal' | 'onProgress' | 'places'> & { runId?: string };

export type ProjectCycles = ReturnType<typeof projectCycles>;

/** Cycles over projects: one at a time each, over all nodes, whatever starts them. */
export function projectCycles(context: SpecsContext) {
  const { database, now } = context;
  const memories = cycleMemories();

  return {
    async load(id: string): Promise<RepositoryRow> {
      const row = await repositoryById(database.db, id);
      if (row?.documentKind !== 'openspec_change') throw notFound('project', id);
      return row;
    },

    /** Opens the files, holds the lease, and answers errors as codes. */
    async inCycle<T>(
      project: RepositoryRow,
      options: CycleOptions,
      work: (work: ProjectWork) => Promise<T>,
    ): Promise<T> {
      const translated = (error: unknown) => translateError(error, (plan) => planView(plan, project.id));
      const remote = await context.openRemote(project).catch((error) => {
        throw translated(error);
      });
      try {
        return await holdRepository(context, project.id, async (held) => {
          const signal = options.signal ? AbortSignal.any([held.signal, options.signal]) : held.signal;
          const lease = { name: leaseName(project.id), fence: held.fence };
          const trigger = options.trigger === 'webhook' ? 'manual' : options.trigger;
          const replicaFor = (change: SpecChange) => {
            const documents: DocumentStore<OpenSpecFields, SpecRow> = specDocuments(change);
            const { runId } = options;
            const shared = { database, repositoryId: project.id, lease, actor: actorName(options.actor), now };
            return databaseReplica({ ...shared, ...(runId ? { runId } : {}) }, documents);
          };
          const replica = replicaFor({ source: 'sync', direction: 'fs_to_db', trigger });
          const { onProgress, places } = options;
          const cycle = cycleOf(context.specKind, project, remote, replica, signal);
          const memory = memories.of(project.id);
          return work({ cycle: { ...cycle, memory, places, ...(onProgress ? { onProgress } : {}) }, replicaFor });
        });
      } catch (error) {
        memories.forget(project.id);
        throw translated(error);
      } finally {
        await remote.close();
      }
    },
  };
}
