import type {
  ModifiedTask,
  Task,
  TaskDiff,
  TaskStats,
  TaskSummary,
  TaskVersion,
} from '@ratchet/contract/entities/task';
import { notFound } from '@ratchet/contract/errors';
import { historyList } from '@ratchet/contract/operations/task-history';
import type { ListFields, ListRequest, Page } from '@ratchet/contract/paging';
import type { Queryable } from '@ratchet/store/database';
import { blobSizes, getBlobs } from '@ratchet/store/queries/blobs';
import { basesAt, type TaskRow, type TaskVersionRow } from '@ratchet/store/queries/documents';
import { modifiedTasks } from '@ratchet/store/queries/pending-pushes';
import { type RepositoryRow, repositoriesById } from '@ratchet/store/queries/repositories';
import {
  countTasks,
  pageOfTasks,
  pageOfVersions,
  taskById,
  tasksNamed,
  versionAt,
  versionsOf,
} from '@ratchet/store/queries/tasks';
import type * as z from 'zod';
import { compareVersions } from './compare-versions.ts';
import type { RepositoriesContext } from './context.ts';
import { filesView, taskSummary, taskView, versionSummary } from './task-view.ts';
import { treeDiff } from './tree-diff.ts';
import { digestsIn, filesOf } from './trees.ts';

/**
 * The living row that an id or a uuid means. A uuid means the version asked for, else the newest; the same version twice:
 * that of the repository with the higher priority.
 */
export async function findTask(db: Queryable, idOrUuid: string, version?: string): Promise<TaskRow> {
  const rows = await tasksNamed(db, idOrUuid);
  const exact = rows.find((row) => row.id === idOrUuid);
  if (exact && version === undefined) return exact;
  const all = exact ? await tasksNamed(db, exact.uuid) : rows;
  const wanted = version === undefined ? all : all.filter((row) => row.version === version);
  if (wanted.length === 0) throw notFound(version === undefined ? 'task' : `version ${version} of task`, idOrUuid);
  if (wanted.length === 1) return wanted[0] as TaskRow;
  const repositories = await repositoriesById(
    db,
    wanted.flatMap((row) => row.repositoryId ?? []),
  );
  const priority = (row: TaskRow) => (row.repositoryId ? (repositories.get(row.repositoryId)?.priority ?? 0) : 0);
  const [best] = wanted.sort(
    (a, b) => compareVersions(b.version, a.version) || priority(b) - priority(a) || (a.id < b.id ? -1 : 1),
  );
  return best as TaskRow;
}

/** Rows of a page with their repositories: one query for all. */
async function repositoriesFor(db: Queryable, rows: readonly TaskRow[]): Promise<Map<string, RepositoryRow>> {
  return repositoriesById(db, [...new Set(rows.flatMap((row) => row.repositoryId ?? []))]);
}

/** A row as clients see it, whole. */
export async function showTask(db: Queryable, row: TaskRow): Promise<Task> {
  const repositories = await repositoriesFor(db, [row]);
  const sizes = await blobSizes(db, digestsIn(row.tree));
  const testPaths = Object.keys(row.tree).filter((path) => /^tests\/.*\.json$/i.test(path));
  const contents = await getBlobs(
    db,
    testPaths.map((path) => row.tree[path]?.[0] ?? ''),
  );
  const tests = testPaths.sort().map((path) => ({
    path,
    text: Buffer.from(contents.get(row.tree[path]?.[0] ?? '') ?? new Uint8Array()).toString('utf8'),
  }));
  const versions = (await versionsOf(db, row.uuid)).map((v) => v.version);
  return taskView(row, {
    repository: row.repositoryId ? (repositories.get(row.repositoryId) ?? null) : null,
    sizes,
    tests,
    versions: [...new Set(versions)].sort((a, b) => compareVersions(b, a)),
  });
}

export type TaskReader = ReturnType<typeof taskReader>;

