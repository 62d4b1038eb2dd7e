import type { Actor } from '@ratchet/contract/dispatcher';
import { notFound, RatchetError } from '@ratchet/contract/errors';
import { openConflictsOf } from '@ratchet/store/queries/conflicts';
import type { RepositoryRow } from '@ratchet/store/queries/repositories';
import type { SpecRow, SpecVersionRow } from '@ratchet/store/queries/spec-documents';
import { specById } from '@ratchet/store/queries/specs';
import { pullOnce, recoverPushes } from '@ratchet/sync/cycle';
import type { OpenSpecFields } from '@ratchet/sync/kinds/openspec/fields';
import type { FileWrite, RemoteFile } from '@ratchet/sync/remote';
import type { DocumentUpdate, Replica } from '@ratchet/sync/replica';
import { sameTree, type Tree, unreadable } from '@ratchet/sync-core/tree';
import { actorName } from '../context.ts';
import { fromStored } from '../trees.ts';
import type { ProjectCycles, SpecCycle } from './project-cycle.ts';
import { specDifferences } from './spec-differences.ts';
import { blobsOf, contentsOf, loadTree, removalsOf, type SpecFiles, treeOf, writesBetween } from './spec-files.ts';
import { checkRevision } from './spec-reader.ts';
import type { SpecsContext } from './specs-context.ts';
import { tokenAfter, writeToFiles } from './write-to-files.ts';

