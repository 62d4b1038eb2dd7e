import { fullRights, type Rights, requireAt } from '@ratchet/contract/access';
import type { Actor } from '@ratchet/contract/dispatcher';
import type { Conflict } from '@ratchet/contract/entities/conflict';
import { notFound, RatchetError } from '@ratchet/contract/errors';
import type { ListFields, ListRequest, Page } from '@ratchet/contract/paging';
import { type ConflictRow, conflictById, pageOfConflicts } from '@ratchet/store/queries/conflicts';
import { repositoryById } from '@ratchet/store/queries/repositories';
import { taskById } from '@ratchet/store/queries/tasks';
import { applyLocally } from '@ratchet/sync/apply-locally';
import { planCycle } from '@ratchet/sync/cycle';
import type { TaskFields } from '@ratchet/sync/kinds/task/fields';
import type { DocumentUpdate } from '@ratchet/sync/replica';
import { decideConflict, decidedFields, equal, type Resolve, stillStands } from './conflict-decision.ts';
import { sidesOf } from './conflict-files.ts';
import { actorName, type RepositoriesContext } from './context.ts';
import { cycleOf } from './cycle-of.ts';
import { databaseReplica } from './database-replica.ts';
import { translateError } from './endpoint-errors.ts';
import { planView } from './plan-view.ts';
import { holdRepository, leaseName } from './repository-lease.ts';
import { showConflicts } from './show-conflicts.ts';
import { taskDocuments } from './task-documents.ts';

export type ConflictDesk = ReturnType<typeof conflictDesk>;

/** Decides a conflict of a change of OpenSpec: on both sides at once. */
export type ResolveSpec = (row: ConflictRow, request: Resolve, actor: Actor, rights: Rights) => Promise<unknown>;

export function conflictDesk(
  context: RepositoriesContext,
  edited: (repositoryId: string) => void,
  resolveSpec: ResolveSpec = async ({ path }) => {
    throw new RatchetError('STATE_CONFLICT', `${path} belongs to a project, which this server does not keep.`);
  },
) {
  const { database, kind, now } = context;

  const load = async (id: string): Promise<ConflictRow> => {
    const row = await conflictById(database.db, id);
    if (!row) throw notFound('conflict', id);
    return row;
  };
  const show = async (id: string): Promise<Conflict> => {
    const [view] = await showConflicts(database.db, [await load(id)]);
    return view as Conflict;
  };

  return {
    get: show,
    async list(fields: ListFields, request: ListRequest, reader?: Rights): Promise<Page<Conflict>> {
      const page = await pageOfConflicts(database.db, fields, request, reader);
      return { items: await showConflicts(database.db, page.items), meta: page.meta };
    },
    async checkRevision(id: string, expected: number): Promise<void> {
      const row = await load(id);
      if (row.revision !== expected) throw moved(await show(id));
    },

    /** Decides a conflict, if neither side moved since it was shown; else it is brought up to date and CONFLICT_MOVED thrown. */
    async resolve(request: Resolve, actor: Actor, rights: Rights = fullRights): Promise<Conflict> {
      const row = await load(request.id);
      if (row.status !== 'open') throw new RatchetError('STATE_CONFLICT', `The conflict is ${row.status} already.`);
      const repository = await repositoryById(database.db, row.repositoryId);
      if (!repository) throw notFound('repository', row.repositoryId);
      if (row.documentKind === 'openspec_change') {
        await resolveSpec(row, request, actor, rights);
        return show(row.id);
      }
      const decision = await decideConflict(database.db, row, request);
      const fields = await decidedFields(database.db, kind, row.path, decision);
      // Resolved to nothing a task goes; resolved to a new name it goes out of, or into, somebody's reach.
      const task = row.documentId === null ? null : await taskById(database.db, row.documentId);
      const at = { repositoryId: row.repositoryId };
      if (!fields) requireAt(rights, 'delete', { ...at, name: task?.name ?? null });
      else requireAt(rights, task ? 'edit' : 'create', { ...at, name: fields.name });
      const remote = await context.openRemote(repository);
      try {
        await holdRepository(context, repository.id, async ({ fence, signal }) => {
          const lease = { name: leaseName(repository.id), fence };
          const replica = databaseReplica(
            { database, repositoryId: repository.id, lease, actor: actorName(actor), now },
            taskDocuments,
          );
          const cycle = { ...cycleOf(kind, repository, remote, replica, signal), policy: 'manual' as const };
          const plan = await planCycle(cycle, { only: new Set([row.path]) });
          const candidate = plan.candidates.get(row.path);
          const sides = sidesOf(row);
          if (!candidate || !stillStands(plan, row)) {
            await applyLocally(plan, replica);
            throw moved(await show(row.id));
          }
          if (decision.blobs.size > 0) await replica.keep(decision.blobs);
          const update: DocumentUpdate<TaskFields> = {
            path: row.path,
            expected: candidate.index?.local?.revision ?? null,
            expectedId: candidate.index?.local?.id ?? null,
            ...(equal(decision.tree, candidate.local)
              ? {}
              : { local: decision.tree && fields ? { tree: decision.tree, fields } : null }),
            base: sides.remote ? { tree: sides.remote, token: candidate.token ?? '' } : null,
            resolves: { id: row.id, resolution: request.resolution, by: actorName(actor) },
            description: `Conflict resolved: ${request.resolution}`,
          };
          const report = await replica.apply([update], plan.look.head);
          if (report.stale.length > 0) throw moved(await show(row.id));
        });
      } catch (error) {
        throw translateError(error, (plan) => planView(plan, repository.id));
      } finally {
        await remote.close();
      }
      edited(repository.id);
      return show(row.id);
    },
  };
}

const moved = (conflict: Conflict) =>
  new RatchetError('CONFLICT_MOVED', 'A side changed since the conflict was shown. Look at it again, then resolve.', {
    conflict,
  });
