import { randomBytes } from 'node:crypto';
import { RatchetError } from '@ratchet/contract/errors';
import type { Determinism } from '@ratchet/sandbox/sandbox';
import type { Queryable } from '@ratchet/store/database';
import { newId } from '@ratchet/store/id';
import { queueExecutions } from '@ratchet/store/queries/execution-runs';
import { recordingOf } from '@ratchet/store/queries/execution-traces';
import { type ExecutionRow, executionById } from '@ratchet/store/queries/executions';
import { hasEnded } from './execution-view.ts';
import type { RecordedHar } from './har.ts';
import { answersFrom } from './recorded-answers.ts';
import type { Replay } from './run-in-sandbox.ts';
import type { TaskLoader } from './runnable-task.ts';

/** The seed and clock of a run that is recorded from its start. */
export const newRecording = (): Determinism => ({ seed: randomBytes(16).toString('hex'), clock: Date.now() });

/** How a replay ends that waits for what the recorded run was never answered. */
const endOf = (status: ExecutionRow['status']): 'timed_out' | 'cancelled' | 'failed' =>
  status === 'timed_out' || status === 'cancelled' ? status : 'failed';

/** Plays recorded executions again. */
export const replayDesk = (db: Queryable, tasks: TaskLoader) => ({
  /** Queues the replay; answers its id. Throws STATE_CONFLICT where there is nothing whole to play, NOT_FOUND or TASK_INVALID for the code. */
  async queue(row: ExecutionRow, current: boolean, triggeredBy: string): Promise<string> {
    const original = row.replayOf === null ? row : ((await executionById(db, row.replayOf)) ?? row);
    if (!hasEnded(original.status))
      throw new RatchetError(
        'STATE_CONFLICT',
        `The execution is ${original.status}: it can be replayed when it has ended.`,
      );
    const recording = await recordingOf(db, original.id);
    if (!recording)
      throw new RatchetError(
        'STATE_CONFLICT',
        original.record
          ? 'The recording of the execution is not kept any more. Run the task again with record.'
          : 'The execution was not recorded. Run the task again with record, and replay that.',
      );
    if ((recording.har as RecordedHar).log._incomplete)
      throw new RatchetError(
        'STATE_CONFLICT',
        'The recording is not whole, because the answers were too large to keep: it cannot be replayed.',
      );
    if (original.taskId === null) throw new RatchetError('STATE_CONFLICT', 'The task of the execution is gone.');
    const task = await (current ? tasks.load(original.taskId) : tasks.at(original.taskId, original.taskRevision));
    const id = newId();
    await queueExecutions(db, [
      {
        id,
        jobId: null,
        taskId: original.taskId,
        taskName: original.taskName,
        taskVersion: task.row.version,
        taskRevision: task.row.revision,
        input: original.input,
        timeoutMs: original.timeoutMs,
        triggeredBy,
        attempt: 1,
        replayOf: original.id,
        idempotencyKey: null,
        requestDigest: null,
        current: false,
        nodeId: null,
      },
    ]);
    return id;
  },
  /** What a replay is given in place of the network, the clock and chance; null for any other execution. */
  async worldOf(execution: ExecutionRow): Promise<Replay | null> {
    if (execution.replayOf === null) return null;
    const [was, recording] = [await executionById(db, execution.replayOf), await recordingOf(db, execution.replayOf)];
    if (!was || !recording) throw new Error(`The recording of ${execution.replayOf} went while it was to be replayed.`);
    return {
      determinism: { seed: recording.seed, clock: recording.clock.getTime(), endsAs: endOf(was.status) },
      answers: answersFrom(recording.har as RecordedHar),
      was,
    };
  },
});