export interface EditOptions {
  readonly actor: Actor;
  readonly expectedRevision?: number | undefined;
  readonly changeDescription?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** What an edit is about. */
export interface Seen {
  readonly row: SpecRow;
  /** Its files as the database had them when the edit was asked for. */
  readonly before: SpecFiles;
  /** Its files now, with what changed on disk since. */
  readonly now: SpecFiles;
  /** Every file of the project, as it lists now. */
  readonly listed: readonly RemoteFile[];
  readonly cycle: SpecCycle;
}

/** What an edit makes of a change. */
export interface Edited {
  /** null: it is deleted. */
  readonly files: SpecFiles | null;
  /** Where it goes; where it is, without. */
  readonly path?: string;
  /** Further files of the project, which are none of the change. */
  readonly beside?: readonly FileWrite[];
  readonly description: string;
  readonly source?: SpecVersionRow['changeSource'];
}

export type SpecEdit = ReturnType<typeof specEdit>;

/** How often an edit looks again at files that change under it. */
const tries = 5;

/**
 * Every edit of a change: under the lease of its project what changed on disk is taken over, the edit is applied, the files
 * are written, and then the database. What cannot be written to the files is not in the database either.
 */
export function specEdit(context: SpecsContext, cycles: ProjectCycles) {
  const { database, specKind: kind, now } = context;
  const { db } = database;

  /** Looks at the files of one document and takes over what changed, wherever its folder is now. */
  async function takeOver(cycle: SpecCycle, path: string): Promise<{ path: string; plan: Plan }> {
    const { plan } = await pullOnce(cycle, undefined, { only: new Set([path]) });
    const moved = plan.moves.find(({ from }) => from === path);
    if (!moved) return { path, plan };
    return { path: moved.to, plan: (await pullOnce(cycle, undefined, { only: new Set([moved.to]) })).plan };
  }

  async function edit(
    target: SpecRow,
    options: EditOptions,
    change: (seen: Seen) => Promise<Edited> | Edited,
  ): Promise<SpecRow> {
    const project = await cycles.load(target.repositoryId);
    const { actor, signal } = options;
    return cycles.inCycle(project, { actor, trigger: 'user_edit', signal }, async ({ cycle, replicaFor }) => {
      await recoverPushes(cycle);
      const asked = await living(target.id);
      const before = await loadTree(db, asked.tree);
      for (let attempt = 1; ; attempt++) {
        const { path, plan } = await takeOver(cycle, (await living(target.id)).repositoryPath);
        if (plan.candidates.get(path)?.remote === unreadable) throw unreadableNow(asked);
        const row = await living(target.id);
        checkRevision(row, options.expectedRevision);
        if (row.syncStatus === 'conflict' && asked.syncStatus !== 'conflict') throw await inConflict(project, row);
        const current = await loadTree(db, row.tree);
        const seen = { before: asked.checksum === row.checksum ? current : before, now: current };
        const edited = await change({ row, ...seen, listed: plan.look.known.listing.files, cycle });
        const wanted: Wanted = { ...edited, row, actor, options };
        const replica = (source: SpecVersionRow['changeSource']) =>
          replicaFor({ source, direction: 'db_to_fs', trigger: 'user_edit' });
        const onFiles = project.isWritable && row.syncStatus !== 'conflict';
        const elsewhere = edited.path !== undefined || edited.files === null;
        if (!onFiles && elsewhere && project.isWritable) throw await inConflict(project, row);
        const done = onFiles
          ? await throughFiles(cycle, replica(edited.source ?? 'api'), plan, wanted)
          : await inDatabase(replica(edited.source ?? 'api'), wanted);
        if (done === 'moved') {
          if (attempt < tries) continue;
          throw new RatchetError('SYNC_CONFLICT', 'The files of the change kept changing. Try again.', { fields: [] });
        }
        // An edit of what is in conflict moves one of its sides.
        if (row.syncStatus === 'conflict') await takeOver(cycle, row.repositoryPath);
        return (await specById(db, row.id)) as SpecRow;
      }
    });
  }

  async function living(id: string): Promise<SpecRow> {
    const row = await specById(db, id);
    if (!row || row.deletedAt) throw notFound('spec', id);
    return row;
  }

  async function inConflict(project: RepositoryRow, row: SpecRow): Promise<RatchetError> {
    const open = (await openConflictsOf(db, project.id)).find(({ path }) => path === row.repositoryPath);
    const sides = {
      base: open?.baseTree ?? null,
      filesystem: open?.remoteTree ?? null,
      database: open?.localTree ?? null,
    };
    const differences = open ? await specDifferences(db, sides) : [];
    return conflictOf(
      differences.filter(({ conflicting }) => conflicting).map(({ field }) => field),
      open?.id ?? null,
      differences,
    );
  }

  function update(
    path: string,
    { row, files, actor: _, ...wanted }: Wanted,
    base: DocumentUpdate<OpenSpecFields>['base'],
  ) {
    const tree = files && treeOf(files);
    return {
      path,
      ...(row && path !== row.repositoryPath ? { movedFrom: row.repositoryPath } : {}),
      expected: row?.revision ?? null,
      expectedId: row?.id ?? null,
      local: files && tree ? { tree, fields: fieldsOf(path, files) } : null,
      ...(base === undefined ? {} : { base }),
      description: wanted.options.changeDescription ?? wanted.description,
    } satisfies DocumentUpdate<OpenSpecFields>;
  }

  function fieldsOf(path: string, files: SpecFiles): OpenSpecFields {
    const projected = kind.project(path, contentsOf(files));
    if ('fields' in projected) return projected.fields;
    const { path: where, message } = projected.unreadable;
    throw new RatchetError('VALIDATION_FAILED', `${where}: ${message}`, [{ path: where, message }]);
  }

  /** Only the database: the files are not ours to write, or a conflict about them is open. */
  async function inDatabase(replica: Replica<OpenSpecFields>, wanted: Wanted): Promise<'done' | 'moved'> {
    const { row, files } = wanted;
    const path = wanted.path ?? row?.repositoryPath ?? '';
    if (row && files && sameTree(treeOf(files), fromStored(row.tree)) && path === row.repositoryPath) return 'done';
    if (files) await replica.keep(blobsOf(files));
    const { stale } = await replica.apply([update(path, wanted, undefined)], null);
    return stale.length > 0 ? 'moved' : 'done';
  }

  /** The files first, then the database. */
  async function throughFiles(
    cycle: SpecCycle,
    replica: Replica<OpenSpecFields>,
    plan: Plan | null,
    wanted: Wanted,
  ): Promise<'done' | 'moved'> {
    const { row, files } = wanted;
    const from = row?.repositoryPath ?? null;
    const path = wanted.path ?? from ?? '';
    const base: Tree = (from && (await replica.sides([from])).get(from)?.base) || new Map();
    const rootAt = (place: string, tree: Iterable<string>) => kind.rootOf(place, tree);
    const root = rootAt(path, files?.keys() ?? base.keys());
    const writes =
      from !== null && from !== path
        ? [...removalsOf(rootAt(from, base.keys()), base), ...writesBetween(root, new Map(), files ?? new Map())]
        : writesBetween(root, base, files ?? new Map());
    const same = row && files && path === from && sameTree(treeOf(files), fromStored(row.tree));
    if (same && writes.length === 0 && !wanted.beside?.length) return 'done';
    // Judged before anything is written.
    const tree = files && treeOf(files);
    const next = update(path, wanted, tree ? { tree, token: '' } : null);
    if (files) await replica.keep(blobsOf(files));
    const removed = from !== null && from !== path ? [{ path: from, revision: row?.revision ?? null, tree: null }] : [];
    const result = await writeToFiles(
      { ...cycle, replica },
      {
        path,
        files: [...writes, ...(wanted.beside ?? [])],
        intended: [...removed, { path, revision: row?.revision ?? null, tree }],
        by: actorName(wanted.actor),
        date: now(),
      },
      async (listed) => {
        const token = tree ? tokenAfter(root, tree.keys(), listed, plan?.look.known ?? null, path) : '';
        // Equal contents leave the row as it is: only the base is made to agree.
        const { local: _, ...stays } = next;
        const { stale } = await replica.apply(
          [{ ...(same ? stays : next), base: tree ? { tree, token } : null }],
          null,
        );
        if (stale.length > 0)
          throw new RatchetError('SYNC_CONFLICT', 'The change was edited meanwhile. Read it again, then edit.');
      },
    );
    return 'moved' in result ? 'moved' : 'done';
  }

  return {
    edit,
    living,
    inConflict,
    takeOver,
    fieldsOf,

    /** Makes a change that is not there yet, or is again after it was deleted. */
    async make(
      project: RepositoryRow,
      path: string,
      files: SpecFiles,
      options: EditOptions & { description: string; source?: SpecVersionRow['changeSource'] },
    ): Promise<SpecRow> {
      const { actor, signal, description, source = 'api' } = options;
      return cycles.inCycle(project, { actor, trigger: 'user_edit', signal }, async ({ cycle, replicaFor }) => {
        await recoverPushes(cycle);
        const { plan } = await takeOver(cycle, path);
        const taken = (await cycle.replica.index([path])).some(({ local, inConflict }) => local || inConflict);
        const folder = path.slice(path.lastIndexOf('/') + 1);
        if (taken)
          throw new RatchetError('ALREADY_EXISTS', `There is a change ${JSON.stringify(folder)} already.`, {
            id: folder,
          });
        const replica = replicaFor({ source, direction: 'db_to_fs', trigger: 'user_edit' });
        const wanted: Wanted = { row: null, path, files, description, actor, options };
        const done = project.isWritable
          ? await throughFiles(cycle, replica, plan, wanted)
          : await inDatabase(replica, wanted);
        if (done === 'moved')
          throw new RatchetError('ALREADY_EXISTS', `Files stand in the folder ${JSON.stringify(folder)} already.`, {
            id: folder,
          });
        const [row] = await cycle.replica.index([path]);
        return (await specById(db, row?.local?.id ?? '')) as SpecRow;
      });
    },

    /** Tree and files of a decision about a conflict, written to both sides. */
    throughFiles,
    inDatabase,
  };
}

type Plan = Awaited<ReturnType<typeof pullOnce<OpenSpecFields>>>['plan'];

interface Wanted extends Edited {
  readonly row: SpecRow | null;
  readonly actor: Actor;
  readonly options: EditOptions;
}

const unreadableNow = (row: SpecRow): RatchetError =>
  new RatchetError(
    'REPOSITORY_UNREACHABLE',
    `The files of ${row.folder} cannot be read now, so nothing is written there. Make them readable, then try again.`,
    { reason: 'unreadable' },
  );

/** Told with what differs, so that a person can decide. */
export const conflictOf = (
  fields: readonly string[],
  conflictId: string | null,
  differences: readonly unknown[] = [],
): RatchetError =>
  new RatchetError(
    'SYNC_CONFLICT',
    `The files and the database both changed ${fields.length > 0 ? fields.join(', ') : 'the change'}, and not alike. ${
      conflictId ? 'Resolve the conflict, then edit.' : 'Read it again, then edit.'
    }`,
    { fields, conflictId, differences },
  );
