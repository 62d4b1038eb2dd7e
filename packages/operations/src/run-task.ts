import type { Caller } from '@ratchet/contract/dispatcher';
import type { Execution } from '@ratchet/contract/entities/execution';
import type { Executor } from '@ratchet/execution/executor';
import type { Submit } from '@ratchet/execution/submissions';
import { stopAbandoned } from './stop-abandoned.ts';

export interface RunRequest extends Omit<Submit, 'triggeredBy'> {
  readonly wait: boolean;
}

/** Queues an execution; with `wait` answers it when it has ended, else as it is queued. */
export async function runTask(
  executor: Executor,
  { wait, ...request }: RunRequest,
  caller: Caller,
): Promise<Execution> {
  const execution = await executor.submit({ ...request, triggeredBy: caller.actor.name || caller.actor.id });
  if (!wait) return execution;
  const seen = await executor.waitFor(execution.id, caller.signal);
  return stopAbandoned(caller, seen, () => executor.cancel(execution.id));
}
