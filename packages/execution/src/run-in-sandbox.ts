import { SchemaError, type SchemaValidator } from '@ratchet/sandbox/json-schema';
import type { Limits, NetworkPolicy, RunResult, Sandbox } from '@ratchet/sandbox/sandbox';
import type { ExecutionEnd, ExecutionRow } from '@ratchet/store/queries/executions';
import type { eventLog } from './event-log.ts';
import type { RunnableTask } from './runnable-task.ts';

/** The server's limits: what a task asks for is capped by them. */
export const serverLimits: Limits = {
  timeoutMs: 300_000,
  cpuMs: 300_000,
  memoryMb: 128,
  outputBytes: 10 * 1024 * 1024,
  logLines: 10_000,
  logLineBytes: 16 * 1024,
  requests: 100,
  responseBytes: 10 * 1024 * 1024,
};

export function limitsFor(task: Pick<RunnableTask, 'timeoutMs' | 'memoryMb'>, askedMs: number | null): Limits {
  const timeoutMs = Math.min(serverLimits.timeoutMs, askedMs ?? task.timeoutMs ?? serverLimits.timeoutMs);
  return {
    ...serverLimits,
    timeoutMs,
    cpuMs: timeoutMs,
    memoryMb: Math.min(serverLimits.memoryMb, Math.max(16, task.memoryMb ?? serverLimits.memoryMb)),
  };
}

export interface RunDependencies {
  readonly sandbox: Sandbox;
  readonly validator: SchemaValidator;
  readonly allowPrivate: readonly string[];
}

/** Runs a task for an execution; answers how it ended, its output checked against its schema. */
export async function runInSandbox(
  { sandbox, validator, allowPrivate }: RunDependencies,
  task: RunnableTask,
  execution: Pick<ExecutionRow, 'id' | 'jobId' | 'attempt' | 'input' | 'timeoutMs'>,
  events: ReturnType<typeof eventLog>,
  signal: AbortSignal,
): Promise<ExecutionEnd> {
  const network: NetworkPolicy = { allow: task.allow, allowPrivate };
  const result = await sandbox.run({
    code: task.code,
    input: execution.input,
    context: {
      executionId: execution.id,
      jobId: execution.jobId,
      taskId: task.row.id,
      taskVersion: task.row.version,
      attempt: execution.attempt,
      secrets: {},
    },
    limits: limitsFor(task, execution.timeoutMs),
    network,
    affinity: task.row.repositoryId ?? 'none',
    signal,
    onLog: events.log,
    onProgress: events.progress,
  });
  return checked(result, task, validator);
}

function checked(result: RunResult, task: RunnableTask, validator: SchemaValidator): ExecutionEnd {
  const { durationMs } = result;
  if (result.status !== 'completed')
    return { status: result.status, output: null, error: { ...result.error }, durationMs };
  const schema = task.row.outputSchema;
  const issues = schema === null ? [] : outputIssues(validator, schema, result.output);
  if (issues.length === 0) return { status: 'completed', output: result.output, error: null, durationMs };
  const said = issues.map(({ path, message }) => `output${path ? `.${path}` : ''}: ${message}`).join('; ');
  const error = {
    class: 'ValidationError',
    message: `The output does not fit the output schema: ${said}`,
    stack: null,
    line: null,
    file: null,
    details: issues,
  };
  return { status: 'failed', output: null, error, durationMs };
}

/** A schema that cannot be used is what is wrong with the output: the run has no answer that anyone agreed on. */
function outputIssues(validator: SchemaValidator, schema: unknown, output: unknown) {
  try {
    return validator.validate(schema, output);
  } catch (error) {
    if (!(error instanceof SchemaError)) throw error;
    return [{ path: '', message: `the output schema cannot be used: ${error.message}` }];
  }
}
