import type { FlameFrame, Span, Trace } from '@ratchet/contract/entities/trace';
import { notFound } from '@ratchet/contract/errors';
import type { JsonObject } from '@ratchet/contract/json';
import type { Queryable } from '@ratchet/store/database';
import { deliveriesOf, recordingOf, traceOf } from '@ratchet/store/queries/execution-traces';
import { type ExecutionRow, executionById } from '@ratchet/store/queries/executions';
import type * as z from 'zod';
import type { StoredSpan } from './run-observer.ts';

type Attributes = Span['attributes'];
type Delivery = Awaited<ReturnType<typeof deliveriesOf>>[number];
type Times = Pick<
  ExecutionRow,
  'id' | 'taskName' | 'status' | 'attempt' | 'queuedAt' | 'startedAt' | 'finishedAt' | 'durationMs' | 'error'
>;

const msBetween = (from: Date, to: Date): number => Math.max(0, to.getTime() - from.getTime());

/**
 * The spans of an execution. What its row tells (how long it was queued, ran and was stored) is not kept a second time;
 * `kept` is what only the run itself knew, none where there was nothing more.
 */
export function spansOf(row: Times, kept: readonly StoredSpan[], deliveries: readonly Delivery[]): Span[] {
  const { queuedAt, startedAt, finishedAt, durationMs } = row;
  const spans: Span[] = [];
  const add = (
    parentId: string | null,
    kind: Span['kind'],
    name: string,
    startMs: number,
    ms: number,
    more: { attributes?: Attributes; error?: string | null } = {},
  ): string => {
    const id = `${spans.length + 1}`;
    const { attributes = {}, error = null } = more;
    spans.push({ id, parentId, name, kind, startMs, durationMs: Math.max(0, ms), attributes, error });
    return id;
  };
  const said = row.error === null ? null : `${row.error.class}: ${row.error.message}`;
  const delivered = deliveries.flatMap(({ history }) => history).map(({ at, durationMs: ms }) => Date.parse(at) + ms);
  const end = Math.max(finishedAt?.getTime() ?? Date.now(), ...delivered);
  const attributes = { status: row.status, attempt: row.attempt };
  const root = add(null, 'execution', row.taskName, 0, end - queuedAt.getTime(), { attributes, error: said });
  add(root, 'queue', 'queue', 0, msBetween(queuedAt, startedAt ?? finishedAt ?? new Date()));
  if (startedAt !== null) {
    const from = msBetween(queuedAt, startedAt);
    const run: readonly Pick<StoredSpan, 'kind' | 'name' | 'startMs' | 'durationMs'>[] =
      kept.length > 0 ? kept : finishedAt === null || durationMs === null ? [] : [runOf(durationMs)];
    let ran = root;
    for (const span of run) {
      const more = kept.length > 0 ? (span as StoredSpan) : { attributes: { status: row.status }, error: said };
      const id = add(
        span.kind === 'http' ? ran : root,
        span.kind,
        span.name,
        from + span.startMs,
        span.durationMs,
        more,
      );
      if (span.kind === 'run') ran = id;
    }
    const done = Math.max(0, ...run.map((span) => span.startMs + span.durationMs));
    const total = finishedAt === null ? null : msBetween(startedAt, finishedAt);
    if (total !== null && total > done) add(root, 'store', 'store', from + done, total - done);
  }
  for (const { destinationName, target, history } of deliveries)
    for (const { attempt, at, durationMs: ms, error, response } of history)
      add(root, 'delivery', `deliver to ${destinationName}`, Date.parse(at) - queuedAt.getTime(), ms, {
        attributes: { attempt, target, response },
        error,
      });
  return spans;
}

const runOf = (durationMs: number) => ({ kind: 'run' as const, name: 'run', startMs: 0, durationMs });

async function found(db: Queryable, id: string): Promise<ExecutionRow> {
  const row = await executionById(db, id);
  if (!row) throw notFound('execution', id);
  return row;
}

/** What an execution did over time. Throws NOT_FOUND. */
export async function executionTrace(db: Queryable, id: string): Promise<Trace> {
  const row = await found(db, id);
  const kept = await traceOf(db, id);
  const spans = spansOf(row, (kept?.spans ?? []) as StoredSpan[], await deliveriesOf(db, id));
  return {
    executionId: id,
    queuedAt: row.queuedAt.toISOString(),
    durationMs: row.finishedAt === null ? null : (spans[0]?.durationMs ?? null),
    spans,
    flame: (kept?.profile ?? null) as FlameFrame | null,
  };
}

/** The requests of a recorded execution, as HTTP Archive 1.2. Throws NOT_FOUND where there is no recording of it. */
export async function executionRecording(db: Queryable, id: string): Promise<z.output<typeof JsonObject>> {
  const row = await found(db, id);
  const recording = await recordingOf(db, id);
  if (recording) return recording.har as z.output<typeof JsonObject>;
  const missing = notFound('recording of execution', id);
  const why = !row.record
    ? 'It was not recorded: run the task with record.'
    : row.finishedAt === null
      ? 'It is kept when the execution has ended.'
      : 'It is not kept any more.';
  missing.message = `${missing.message} ${why}`;
  throw missing;
}
