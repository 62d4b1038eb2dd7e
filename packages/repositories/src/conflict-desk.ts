import { fullRights, type Rights, requireAt } from '@ratchet/contract/access';
import type { Actor } from '@ratchet/contract/dispatcher';
import type { Conflict, HunkChoice } from '@ratchet/contract/entities/conflict';
import { type Issue, notFound, RatchetError } from '@ratchet/contract/errors';
import type { ListFields, ListRequest, Page } from '@ratchet/contract/paging';
import { getBlobs } from '@ratchet/store/queries/blobs';
import { type ConflictRow, conflictById, pageOfConflicts } from '@ratchet/store/queries/conflicts';
import { repositoryById } from '@ratchet/store/queries/repositories';
import { taskById } from '@ratchet/store/queries/tasks';
import { applyLocally } from '@ratchet/sync/apply-locally';
import { planCycle } from '@ratchet/sync/cycle';
import { digestOf } from '@ratchet/sync/digest';
import type { TaskFields } from '@ratchet/sync/kinds/task/fields';
import { checkPath } from '@ratchet/sync/paths';
import type { DocumentUpdate } from '@ratchet/sync/replica';
import { type Entry, sameTree, type Tree } from '@ratchet/sync-core/tree';
import type * as z from 'zod';
import { differingFiles, mergedFile, sidesOf } from './conflict-files.ts';
import { actorName, type RepositoriesContext } from './context.ts';
import { cycleOf } from './cycle-of.ts';
import { databaseReplica } from './database-replica.ts';
import { translateError } from './endpoint-errors.ts';
import { planView } from './plan-view.ts';
import { holdRepository, leaseName } from './repository-lease.ts';
import { digestsOfSides, showConflicts } from './show-conflicts.ts';
import { filesOf, toStored } from './trees.ts';

export interface Resolve {
  readonly id: string;
  readonly resolution: 'take_local' | 'take_remote' | 'merge' | 'manual';
  readonly files?: Readonly<Record<string, string | null>> | undefined;
  readonly choices?: Readonly<Record<string, Readonly<Record<string, z.output<typeof HunkChoice>>>>> | undefined;
  readonly expectedRevision?: number | undefined;
}

export type ConflictDesk = ReturnType<typeof conflictDesk>;

export function conflictDesk(context: RepositoriesContext, edited: (repositoryId: string) => void) {
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

  /** The tree a resolution makes, and contents that are not stored yet. */
  async function decide(
    row: ConflictRow,
    request: Resolve,
  ): Promise<{ tree: Tree | null; blobs: Map<string, Uint8Array> }> {
    const sides = sidesOf(row);
    const blobs = new Map<string, Uint8Array>();
    if (request.resolution === 'take_local') return { tree: sides.local, blobs };
    if (request.resolution === 'take_remote') return { tree: sides.remote, blobs };
    const given = request.resolution === 'manual' ? (request.files ?? {}) : {};
    for (const path of Object.keys(given)) {
      const wrong = checkPath(path);
      if (wrong) throw invalid([{ path: `files.${path}`, message: wrong }]);
    }
    if (!(sides.local && sides.remote) && Object.keys(given).length === 0)
      throw invalid([
        {
          path: 'resolution',
          message:
            'One side deleted the task: take_local or take_remote says which side holds, or manual gives its files.',
        },
      ]);
    const contents = await getBlobs(database.db, digestsOfSides(row));
    const result = new Map<string, Entry>(same(sides.local ?? new Map(), sides.remote ?? new Map()));
    const open: Issue[] = [];
    for (const file of differingFiles(sides)) {
      if (file.path in given) continue;
      const merged = await mergedFile(file, contents, request.choices?.[file.path] ?? {});
      if ('entry' in merged) result.set(file.path, merged.entry);
      else if ('bytes' in merged) {
        const digest = digestOf(merged.bytes);
        blobs.set(digest, merged.bytes);
        result.set(file.path, { digest, mode: merged.mode });
      } else if ('open' in merged) {
        if (request.resolution === 'manual')
          open.push({ path: `files.${file.path}`, message: 'needs its text (null removes the file).' });
        else
          for (const hunk of merged.open)
            open.push({ path: `choices.${file.path}.${hunk}`, message: 'needs local, remote or both.' });
      }
    }
    if (open.length > 0) throw invalid(open);
    for (const [path, text] of Object.entries(given)) {
      result.delete(path);
      if (text === null) continue;
      const bytes = Buffer.from(text, 'utf8');
      const digest = digestOf(bytes);
      blobs.set(digest, bytes);
      const mode = (sides.local?.get(path) ?? sides.remote?.get(path))?.mode ?? '100644';
      result.set(path, { digest, mode });
    }
    return { tree: result, blobs };
  }

  async function fieldsOf(path: string, tree: Tree, blobs: ReadonlyMap<string, Uint8Array>): Promise<TaskFields> {
    const stored = toStored(tree);
    const kept = await getBlobs(
      database.db,
      [...tree.values()].map((e) => e.digest),
    );
    const contents = new Map<string, Uint8Array>([...kept, ...blobs]);
    const projected = kind.project(path, filesOf(stored, contents));
    if ('unreadable' in projected) {
      const { path: where, message } = projected.unreadable;
      throw invalid([{ path: `files.${where}`, message }]);
    }
    return projected.fields;
  }

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
      const decision = await decide(row, request);
      const fields = decision.tree ? await fieldsOf(row.path, decision.tree, decision.blobs) : null;
      // Resolved to nothing a task goes; resolved to a new name it goes out of, or into, somebody's reach.
      const task = row.documentId === null ? null : await taskById(database.db, row.documentId);
      const at = { repositoryId: row.repositoryId };
      if (!fields) requireAt(rights, 'delete', { ...at, name: task?.name ?? null });
      else requireAt(rights, task ? 'edit' : 'create', { ...at, name: fields.name });
      const remote = await context.openRemote(repository);
      try {
        await holdRepository(context, repository.id, async ({ fence, signal }) => {
          const lease = { name: leaseName(repository.id), fence };
          const replica = databaseReplica({
            database,
            repositoryId: repository.id,
            lease,
            actor: actorName(actor),
            now,
          });
          const cycle = { ...cycleOf(context, repository, remote, replica, signal), policy: 'manual' as const };
          const plan = await planCycle(cycle, { only: new Set([row.path]) });
          const candidate = plan.candidates.get(row.path);
          const sides = sidesOf(row);
          const still =
            candidate !== undefined &&
            equal(candidate.local, sides.local) &&
            equal(candidate.remote, sides.remote) &&
            equal(candidate.base, row.baseTree ? sides.base : null);
          if (!still) {
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

const invalid = (issues: readonly Issue[]) =>
  new RatchetError('VALIDATION_FAILED', issues.map((i) => `${i.path}: ${i.message}`).join(' '), [...issues]);

const moved = (conflict: Conflict) =>
  new RatchetError('CONFLICT_MOVED', 'A side changed since the conflict was shown. Look at it again, then resolve.', {
    conflict,
  });

const equal = (a: unknown, b: Tree | null): boolean =>
  b === null ? a === null : a instanceof Map && sameTree(a as Tree, b);

/** Files that both sides hold alike. */
const same = (a: Tree, b: Tree): [string, Entry][] =>
  [...a].filter(([path, entry]) => b.get(path)?.digest === entry.digest && b.get(path)?.mode === entry.mode);
