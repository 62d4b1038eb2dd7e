import { and, eq, sql } from 'drizzle-orm';
import type { Queryable } from '../database.ts';
import { jsonText } from '../rows.ts';
import { executions } from '../schema/execution.ts';
import { deliveries, executionTraces, recordings } from '../schema/work.ts';

export type RecordingRow = typeof recordings.$inferSelect;

/** The attempt that a node carries out: what it tells of counts only while it is that node's. */
export interface Holder {
  readonly nodeId: string;
  readonly attempt: number;
}

const held = (id: string, { nodeId, attempt }: Holder) =>
  sql`select id from ratchet.executions where id = ${id} and status = 'running' and node_id = ${nodeId} and attempt = ${attempt}`;

/** Keeps what an execution did over time; an attempt after a crash puts its own in its place. */
export async function storeTrace(
  db: Queryable,
  id: string,
  holder: Holder,
  trace: { readonly spans: unknown; readonly profile: unknown },
): Promise<void> {
  const profile = trace.profile === null ? sql`null::json` : sql`${jsonText(trace.profile)}::json`;
  await db.execute(sql`
    insert into ${executionTraces} (execution_id, spans, profile)
    select held.id, ${jsonText(trace.spans)}::json, ${profile} from (${held(id, holder)}) as held
    on conflict (execution_id) do update set spans = excluded.spans, profile = excluded.profile, created_at = now()`);
}

export async function traceOf(
  db: Queryable,
  id: string,
): Promise<{ readonly spans: unknown; readonly profile: unknown } | null> {
  const [row] = await db.select().from(executionTraces).where(eq(executionTraces.executionId, id));
  return row ?? null;
}

/** Keeps what it takes to run an execution again; an attempt after a crash puts its own in its place. */
export async function storeRecording(
  db: Queryable,
  id: string,
  holder: Holder,
  recording: Pick<RecordingRow, 'har' | 'seed' | 'clock'>,
): Promise<void> {
  await db.execute(sql`
    insert into ${recordings} (execution_id, har, seed, clock)
    select held.id, ${jsonText(recording.har)}::json, ${recording.seed}, ${recording.clock} from (${held(id, holder)}) as held
    on conflict (execution_id) do update
    set har = excluded.har, seed = excluded.seed, clock = excluded.clock, created_at = now()`);
}

export async function recordingOf(db: Queryable, id: string): Promise<RecordingRow | null> {
  const [row] = await db.select().from(recordings).where(eq(recordings.executionId, id));
  return row ?? null;
}

/** Attempts to deliver an execution's output, of every destination. */
export const deliveriesOf = (db: Queryable, executionId: string) =>
  db
    .select({ destinationName: deliveries.destinationName, target: deliveries.target, history: deliveries.history })
    .from(deliveries)
    .where(eq(deliveries.executionId, executionId))
    .orderBy(deliveries.createdAt, deliveries.id);

export interface SimilarFailure {
  readonly id: string;
  readonly finishedAt: Date | null;
  readonly message: string;
}

/**
 * Failures of the same task in the last thirty days that look like this one: the same class, a message that says the same
 * but for numbers, ids and quoted values, and the same file and function at the top. Newest first, this one left out;
 * `occurrences` counts them all, this one included.
 */
export async function similarFailures(
  db: Queryable,
  id: string,
  most: number,
): Promise<{ occurrences: number; similar: SimilarFailure[] }> {
  const [one] = await db
    .select({ taskId: executions.taskId, taskName: executions.taskName, error: executions.error })
    .from(executions)
    .where(and(eq(executions.id, id)));
  if (!one?.error) return { occurrences: 0, similar: [] };
  const ofTask =
    one.taskId === null ? sql`task_id is null and task_name = ${one.taskName}` : sql`task_id = ${one.taskId}`;
  const { rows } = await db.execute(sql`
    select id, finished_at as "finishedAt", error->>'message' as message, (count(*) over ())::int as n
    from ratchet.executions
    where ${ofTask} and status in ('failed', 'timed_out') and queued_at > now() - interval '30 days'
      and error->>'class' = ${one.error.class}
      and ${print(sql`error`)} = ${print(sql`${jsonText(one.error)}::jsonb`)}
    order by (id = ${id}) desc, queued_at desc, id desc limit ${most + 1}`);
  const found = rows as unknown as (SimilarFailure & { n: number })[];
  return {
    occurrences: found[0]?.n ?? 0,
    similar: found
      .filter((row) => row.id !== id)
      .slice(0, most)
      .map(({ n: _, finishedAt, ...row }) => ({
        ...row,
        finishedAt: finishedAt === null ? null : new Date(finishedAt),
      })),
  };
}

/** What stays of an error when all that differs from one failure to the next is taken out. */
const print = (error: ReturnType<typeof sql>) => {
  const message = sql`left(${error}->>'message', 2000)`;
  const hosts = sql`regexp_replace(${message}, '(https?://[^/[:space:])]+)[^[:space:])]*', '\\1', 'g')`;
  const unquoted = sql`regexp_replace(${hosts}, '"[^"]*"|\`[^\`]*\`|(?<![[:alnum:]])''[^'']*''', '?', 'g')`;
  const general = sql`regexp_replace(${unquoted}, '\\y[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\\y|\\y[0-9a-f]{12,}\\y|[0-9]+', '#', 'gi')`;
  const caller = sql`substring(${error}->>'stack' from E'\\n    at ([^(\\n]+) \\\\(')`;
  return sql`(${general} || E'\\n' || coalesce(${error}->>'file', '') || E'\\n' || coalesce(${caller}, ''))`;
};
