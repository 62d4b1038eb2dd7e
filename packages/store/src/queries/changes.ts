import { and, getTableColumns, inArray, type SQL, sql } from 'drizzle-orm';
import type { Queryable } from '../database.ts';
import { tasks } from '../schema/content.ts';
import { executions, jobs, nodes } from '../schema/execution.ts';
import { conflicts, type DocumentKind, syncRuns } from '../schema/repositories.ts';
import type { ConflictRow } from './conflicts.ts';
import type { ExecutionRow } from './executions.ts';
import type { JobRow } from './jobs.ts';
import type { NodeRow } from './nodes.ts';
import type { SyncRunRow } from './sync-runs.ts';

/** How an execution stood when it was last told of. */
export type KnownExecution = Pick<ExecutionRow, 'id' | 'revision' | 'progress' | 'progressMessage' | 'status'>;
export type KnownJob = Pick<JobRow, 'id' | 'revision' | 'status'>;

const most = 50_000;
const among = (ids: readonly string[]): SQL => sql`any(${sql.param(ids)}::uuid[])`;

/** ISO 8601, by the database's clock. */
export async function databaseTime(db: Queryable): Promise<string> {
  const { rows } = await db.execute<{ now: string }>(
    sql`select to_char(now() at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as now`,
  );
  return rows[0]?.now ?? '';
}

export const runningExecutions = (db: Queryable): Promise<KnownExecution[]> =>
  db
    .select({
      id: executions.id,
      revision: executions.revision,
      progress: executions.progress,
      progressMessage: executions.progressMessage,
      status: executions.status,
    })
    .from(executions)
    // The partial index over them is only used where both its states are named.
    .where(sql`${executions.status} in ('pending', 'running') and ${executions.status} = 'running'`)
    .limit(most);

/** Those of the executions that do not stand as they are known. */
export const changedExecutions = (
  db: Queryable,
  ids: readonly string[],
  known: readonly KnownExecution[],
): Promise<ExecutionRow[]> =>
  db
    .select()
    .from(executions)
    .where(
      sql`${executions.id} = ${among(ids)} and not exists (
        select from json_to_recordset(${JSON.stringify(known)}::json)
          as k(id uuid, revision integer, progress double precision, "progressMessage" text)
        where k.id = ${executions.id} and k.revision = ${executions.revision}
          and k.progress is not distinct from ${executions.progress}
          and k."progressMessage" is not distinct from ${executions.progressMessage})`,
    )
    .orderBy(executions.queuedAt, executions.id);

/** Ids of executions of which events were stored after a sequence, or that were queued since; with the last sequence. */
export async function executionsSince(
  db: Queryable,
  sequence: number,
  since: string,
): Promise<{ ids: string[]; sequence: number }> {
  const { rows } = await db.execute<{ id: string; sequence: string | null }>(sql`
    select execution_id as id, max(sequence) as sequence from ratchet.execution_events where sequence > ${sequence} group by 1
    union all select id, null from ratchet.executions where queued_at >= ${since}::timestamptz`);
  return {
    ids: [...new Set(rows.map(({ id }) => id))],
    sequence: rows.reduce((last, row) => Math.max(last, Number(row.sequence ?? 0)), sequence),
  };
}

export async function lastEvent(db: Queryable): Promise<number> {
  const { rows } = await db.execute<{ last: string }>(
    sql`select coalesce(max(sequence), 0) as last from ratchet.execution_events`,
  );
  return Number(rows[0]?.last ?? 0);
}

export const processingJobs = (db: Queryable): Promise<KnownJob[]> =>
  db
    .select({ id: jobs.id, revision: jobs.revision, status: jobs.status })
    .from(jobs)
    .where(sql`${jobs.status} = 'processing'`)
    .limit(most);

