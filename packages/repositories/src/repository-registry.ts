import { fullRights, type Rights, seesTask } from '@ratchet/contract/access';
import type {
  AuthConfig,
  Repository,
  RepositoryAnalytics,
  RepositoryHealth,
} from '@ratchet/contract/entities/repository';
import { notFound, RatchetError } from '@ratchet/contract/errors';
import type { ListFields, ListRequest, Page } from '@ratchet/contract/paging';
import type { Queryable } from '@ratchet/store/database';
import { newId } from '@ratchet/store/id';
import { countPending, modifiedTasks } from '@ratchet/store/queries/pending-pushes';
import {
  defaultRepository,
  deleteRepository,
  insertRepository,
  lockRepository,
  makeDefault,
  openConflictCount,
  pageOfRepositories,
  type RepositoryRow,
  releaseTasks,
  repositoryById,
  taskCounts,
  taskRepositoryById,
  updateRepository,
} from '@ratchet/store/queries/repositories';
import {
  commonProblems,
  mostChangedTasks,
  runsByDay,
  runsByTrigger,
} from '@ratchet/store/queries/repository-analytics';
import { pageOfRuns, recentRuns, type SyncRunRow } from '@ratchet/store/queries/sync-runs';
import type * as z from 'zod';
import type { RepositoriesContext } from './context.ts';
import { holdRepository } from './repository-lease.ts';
import type { TaskMover } from './task-mover.ts';

/** Turns a repository's authConfig into a credential of its own, and forgets it with the repository. */
export interface RepositoryCredentials {
  keep(
    tx: Queryable,
    repository: { id: string; name: string; had: string | null },
    auth: AuthConfig,
  ): Promise<string | null>;
  exists(tx: Queryable, id: string): Promise<boolean>;
  /** Seals the secret that webhooks are signed with; null takes it away. */
  sealWebhook(
    repositoryId: string,
    secret: string | null,
  ): { webhookSecret: Uint8Array | null; webhookSecretKey: string | null };
  forget(tx: Queryable, repositoryId: string): Promise<void>;
}

export type RepositorySettings = Pick<
  Repository,
  | 'name'
  | 'repositoryType'
  | 'uri'
  | 'branch'
  | 'subPath'
  | 'credentialId'
  | 'syncEnabled'
  | 'syncIntervalMinutes'
  | 'priority'
  | 'isWritable'
  | 'watchPatterns'
  | 'ignorePatterns'
  | 'pushOnChange'
  | 'pushPolicy'
  | 'conflictPolicy'
  | 'metadata'
> & { authConfig?: AuthConfig | undefined; webhookSecret?: string | null | undefined };

export type RepositoryRegistry = ReturnType<typeof repositoryRegistry>;

