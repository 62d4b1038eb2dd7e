import { fullRights, type Rights, requireAt } from '@ratchet/contract/access';
import type { Actor } from '@ratchet/contract/dispatcher';
import { RatchetError } from '@ratchet/contract/errors';
import { type ConflictRow, openConflictsOf } from '@ratchet/store/queries/conflicts';
import type { SpecRow } from '@ratchet/store/queries/spec-documents';
import { applyLocally } from '@ratchet/sync/apply-locally';
import { planCycle, recoverPushes } from '@ratchet/sync/cycle';
import type { OpenSpecFields } from '@ratchet/sync/kinds/openspec/fields';
import type { FileWrite } from '@ratchet/sync/remote';
import type { DocumentUpdate } from '@ratchet/sync/replica';
import { sameEntry, type Tree } from '@ratchet/sync-core/tree';
import { decideConflict, decidedFields, equal, type Resolve, stillStands } from '../conflict-decision.ts';
import { sidesOf } from '../conflict-files.ts';
import { actorName } from '../context.ts';
import { showConflicts } from '../show-conflicts.ts';
import type { ProjectCycles } from './project-cycle.ts';
import type { SpecsContext } from './specs-context.ts';
import { tokenAfter, writeToFiles } from './write-to-files.ts';

export type SpecResolver = ReturnType<typeof specResolver>;

/** Decides conflicts of changes: files and database have the decision when it returns, and the loser is in history. */
export function specResolver(context: SpecsContext, cycles: ProjectCycles) {
  const { database, specKind: kind, now } = context;
  const { db } = database;

  /** @throws CONFLICT_MOVED where a side moved since; the conflict is then as the sides are. */
  async function resolve(
    row: ConflictRow,
    request: Pick<Resolve, 'resolution' | 'files' | 'choices'>,
    actor: Actor,
    rights: Rights = fullRights,
  ): Promise<void> {
    const decision = await decideConflict(db, row, request);
    const { tree } = decision;
    const fields = await decidedFields(db, kind, row.path, decision);
    requireAt(rights, tree ? 'edit' : 'delete', { repositoryId: row.repositoryId, name: null });
    const project = await cycles.load(row.repositoryId);
    const options = { actor, trigger: 'user_edit' as const };
    await cycles.inCycle(project, options, async ({ cycle: open, replicaFor }) => {
      const cycle = { ...open, policy: 'manual' as const };
      await recoverPushes(cycle);
      const plan = await planCycle(cycle, { only: new Set([row.path]) });
      const candidate = plan.candidates.get(row.path);
      if (!candidate || !stillStands(plan, row)) {
        await applyLocally(plan, cycle.replica);
        const [conflict] = await showConflicts(db, await latest(row));
        throw new RatchetError(
          'CONFLICT_MOVED',
          'A side changed since the conflict was shown. Look at it again, then resolve.',
          { conflict: conflict ?? null },
        );
      }
      const sides = sidesOf(row);
      const direction = equal(tree, sides.remote) ? 'fs_to_db' : 'db_to_fs';
      const replica = replicaFor({ source: 'api', direction, trigger: 'user_edit' });
      if (decision.blobs.size > 0) await replica.keep(decision.blobs);
      const stays = equal(tree, candidate.local);
      const loses = !equal(tree, sides.remote) && request.resolution !== 'merge' ? sides.remote : null;
      const loser = loses && (await decidedFields(db, kind, row.path, { tree: loses, blobs: new Map() }));
      const update: DocumentUpdate<OpenSpecFields> = {
        path: row.path,
        expected: candidate.index?.local?.revision ?? null,
        expectedId: candidate.index?.local?.id ?? null,
        ...(stays && !loser ? {} : { local: tree && fields ? { tree, fields } : null }),
        ...(loser && candidate.local && loses ? { superseded: { tree: loses, fields: loser } } : {}),
        resolves: { id: row.id, resolution: request.resolution, by: actorName(actor) },
        description: `Conflict resolved: ${request.resolution}`,
      };
      const apply = async (base: DocumentUpdate<OpenSpecFields>['base']) => {
        const { stale } = await replica.apply([{ ...update, ...(base === undefined ? {} : { base }) }], null);
        if (stale.length > 0)
          throw new RatchetError('CONFLICT_MOVED', 'The change was edited meanwhile. Look at the conflict again.');
      };
      if (!project.isWritable) {
        await apply(sides.remote ? { tree: sides.remote, token: candidate.token ?? '' } : null);
        return;
      }
      const root = kind.rootOf(row.path, (tree ?? sides.remote ?? new Map()).keys());
      const files = await writesTo(root, sides.remote ?? new Map(), tree ?? new Map(), replica.read);
      const written = await writeToFiles(
        { ...cycle, replica },
        {
          path: row.path,
          files,
          intended: [{ path: row.path, revision: candidate.index?.local?.revision ?? null, tree }],
          by: actorName(actor),
          date: now(),
        },
        (listed) =>
          apply(tree ? { tree, token: tokenAfter(root, tree.keys(), listed, plan.look.known, row.path) } : null),
      );
      if ('moved' in written)
        throw new RatchetError(
          'CONFLICT_MOVED',
          'The files changed just now. Look at the conflict again, then resolve.',
        );
    });
  }

  const latest = async (row: ConflictRow): Promise<ConflictRow[]> =>
    (await openConflictsOf(db, row.repositoryId)).filter(({ path }) => path === row.path);

  return {
    resolve,

    /** Decides the open conflict of a change. */
    async resolveFor(
      spec: SpecRow,
      request: {
        readonly resolution: 'filesystem_wins' | 'database_wins' | 'merge' | 'manual';
        readonly files?: Resolve['files'];
        readonly choices?: Resolve['choices'];
      },
      actor: Actor,
      rights?: Rights,
    ): Promise<void> {
      const [open] = (await openConflictsOf(db, spec.repositoryId)).filter(({ path }) => path === spec.repositoryPath);
      if (!open)
        throw new RatchetError(
          'STATE_CONFLICT',
          `No conflict about ${spec.folder} is open. To let one side win all the same, sync it with a direction.`,
        );
      const { resolution, files, choices } = request;
      await resolve(open, { resolution: asTaken[resolution], files, choices }, actor, rights);
    },
  };
}

const asTaken = {
  filesystem_wins: 'take_remote',
  database_wins: 'take_local',
  merge: 'merge',
  manual: 'manual',
} as const;

/** Writes that bring files from one tree to another. */
async function writesTo(
  root: string,
  from: Tree,
  to: Tree,
  read: (digests: readonly string[]) => Promise<ReadonlyMap<string, Uint8Array>>,
): Promise<FileWrite[]> {
  const names = [...new Set([...from.keys(), ...to.keys()])]
    .filter((name) => !sameEntry(from.get(name), to.get(name)))
    .sort();
  const contents = await read(names.flatMap((name) => to.get(name)?.digest ?? []));
  return names.map((name) => {
    const entry = to.get(name);
    const bytes = entry && contents.get(entry.digest);
    if (entry && !bytes) throw new Error(`The content ${entry.digest} of ${name} is missing from the store.`);
    return {
      path: root + name,
      before: from.get(name) ?? null,
      after: entry && bytes ? { bytes, mode: entry.mode } : null,
    };
  });
}