/** Those of the jobs that do not stand as they are known. */
export const changedJobs = (db: Queryable, ids: readonly string[], known: readonly KnownJob[]): Promise<JobRow[]> =>
  db
    .select()
    .from(jobs)
    .where(
      sql`${jobs.id} = ${among(ids)} and not exists (
        select from json_to_recordset(${JSON.stringify(known)}::json) as k(id uuid, revision integer)
        where k.id = ${jobs.id} and k.revision = ${jobs.revision})`,
    )
    .orderBy(jobs.updatedAt, jobs.id);

export async function jobsSince(db: Queryable, since: string): Promise<string[]> {
  const rows = await db.select({ id: jobs.id }).from(jobs).where(sql`${jobs.updatedAt} >= ${since}::timestamptz`);
  return rows.map(({ id }) => id);
}

/** Ids of the jobs that executions belong to. */
export async function jobIdsOf(db: Queryable, executionIds: readonly string[]): Promise<string[]> {
  const { rows } = await db.execute<{ id: string }>(
    sql`select distinct job_id as id from ratchet.executions where id = ${among(executionIds)} and job_id is not null`,
  );
  return rows.map(({ id }) => id);
}

export const allNodes = (db: Queryable): Promise<NodeRow[]> =>
  db.select().from(nodes).orderBy(nodes.startedAt, nodes.id);

const runsOf = (kind: DocumentKind): SQL =>
  sql`exists (select from ratchet.repositories r where r.id = ${syncRuns.repositoryId} and r.document_kind = ${kind})`;

/** Runs that go on, began or ended since, of repositories of a kind of documents. */
export const runsSince = (db: Queryable, since: string, kind: DocumentKind = 'task'): Promise<SyncRunRow[]> =>
  db
    .select()
    .from(syncRuns)
    .where(
      sql`(${syncRuns.status} = 'running' or ${syncRuns.startedAt} >= ${since}::timestamptz or ${syncRuns.finishedAt} >= ${since}::timestamptz)
        and ${runsOf(kind)}`,
    )
    .orderBy(syncRuns.startedAt, syncRuns.id);

export const runsByIds = (db: Queryable, ids: readonly string[], kind: DocumentKind = 'task'): Promise<SyncRunRow[]> =>
  db
    .select()
    .from(syncRuns)
    .where(and(inArray(syncRuns.id, [...ids]), runsOf(kind)))
    .orderBy(syncRuns.startedAt, syncRuns.id);

export type ConflictState = Pick<
  ConflictRow,
  'id' | 'repositoryId' | 'documentId' | 'path' | 'status' | 'createdAt' | 'resolvedAt'
>;

/** Conflicts that are open, were decided since, or are among those named: those of a kind of documents. */
export const conflictStates = (
  db: Queryable,
  since: string,
  ids: readonly string[],
  kind: DocumentKind = 'task',
): Promise<ConflictState[]> => {
  const { id, repositoryId, documentId, path, status, createdAt, resolvedAt } = getTableColumns(conflicts);
  return db
    .select({ id, repositoryId, documentId, path, status, createdAt, resolvedAt })
    .from(conflicts)
    .where(
      sql`(${conflicts.status} = 'open' or ${conflicts.resolvedAt} >= ${since}::timestamptz or ${conflicts.id} = ${among(ids)})
        and ${conflicts.documentKind} = ${kind}`,
    )
    .orderBy(conflicts.createdAt, conflicts.id);
};

export interface TaskPlaceNamed {
  readonly repositoryId: string | null;
  readonly name: string;
}

/** Where tasks stand and what they are called, deleted ones too, by id. */
export async function placesOfTasks(db: Queryable, ids: readonly string[]): Promise<Map<string, TaskPlaceNamed>> {
  if (ids.length === 0) return new Map();
  const rows = await db
    .select({ id: tasks.id, repositoryId: tasks.repositoryId, name: tasks.name })
    .from(tasks)
    .where(sql`${tasks.id} = ${among(ids)}`);
  return new Map(rows.map(({ id, ...place }) => [id, place]));
}
