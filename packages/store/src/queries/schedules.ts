import { fullRights, type Rights } from '@ratchet/contract/access';
import type { ListFields, ListRequest, Page } from '@ratchet/contract/paging';
import { and, asc, eq, sql } from 'drizzle-orm';
import type { Queryable } from '../database.ts';
import { type PageSpec, pageQuery } from '../page.ts';
import { jsonText } from '../rows.ts';
import { tasks } from '../schema/content.ts';
import { schedules } from '../schema/work.ts';
import type { TaskRow } from './documents.ts';
import { visibleOfTask } from './visible.ts';

export type ScheduleRow = typeof schedules.$inferSelect;
export type NewSchedule = Omit<
  ScheduleRow,
  'lastRunAt' | 'lastJobId' | 'lastError' | 'revision' | 'createdAt' | 'updatedAt'
>;
export type ScheduleChanges = Partial<Omit<ScheduleRow, 'id' | 'createdBy' | 'revision' | 'createdAt' | 'updatedAt'>>;

/** Heard when schedules were made or changed, so that the next tick may come sooner. The payload is an id. */
export const scheduleChannel = 'ratchet_schedule_changed';

const input = (value: unknown) => sql`${JSON.stringify(value ?? null)}::json`;

/** Throws ALREADY_EXISTS for a name that is taken. */
export async function insertSchedule(db: Queryable, schedule: NewSchedule): Promise<ScheduleRow> {
  const [row] = await db
    .insert(schedules)
    .values({ ...schedule, input: input(schedule.input) })
    .returning();
  return row as ScheduleRow;
}

export async function scheduleById(db: Queryable, id: string): Promise<ScheduleRow | null> {
  const [row] = await db.select().from(schedules).where(eq(schedules.id, id));
  return row ?? null;
}

/** The row, locked until the transaction ends: no tick of it is taken meanwhile. */
export async function lockSchedule(tx: Queryable, id: string): Promise<ScheduleRow | null> {
  const [row] = await tx.select().from(schedules).where(eq(schedules.id, id)).for('update');
  return row ?? null;
}

/** Changes what a person set; the revision grows. */
export async function changeSchedule(tx: Queryable, id: string, changes: ScheduleChanges): Promise<ScheduleRow> {
  const { input: given, ...columns } = changes;
  const [row] = await tx
    .update(schedules)
    .set({
      ...columns,
      ...('input' in changes ? { input: input(given) } : {}),
      revision: sql`${schedules.revision} + 1`,
      updatedAt: sql`now()`,
    })
    .where(eq(schedules.id, id))
    .returning();
  return row as ScheduleRow;
}

/** Says which job was queued by hand. The revision stays: nothing that a person set has changed. */
export async function noteTriggered(tx: Queryable, id: string, jobId: string): Promise<void> {
  await tx
    .update(schedules)
    .set({ lastJobId: jobId, lastRunAt: sql`now()`, lastError: null })
    .where(eq(schedules.id, id));
}

/** Answers whether there was one. */
export async function deleteSchedule(db: Queryable, id: string): Promise<boolean> {
  const rows = await db.delete(schedules).where(eq(schedules.id, id)).returning({ id: schedules.id });
  return rows.length === 1;
}

/** Names that begin so, for finding one that is free. */
export async function scheduleNamesLike(db: Queryable, name: string): Promise<Set<string>> {
  const rows = await db
    .select({ name: schedules.name })
    .from(schedules)
    .where(sql`starts_with(${schedules.name}, ${name})`);
  return new Set(rows.map((row) => row.name));
}

/** When the transaction began, by the database's clock. */
export async function databaseTime(tx: Queryable): Promise<Date> {
  const { rows } = await tx.execute<{ now: number }>(sql`select extract(epoch from now())::float8 * 1000 as now`);
  return new Date(rows[0]?.now ?? Date.now());
}

export interface Due {
  /** The database's clock. */
  readonly now: Date;
  /** How long until the next tick, in milliseconds, negative where it is due; null: none is to come. */
  readonly inMs: number | null;
}

/** What the database's clock says, and when the next tick is. */
export async function nextDue(db: Queryable): Promise<Due> {
  const { rows } = await db.execute<{ now: number; inMs: number | null }>(sql`
    select extract(epoch from clock_timestamp())::float8 * 1000 as now,
           extract(epoch from (select min(next_run_at) from ratchet.schedules where next_run_at is not null and enabled) - clock_timestamp())::float8 * 1000 as "inMs"`);
  const [row] = rows;
  return { now: new Date(row?.now ?? Date.now()), inMs: row?.inMs ?? null };
}

/** Schedules with a tick up to an instant, locked until the transaction ends; those that another node holds are left out. */
export const takeDue = (tx: Queryable, upTo: Date, limit: number): Promise<ScheduleRow[]> =>
  tx
    .select()
    .from(schedules)
    .where(and(sql`${schedules.nextRunAt} <= ${upTo.toISOString()}::timestamptz`, eq(schedules.enabled, true)))
    .orderBy(asc(schedules.nextRunAt), asc(schedules.id))
    .limit(limit)
    .for('update', { skipLocked: true });