/** Repositories as settings: what is kept in step, not the keeping. `check` refuses a uri that cannot be served. */
export function repositoryRegistry(
  context: RepositoriesContext,
  credentials: RepositoryCredentials,
  check: (settings: Pick<RepositorySettings, 'repositoryType' | 'uri' | 'subPath' | 'branch'>) => void,
  mover: TaskMover,
) {
  const { database } = context;
  const load = async (id: string): Promise<RepositoryRow> => {
    const row = await taskRepositoryById(database.db, id);
    if (!row) throw notFound('repository', id);
    return row;
  };
  const show = async (row: RepositoryRow, reader?: Rights): Promise<Repository> =>
    repositoryView(row, (await taskCounts(database.db, [row.id], reader)).get(row.id) ?? 0);

  const change = async (id: string, settings: Partial<RepositorySettings>, expected?: number): Promise<Repository> => {
    const row = await database.transaction(async (tx) => {
      const current = await lockRepository(tx, id);
      if (!current) throw notFound('repository', id);
      checkRevision(current, expected);
      const { authConfig, webhookSecret, ...columns } = settings;
      check({ ...current, ...columns });
      await refuseUnknownCredential(tx, columns.credentialId);
      const credentialId = authConfig
        ? await credentials.keep(tx, { id, name: settings.name ?? current.name, had: current.credentialId }, authConfig)
        : columns.credentialId;
      const updated = await updateRepository(tx, id, {
        ...columns,
        ...(credentialId === undefined ? {} : { credentialId }),
        ...(webhookSecret === undefined ? {} : credentials.sealWebhook(id, webhookSecret)),
        nextSyncAt: null,
        unreachableSince: null,
      });
      return updated as RepositoryRow;
    });
    return show(row);
  };

  async function refuseUnknownCredential(tx: Queryable, id: string | null | undefined): Promise<void> {
    if (id && !(await credentials.exists(tx, id))) throw notFound('credential', id);
  }

  return {
    find: load,
    get: async (id: string, reader?: Rights): Promise<Repository> => show(await load(id), reader),
    async list(fields: ListFields, request: ListRequest, reader?: Rights): Promise<Page<Repository>> {
      const page = await pageOfRepositories(database.db, fields, request, reader);
      const counts = await taskCounts(
        database.db,
        page.items.map((row) => row.id),
        reader,
      );
      return { items: page.items.map((row) => repositoryView(row, counts.get(row.id) ?? 0)), meta: page.meta };
    },
    async create(settings: RepositorySettings & { isDefault: boolean; declared?: boolean }): Promise<Repository> {
      const { authConfig, webhookSecret, isDefault, ...columns } = settings;
      check(settings);
      const id = newId();
      const row = await database.transaction(async (tx) => {
        await refuseUnknownCredential(tx, columns.credentialId);
        await insertRepository(tx, {
          id,
          ...columns,
          ...(webhookSecret ? credentials.sealWebhook(id, webhookSecret) : {}),
          isDefault: false,
        });
        if (authConfig) {
          const credentialId = await credentials.keep(tx, { id, name: settings.name, had: null }, authConfig);
          if (credentialId) await updateRepository(tx, id, { credentialId, revision: 1 });
        }
        if (isDefault) await makeDefault(tx, id);
        return (await repositoryById(tx, id)) as RepositoryRow;
      });
      return show(row);
    },
    async checkRevision(id: string, expected: number): Promise<void> {
      checkRevision(await load(id), expected);
    },
    change,
    async setDefault(id: string): Promise<Repository> {
      const row = await database.transaction(async (tx) => {
        const current = await lockRepository(tx, id);
        if (!current) throw notFound('repository', id);
        if (!current.isWritable)
          throw new RatchetError(
            'REPOSITORY_READ_ONLY',
            `Repository ${current.name} is read-only: new tasks could not go there.`,
          );
        await makeDefault(tx, id);
        return (await repositoryById(tx, id)) as RepositoryRow;
      });
      return show(row);
    },
    /** Removes a repository. While it has tasks, `tasks` must say what becomes of them. */
    async remove(
      id: string,
      fate: { readonly tasks: 'move' | 'detach' | 'delete' | undefined; readonly to?: string | undefined },
      { expected, by }: { readonly expected: number | undefined; readonly by: string },
    ): Promise<void> {
      await load(id);
      await holdRepository(context, id, () =>
        database.transaction(async (tx) => {
          const current = await lockRepository(tx, id);
          if (!current) throw notFound('repository', id);
          checkRevision(current, expected);
          if (current.isDefault)
            throw new RatchetError(
              'STATE_CONFLICT',
              `Repository ${current.name} is the default. Make another one the default first.`,
            );
          const count = (await taskCounts(tx, [id])).get(id) ?? 0;
          if (count > 0 && !fate.tasks)
            throw new RatchetError(
              'REPOSITORY_NOT_EMPTY',
              `Repository ${current.name} has ${count} tasks: say with tasks=move, tasks=detach or tasks=delete what becomes of them.`,
              { taskCount: count },
            );
          if (fate.tasks === 'move') {
            const to = fate.to ?? (await defaultRepository(tx))?.id;
            if (!to) throw notFound('repository', 'default');
            await mover.moveAll(tx, current, to, by);
          }
          await releaseTasks(tx, id, fate.tasks === 'delete');
          await updateRepository(tx, id, { credentialId: null });
          await credentials.forget(tx, id);
          await deleteRepository(tx, id);
        }),
      );
    },
    async analytics(
      id: string,
      days: number,
      reader: Rights = fullRights,
    ): Promise<z.output<typeof RepositoryAnalytics>> {
      await load(id);
      const { db } = database;
      const daily = await runsByDay(db, id, days);
      const total = (key: 'pulls' | 'pushes' | 'failures' | 'tasksChanged' | 'conflicts') =>
        daily.reduce((sum, day) => sum + day[key], 0);
      return {
        repositoryId: id,
        days,
        totals: {
          pulls: total('pulls'),
          pushes: total('pushes'),
          failures: total('failures'),
          tasksChanged: total('tasksChanged'),
          conflicts: total('conflicts'),
        },
        daily,
        triggers: await runsByTrigger(db, id, days),
        mostChanged: await mostChangedTasks(db, id, days, reader),
        commonProblems: seesAllOf(reader, id) ? await commonProblems(db, id, days) : [],
      };
    },
    async runs(id: string, fields: ListFields, request: ListRequest, reader: Rights = fullRights) {
      await load(id);
      const whole = seesAllOf(reader, id);
      const page = await pageOfRuns(database.db, fields, request, id);
      return { items: page.items.map((run) => runView(whole ? run : { ...run, problems: [] })), meta: page.meta };
    },
    async health(id: string, reader: Rights = fullRights): Promise<z.output<typeof RepositoryHealth>> {
      const row = await load(id);
      const runs = await recentRuns(database.db, id, 100);
      const ok = (run: SyncRunRow) => run.status === 'success' || run.status === 'conflict';
      const failures = runs.findIndex(ok);
      const consecutiveFailures = failures < 0 ? runs.length : failures;
      const lastSuccess = runs.find(ok);
      const lastFailure = runs.find((run) => !ok(run));
      const durations = runs.flatMap((run) => (run.durationMs === null ? [] : [run.durationMs]));
      return {
        repositoryId: id,
        status: !row.syncEnabled
          ? 'paused'
          : runs.length === 0
            ? 'unknown'
            : consecutiveFailures === 0
              ? 'healthy'
              : consecutiveFailures < 3
                ? 'degraded'
                : 'failing',
        successRate: runs.length === 0 ? null : runs.filter(ok).length / runs.length,
        consecutiveFailures,
        lastSuccessAt: lastSuccess?.finishedAt?.toISOString() ?? null,
        lastFailureAt: lastFailure?.finishedAt?.toISOString() ?? null,
        lastError: row.syncError,
        lagSeconds: row.lastSyncAt ? (Date.now() - row.lastSyncAt.getTime()) / 1000 : null,
        openConflicts: await openConflictCount(database.db, id, reader),
        pendingPushes: seesAllOf(reader, id)
          ? await countPending(database.db, id)
          : (await modifiedTasks(database.db, { repositoryId: id, limit: 1 }, reader)).total,
        averageDurationMs: durations.length === 0 ? null : durations.reduce((a, b) => a + b, 0) / durations.length,
      };
    },
  };
}

