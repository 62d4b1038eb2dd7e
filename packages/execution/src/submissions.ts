import type { Execution } from '@ratchet/contract/entities/execution';
import { RatchetError } from '@ratchet/contract/errors';
import type { Database } from '@ratchet/store/database';
import { gather, groupMs } from '@ratchet/store/gather';
import { newId } from '@ratchet/store/id';
import { type ClaimedExecution, type ExecutionRequest, queueExecutions } from '@ratchet/store/queries/execution-runs';
import { type ExecutionRow, executionsByKey } from '@ratchet/store/queries/executions';
import { executionView } from './execution-view.ts';
import { checkDestinations } from './outputs/check-destinations.ts';
import type { Prepare } from './prepare.ts';
import { requestDigest } from './request-digest.ts';

export interface Submit {
  readonly taskId: string;
  readonly input: unknown;
  readonly timeoutMs?: number | undefined;
  readonly triggeredBy: string;
  /** Ids of output destinations, besides the global ones. */
  readonly outputs?: readonly string[] | undefined;
  readonly record?: boolean | undefined;
  readonly profile?: boolean | undefined;
  /** The same key answers the execution made before; with another task or input it is a STATE_CONFLICT. */
  readonly idempotencyKey?: string | undefined;
}

/** The node's own part in what is submitted to it. */
export interface OwnWork {
  /**
   * Begins an execution here if it need not wait: `stored` resolves to it once it is stored as running, or to nothing when
   * it is not. False: it goes through the queue.
   */
  begin(id: string, taskId: string, stored: Promise<ClaimedExecution | undefined>): boolean;
  readonly nodeId: string;
}

const most = 200;
const tries = 5;

/** Refuses a key that was used for something else. */
export function sameRequest(what: string, key: string, made: string | null, asked: string): void {
  if (made !== null && made !== asked)
    throw new RatchetError(
      'STATE_CONFLICT',
      `The idempotency key ${JSON.stringify(key)} was used for ${what} with another task or input. Use a new key for a new request.`,
      { idempotencyKey: key },
    );
}

/** Queues executions; those that are asked for together are stored together. `queued` is told of each before it can end. */
export function submissions(database: Database, prepare: Prepare, own: OwnWork, queued: (id: string) => void) {
  const { db } = database;
  const queue = gather(
    async (requests: readonly ExecutionRequest[]) => {
      const times = await queueExecutions(db, requests);
      return requests.map(({ id }) => times.get(id) ?? null);
    },
    {
      most,
      pauseMs: groupMs(database.mode),
      apart: (error) => !(error instanceof RatchetError && error.code === 'UNAVAILABLE'),
    },
  );

  async function madeBefore(key: string, digest: string): Promise<Execution | null> {
    const [row] = await executionsByKey(db, [key]);
    if (!row) return null;
    sameRequest('an execution', key, row.requestDigest, digest);
    return executionView(row);
  }

  return async function submit(request: Submit): Promise<Execution> {
    const { taskId, input, idempotencyKey: key } = request;
    const digest = key === undefined ? null : requestDigest([taskId, input ?? null]);
    for (let attempt = 1; ; attempt++) {
      const before = key !== undefined && digest !== null ? await madeBefore(key, digest) : null;
      if (before) return before;
      const { row } = await (attempt === 1 ? prepare.likely(taskId, input) : prepare.fresh(taskId, input));
      if (request.outputs && request.outputs.length > 0) await checkDestinations(db, request.outputs);
      const stored = {
        id: newId(),
        jobId: null,
        taskId: row.id,
        taskName: row.name,
        taskVersion: row.version,
        taskRevision: row.revision,
        input: input ?? null,
        timeoutMs: request.timeoutMs ?? null,
        triggeredBy: request.triggeredBy,
        attempt: 1,
        outputs: [...(request.outputs ?? [])],
        record: request.record ?? false,
        profile: request.profile ?? false,
        replayOf: null,
        idempotencyKey: key ?? null,
        requestDigest: digest,
      };
      queued(stored.id);
      const begun = Promise.withResolvers<ClaimedExecution | undefined>();
      const nodeId = own.begin(stored.id, row.id, begun.promise) ? own.nodeId : null;
      const queuedAt = await queue({ ...stored, current: true, nodeId }).catch((error) => {
        begun.resolve(undefined);
        throw error;
      });
      const made = queuedAt && asStored(stored, nodeId, queuedAt);
      const { revision, checksum, enabled } = row;
      begun.resolve(made ? { execution: made, task: { revision, checksum, enabled } } : undefined);
      if (made) return executionView(made);
      if (attempt === tries)
        throw new RatchetError('UNAVAILABLE', 'The task changes all the time. Run it again in a moment.');
    }
  };
}

const asStored = (
  stored: Omit<ExecutionRequest, 'current' | 'nodeId'> &
    Pick<ExecutionRow, 'outputs' | 'record' | 'replayOf' | 'profile'>,
  nodeId: string | null,
  queuedAt: Date,
): ExecutionRow => ({
  ...stored,
  status: nodeId === null ? 'pending' : 'running',
  output: null,
  error: null,
  progress: null,
  note: null,
  keep: false,
  progressMessage: null,
  crashes: 0,
  nodeId,
  cancelRequestedAt: null,
  queuedAt,
  startedAt: nodeId === null ? null : queuedAt,
  finishedAt: null,
  durationMs: null,
  revision: 1,
  cachedFrom: null,
});
