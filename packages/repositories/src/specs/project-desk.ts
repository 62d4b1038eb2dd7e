import { statSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import { fullRights, type Rights } from '@ratchet/contract/access';
import { PushPolicy } from '@ratchet/contract/entities/repository';
import type { Project } from '@ratchet/contract/entities/spec';
import { notFound, RatchetError } from '@ratchet/contract/errors';
import type { ListFields, ListRequest, Page } from '@ratchet/contract/paging';
import { newId } from '@ratchet/store/id';
import { openConflictsOf } from '@ratchet/store/queries/conflicts';
import {
  allRepositories,
  deleteRepository,
  insertRepository,
  lockRepository,
  pageOfRepositories,
  type RepositoryRow,
  updateRepository,
} from '@ratchet/store/queries/repositories';
import { countUnwritten, specCounts } from '@ratchet/store/queries/specs';
import { specFolder } from '@ratchet/sync/endpoints/filesystem/project-remote';
import { holdRepository } from '../repository-lease.ts';
import type { SyncOptions } from '../sync-options.ts';
import type { ProjectCycles } from './project-cycle.ts';
import type { SpecSyncs } from './spec-sync.ts';
import type { SpecsContext } from './specs-context.ts';

export interface ProjectSettings {
  readonly name: string;
  readonly path: string;
  readonly syncEnabled: boolean;
  readonly isWritable: boolean;
  readonly conflictPolicy: RepositoryRow['conflictPolicy'];
}

export interface ProjectDependencies {
  readonly cycles: ProjectCycles;
  readonly syncs: SpecSyncs;
  /** Refuses a place that this server must not keep in step. */
  readonly checkPlace: (place: Pick<RepositoryRow, 'repositoryType' | 'uri' | 'branch' | 'subPath'>) => void;
  /** Seconds until the next look at a project that nothing was heard of. */
  readonly sweepSeconds: number;
}

export type ProjectDesk = ReturnType<typeof projectDesk>;

/** Projects: folders with an openspec folder. Each is a repository of its own kind of documents. */
export function projectDesk(context: SpecsContext, { cycles, syncs, checkPlace, sweepSeconds }: ProjectDependencies) {
  const { database } = context;
  const { db } = database;

  async function show(rows: readonly RepositoryRow[]): Promise<Project[]> {
    const counts = await specCounts(
      db,
      rows.map(({ id }) => id),
    );
    return Promise.all(
      rows.map(async (row) => ({
        id: row.id,
        name: row.name,
        path: row.uri,
        syncEnabled: row.syncEnabled,
        isWritable: row.isWritable,
        conflictPolicy: row.conflictPolicy,
        specCount: counts(row.id).open,
        archivedCount: counts(row.id).archived,
        openConflicts: (await openConflictsOf(db, row.id)).length,
        syncStatus: row.syncStatus,
        syncError: row.syncError,
        lastSyncAt: row.lastSyncAt?.toISOString() ?? null,
        declared: row.declared,
        revision: row.revision,
        createdAt: row.createdAt.toISOString(),
        updatedAt: row.updatedAt.toISOString(),
      })),
    );
  }
  const get = async (id: string): Promise<Project> => (await show([await cycles.load(id)]))[0] as Project;

  /** Makes the row; throws VALIDATION_FAILED for a path that cannot be one of a project. */
  async function register(settings: ProjectSettings): Promise<RepositoryRow> {
    const uri = checked(settings.path, checkPlace);
    if (settings.name.includes('/'))
      throw invalid('name', 'must not hold a slash: it is the first part of the ids of its specs.');
    const twin = (await allRepositories(db, 'openspec_change')).find((row) => row.uri === uri);
    if (twin)
      throw new RatchetError('ALREADY_EXISTS', `The folder is registered already, as project ${twin.name}.`, {
        id: twin.id,
      });
    return database.transaction((tx) =>
      insertRepository(tx, {
        id: newId(),
        name: settings.name,
        documentKind: 'openspec_change',
        repositoryType: 'filesystem',
        uri,
        branch: null,
        subPath: null,
        credentialId: null,
        syncEnabled: settings.syncEnabled,
        syncIntervalMinutes: sweepSeconds / 60,
        priority: 0,
        isWritable: settings.isWritable,
        isDefault: false,
        watchPatterns: [],
        ignorePatterns: [],
        pushOnChange: true,
        pushPolicy: PushPolicy.parse({ autoPush: true }),
        conflictPolicy: settings.conflictPolicy,
        metadata: {},
      }),
    );
  }

  return {
    get,
    register,

    async list(fields: ListFields, request: ListRequest, reader: Rights = fullRights): Promise<Page<Project>> {
      const page = await pageOfRepositories(db, fields, request, reader, 'openspec_change');
      return { items: await show(page.items), meta: page.meta };
    },

    /** Registers a folder and takes over what is there; a first sync that fails takes the registration back. */
    async create(settings: ProjectSettings, options: Omit<SyncOptions, 'trigger'>): Promise<Project> {
      const row = await register(settings);
      try {
        await syncs.syncProject(row, { ...options, trigger: 'manual' });
      } catch (error) {
        await database.transaction((tx) => deleteRepository(tx, row.id));
        throw error;
      }
      return get(row.id);
    },

    async checkRevision(id: string, expected: number): Promise<void> {
      checkRevision(await cycles.load(id), expected);
    },

    async change(
      id: string,
      settings: Partial<Omit<ProjectSettings, 'path'>>,
      expected: number | undefined,
    ): Promise<Project> {
      if (settings.name?.includes('/'))
        throw invalid('name', 'must not hold a slash: it is the first part of the ids of its specs.');
      await database.transaction(async (tx) => {
        const current = await lockRepository(tx, id, 'openspec_change');
        if (!current) throw notFound('project', id);
        checkRevision(current, expected);
        await updateRepository(tx, id, { ...settings, nextSyncAt: null, unreachableSince: null });
      });
      return get(id);
    },

    /** Forgets a project with its changes; its folder stays as it is. */
    async remove(id: string, { force, expected }: { force: boolean; expected: number | undefined }): Promise<void> {
      await cycles.load(id);
      await holdRepository(context, id, () =>
        database.transaction(async (tx) => {
          const current = await lockRepository(tx, id, 'openspec_change');
          if (!current) throw notFound('project', id);
          checkRevision(current, expected);
          const unwritten = force ? 0 : await countUnwritten(tx, id);
          if (unwritten > 0)
            throw new RatchetError(
              'STATE_CONFLICT',
              `Project ${current.name} has ${unwritten} changes that its files do not have. Sync it first, or remove it with force.`,
              { unwritten },
            );
          await deleteRepository(tx, id);
        }),
      );
    },
  };
}

const invalid = (path: string, message: string): RatchetError =>
  new RatchetError('VALIDATION_FAILED', `${path}: ${message}`, [{ path, message }]);

/** The path of a project without what does not matter in it. */
function checked(path: string, checkPlace: ProjectDependencies['checkPlace']): string {
  if (!isAbsolute(path)) throw invalid('path', 'must be the absolute path of a folder on the server.');
  const uri = path.length > 1 ? path.replace(/\/+$/, '') || '/' : path;
  try {
    checkPlace({ repositoryType: 'filesystem', uri, branch: null, subPath: null });
  } catch (error) {
    if (!(error instanceof RatchetError) || error.code !== 'VALIDATION_FAILED') throw error;
    throw invalid('path', error.message.replace(/^uri: /, ''));
  }
  if (!isFolder(uri)) throw invalid('path', 'is no folder on the server.');
  if (!isFolder(join(uri, specFolder)))
    throw invalid('path', 'has no folder openspec in it. Run `openspec init` there, or name the folder that has one.');
  return uri;
}

function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}

function checkRevision(row: RepositoryRow, expected: number | undefined): void {
  if (expected === undefined || expected === row.revision) return;
  throw new RatchetError(
    'REVISION_MISMATCH',
    `Project ${row.name} is at revision ${row.revision}, not ${expected}. Read it again, then edit.`,
    { expectedRevision: expected, currentRevision: row.revision },
  );
}
