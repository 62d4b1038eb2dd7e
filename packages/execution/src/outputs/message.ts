import type { ExecutionRow } from '@ratchet/store/queries/executions';

/** What is delivered: one execution's end, on its way to one destination. The same over all attempts but for `attempt`. */
export interface Message {
  readonly deliveryId: string;
  /** From 1. */
  readonly attempt: number;
  readonly task: { readonly id: string | null; readonly name: string; readonly version: string };
  readonly execution: {
    readonly id: string;
    readonly status: ExecutionRow['status'];
    readonly attempt: number;
    /** ISO 8601. */
    readonly startedAt: string | null;
    readonly finishedAt: string;
    readonly durationMs: number | null;
  };
  readonly job: { readonly id: string | null };
  /** null where the execution did not complete. */
  readonly output: unknown;
  readonly error: { readonly class: string; readonly message: string } | null;
}

export const messageOf = (execution: ExecutionRow, delivery: { id: string; attempts: number }): Message => ({
  deliveryId: delivery.id,
  attempt: delivery.attempts,
  task: { id: execution.taskId, name: execution.taskName, version: execution.taskVersion },
  execution: {
    id: execution.id,
    status: execution.status,
    attempt: execution.attempt,
    startedAt: execution.startedAt?.toISOString() ?? null,
    finishedAt: (execution.finishedAt ?? execution.queuedAt).toISOString(),
    durationMs: execution.durationMs,
  },
  job: { id: execution.jobId },
  output: execution.output ?? null,
  error: execution.error ? { class: execution.error.class, message: execution.error.message } : null,
});

/** The whole message as a receiver sees it. Without the attempt: a message that is sent again has the same bytes. */
export const envelope = ({ deliveryId, task, execution, job, output, error }: Message) => ({
  deliveryId,
  task,
  execution,
  job,
  output,
  error,
});

/** What goes out: the envelope, or the output alone; of a run without an output, its error. */
export const contentOf = (message: Message, content: 'output' | 'envelope'): unknown => {
  if (content === 'envelope') return envelope(message);
  return message.execution.status === 'completed' ? message.output : { error: message.error };
};