export type ScheduledTask = Pick<TaskRow, 'id' | 'name' | 'enabled' | 'problems' | 'inputSchema' | 'deletedAt'>;

/** What a tick asks of the tasks: whether they can run. */
export async function scheduledTasks(tx: Queryable, ids: readonly string[]): Promise<Map<string, ScheduledTask>> {
  if (ids.length === 0) return new Map();
  const rows = await tx
    .select({
      id: tasks.id,
      name: tasks.name,
      enabled: tasks.enabled,
      problems: tasks.problems,
      inputSchema: tasks.inputSchema,
      deletedAt: tasks.deletedAt,
    })
    .from(tasks)
    .where(sql`${tasks.id} = any(${sql.param([...new Set(ids)])}::uuid[])`);
  return new Map(rows.map((row) => [row.id, row]));
}

/** Those of the schedules with a job that has not ended: schedule → job. */
export async function openJobsOf(tx: Queryable, ids: readonly string[]): Promise<Map<string, string>> {
  if (ids.length === 0) return new Map();
  const { rows } = await tx.execute<{ schedule: string; job: string }>(sql`
    select distinct on (schedule_id) schedule_id as schedule, id as job from ratchet.jobs
    where schedule_id = any(${sql.param(ids)}::uuid[]) and status in ('queued', 'processing', 'retrying')
    order by schedule_id, created_at desc`);
  return new Map(rows.map(({ schedule, job }) => [schedule, job]));
}

/** What became of a tick. */
export interface Taken {
  readonly id: string;
  /** The tick that was due: the row changes only while it still is. */
  readonly due: Date;
  readonly nextRunAt: Date | null;
  /** The last tick that was dealt with. */
  readonly lastRunAt: Date;
  /** null: no job was queued. */
  readonly lastJobId: string | null;
  readonly lastError: string | null;
}

/** Moves schedules on, each only where its tick is the one that was due. Answers the ids that were. */
export async function moveOn(tx: Queryable, taken: readonly Taken[]): Promise<Set<string>> {
  if (taken.length === 0) return new Set();
  const records = taken.map((each) => ({
    id: each.id,
    due: each.due,
    next: each.nextRunAt,
    last: each.lastRunAt,
    job: each.lastJobId,
    error: each.lastError,
  }));
  const { rows } = await tx.execute<{ id: string }>(sql`
    update ratchet.schedules s
    set next_run_at = t.next, last_run_at = t.last, last_job_id = coalesce(t.job, s.last_job_id), last_error = t.error
    from jsonb_to_recordset(${jsonText(records)}::jsonb)
      as t(id uuid, due timestamptz, next timestamptz, last timestamptz, job uuid, error text)
    where s.id = t.id and s.next_run_at = t.due
    returning s.id`);
  return new Set(rows.map(({ id }) => id));
}

export interface ScheduleCounts {
  readonly total: number;
  readonly enabled: number;
  readonly dueWithinHour: number;
  readonly nextRunAt: Date | null;
  readonly failedLast: number;
}

export async function scheduleCounts(db: Queryable, reader: Rights = fullRights): Promise<ScheduleCounts> {
  const [row] = await db
    .select({
      total: sql<number>`count(*)::int`,
      enabled: sql<number>`(count(*) filter (where ${schedules.enabled}))::int`,
      dueWithinHour: sql<number>`(count(*) filter (where ${schedules.nextRunAt} <= now() + interval '1 hour'))::int`,
      nextRunAt: sql<string | null>`min(${schedules.nextRunAt})`,
      failedLast: sql<number>`(count(*) filter (where ${schedules.lastError} is not null))::int`,
    })
    .from(schedules)
    .where(visibleOfTask(reader, schedules.taskId));
  const counts = row ?? { total: 0, enabled: 0, dueWithinHour: 0, nextRunAt: null, failedLast: 0 };
  return { ...counts, nextRunAt: counts.nextRunAt === null ? null : new Date(counts.nextRunAt) };
}

const spec = (fields: ListFields): PageSpec<typeof schedules> => ({
  table: schedules,
  fields,
  columns: {
    id: schedules.id,
    name: schedules.name,
    taskId: schedules.taskId,
    taskName: schedules.taskName,
    enabled: schedules.enabled,
    timezone: schedules.timezone,
    nextRunAt: schedules.nextRunAt,
    lastRunAt: schedules.lastRunAt,
    createdAt: schedules.createdAt,
  },
  search: [schedules.name, schedules.taskName],
  id: schedules.id,
});

export const pageOfSchedules = (
  db: Queryable,
  fields: ListFields,
  request: ListRequest,
  reader: Rights = fullRights,
): Promise<Page<ScheduleRow>> => pageQuery(db, spec(fields), request, visibleOfTask(reader, schedules.taskId));