export function taskReader({ database }: Pick<RepositoriesContext, 'database'>) {
  const { db } = database;
  return {
    async get(idOrUuid: string, version?: string): Promise<Task> {
      return showTask(db, await findTask(db, idOrUuid, version));
    },
    find: (idOrUuid: string): Promise<TaskRow> => findTask(db, idOrUuid),
    async list(fields: ListFields, request: ListRequest, includeDeleted: boolean): Promise<Page<TaskSummary>> {
      const page = await pageOfTasks(db, fields, request, includeDeleted);
      const repositories = await repositoriesFor(db, page.items);
      const items = page.items.map((row) =>
        taskSummary(row, row.repositoryId ? (repositories.get(row.repositoryId) ?? null) : null),
      );
      return { items, meta: page.meta };
    },
    async stats(): Promise<z.output<typeof TaskStats>> {
      const { counts, ...groups } = await countTasks(db);
      return { ...counts, disabled: counts.total - counts.enabled, ...groups };
    },
    async modified(options: {
      repositoryId?: string | undefined;
      page: number;
      limit: number;
    }): Promise<Page<z.output<typeof ModifiedTask>>> {
      const { rows, total } = await modifiedTasks(db, { ...options, offset: (options.page - 1) * options.limit });
      const items = rows.map(
        ({
          localModifiedAt,
          taskId,
          name,
          repositoryId,
          repositoryPath,
          change,
          pushStatus,
          syncStatus,
          revision,
        }) => ({
          taskId,
          name,
          repositoryId,
          repositoryPath,
          change,
          localModificationTime: localModifiedAt ? new Date(localModifiedAt).toISOString() : null,
          pushStatus,
          syncStatus,
          revision,
        }),
      );
      return numbered(items, total, options.page, options.limit);
    },
    async history(idOrUuid: string, request: ListRequest) {
      const row = await findTask(db, idOrUuid);
      const page = await pageOfVersions(db, historyList, row.id, request);
      return { ...page, items: page.items.map(versionSummary) };
    },
    async version(idOrUuid: string, revision: number): Promise<z.output<typeof TaskVersion>> {
      const row = await findTask(db, idOrUuid);
      return showVersion(db, await versionRow(db, row.id, revision));
    },
    async diff(idOrUuid: string, from: number | undefined, to: number | undefined): Promise<z.output<typeof TaskDiff>> {
      const row = await findTask(db, idOrUuid);
      const upper = to ?? row.revision;
      const lower = from ?? Math.max(1, upper - 1);
      const [old, current] = [await versionRow(db, row.id, lower), await versionRow(db, row.id, upper)];
      const contents = await getBlobs(db, [...digestsIn(old.tree), ...digestsIn(current.tree)]);
      return { from: lower, to: upper, files: treeDiff(old.tree, current.tree, contents) };
    },

    /** How a task differs from what both sides last agreed on: what a push would change. */
    async pendingDiff(idOrUuid: string): Promise<z.output<typeof TaskDiff>> {
      const row = await findTask(db, idOrUuid);
      const [base] = row.repositoryId ? await basesAt(db, row.repositoryId, [row.repositoryPath ?? '']) : [];
      const old = base?.tree ?? {};
      const contents = await getBlobs(db, [...digestsIn(old), ...digestsIn(row.tree)]);
      return { from: null, to: row.revision, files: treeDiff(old, row.tree, contents) };
    },
    async files(idOrUuid: string) {
      const row = await findTask(db, idOrUuid);
      return { items: filesView(row.tree, await blobSizes(db, digestsIn(row.tree))) };
    },
    async file(idOrUuid: string, path: string) {
      const row = await findTask(db, idOrUuid);
      const entry = row.tree[path];
      if (!entry) throw notFound('file', path);
      const [digest, mode] = entry;
      const bytes = filesOf({ [path]: entry }, await getBlobs(db, [digest])).get(path) as Uint8Array;
      const text = utf8(bytes);
      return {
        path,
        size: bytes.length,
        digest,
        mode,
        encoding: text === null ? ('base64' as const) : ('utf8' as const),
        content: text ?? Buffer.from(bytes).toString('base64'),
        revision: row.revision,
      };
    },
  };
}

/** A revision of a task, or NOT_FOUND. */
export async function versionRow(db: Queryable, taskId: string, revision: number): Promise<TaskVersionRow> {
  const row = await versionAt(db, taskId, revision);
  if (!row) throw notFound('revision', String(revision));
  return row;
}

async function showVersion(db: Queryable, row: TaskVersionRow): Promise<z.output<typeof TaskVersion>> {
  const task = await taskById(db, row.taskId);
  const contents = await getBlobs(db, digestsIn(row.tree));
  const sizes = new Map([...contents].map(([digest, bytes]) => [digest, bytes.length]));
  const json = (path: string) => jsonAt(row, contents, path);
  const source = row.tree[row.entry];
  return {
    ...versionSummary(row),
    sourceCode: source ? Buffer.from(contents.get(source[0]) ?? new Uint8Array()).toString('utf8') : '',
    inputSchema: (json('input.schema.json') ??
      (task?.revision === row.revision ? task.inputSchema : null)) as Task['inputSchema'],
    outputSchema: (json('output.schema.json') ??
      (task?.revision === row.revision ? task.outputSchema : null)) as Task['outputSchema'],
    metadata: (json('metadata.json') ?? {}) as Task['metadata'],
    files: filesView(row.tree, sizes),
  };
}

function jsonAt(row: TaskVersionRow, contents: ReadonlyMap<string, Uint8Array>, path: string): unknown {
  const entry = row.tree[path];
  const bytes = entry && contents.get(entry[0]);
  if (!bytes) return null;
  try {
    return JSON.parse(
      Buffer.from(bytes)
        .toString('utf8')
        .replace(/^\uFEFF/, ''),
    );
  } catch {
    return null;
  }
}

function utf8(bytes: Uint8Array): string | null {
  if (bytes.includes(0)) return null;
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return null;
  }
}

function numbered<T>(items: T[], total: number, page: number, limit: number): Page<T> {
  const totalPages = Math.ceil(total / limit);
  return {
    items,
    meta: {
      page,
      limit,
      total,
      totalPages,
      hasNext: page < totalPages,
      hasPrevious: page > 1 && total > 0,
      nextCursor: null,
    },
  };
}
