import type { Caller } from '@ratchet/contract/dispatcher';
import type { Execution } from '@ratchet/contract/entities/execution';
import type { Executor } from '@ratchet/execution/executor';

export interface RunRequest {
  readonly taskId: string;
  readonly input: unknown;
  readonly wait: boolean;
  readonly timeoutMs?: number | undefined;
}

/** Queues an execution; with `wait` answers it when it has ended, else as it is queued. */
export async function runTask(executor: Executor, request: RunRequest, caller: Caller): Promise<Execution> {
  const { taskId, input, timeoutMs, wait } = request;
  const execution = await executor.submit({
    taskId,
    input,
    timeoutMs,
    triggeredBy: caller.actor.name || caller.actor.id,
  });
  return wait ? executor.waitFor(execution.id, caller.signal) : execution;
}