/** What a run says of paths may be of tasks that the reader does not see. */
const seesAllOf = (reader: Rights, repositoryId: string): boolean => seesTask(reader, { repositoryId, name: null });

function checkRevision(row: RepositoryRow, expected: number | undefined): void {
  if (expected === undefined || expected === row.revision) return;
  throw new RatchetError(
    'REVISION_MISMATCH',
    `Repository ${row.name} is at revision ${row.revision}, not ${expected}. Read it again, then edit.`,
    {
      expectedRevision: expected,
      currentRevision: row.revision,
    },
  );
}

function repositoryView(row: RepositoryRow, taskCount: number): Repository {
  const {
    seenHead: _h,
    seenScope: _s,
    seenProblems: _p,
    consecutiveFailures: _f,
    nextSyncAt: _n,
    documentKind: _d,
    webhookSecret,
    webhookSecretKey: _k,
    ...shown
  } = row;
  return {
    ...shown,
    pushPolicy: { ...row.pushPolicy, requireApproval: row.pushPolicy.requireApproval ?? false },
    metadata: row.metadata as Repository['metadata'],
    hasWebhookSecret: webhookSecret !== null,
    taskCount,
    lastSyncAt: row.lastSyncAt?.toISOString() ?? null,
    unreachableSince: row.unreachableSince?.toISOString() ?? null,
    createdAt: row.createdAt.toISOString(),
    updatedAt: row.updatedAt.toISOString(),
  };
}

const runView = ({ nodeId: _, ...run }: SyncRunRow) => ({
  ...run,
  startedAt: run.startedAt.toISOString(),
  finishedAt: run.finishedAt?.toISOString() ?? null,
});
