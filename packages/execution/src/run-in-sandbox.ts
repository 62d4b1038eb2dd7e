import { valueAt } from '@ratchet/contract/value-at';
import { SchemaError, type SchemaValidator } from '@ratchet/sandbox/json-schema';
import { createRedactor } from '@ratchet/sandbox/redact';
import type { Determinism, Limits, NetworkPolicy, RunRequest, RunResult, Sandbox } from '@ratchet/sandbox/sandbox';
import type { ExecutionEnd } from '@ratchet/store/queries/execution-runs';
import type { ExecutionRow } from '@ratchet/store/queries/executions';
import type { eventLog } from './event-log.ts';
import type { RunObserver } from './run-observer.ts';
import type { RunnableTask } from './runnable-task.ts';
import { type SecretsOf, secretsFor } from './task-secrets.ts';

type Secrets = Readonly<Record<string, string>>;

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
  /** No task is granted anything without. */
  readonly secretsOf?: SecretsOf;
}

/** What a run that plays a recorded one again is given in place of the world. */
export interface Replay {
  readonly determinism: Determinism;
  readonly answers: NonNullable<RunRequest['answers']>;
  /** Who the recorded run was: its code may have used it. */
  readonly was: Pick<ExecutionRow, 'id' | 'jobId' | 'attempt'>;
}

/** What of a run is seen, and what it is given, besides its task and input. */
export interface RunSurroundings {
  readonly events: ReturnType<typeof eventLog>;
  readonly observer: RunObserver;
  readonly determinism: Determinism | null;
  readonly replay: Replay | null;
  readonly signal: AbortSignal;
}

/** Runs a task for an execution; answers how it ended, its input and output checked against their schemas. */
export async function runInSandbox(
  { sandbox, validator, allowPrivate, secretsOf }: RunDependencies,
  task: RunnableTask,
  execution: Pick<ExecutionRow, 'id' | 'jobId' | 'attempt' | 'input' | 'timeoutMs' | 'profile'>,
  { events, observer, determinism, replay, signal }: RunSurroundings,
): Promise<ExecutionEnd> {
  const granted = await secretsFor(secretsOf, task);
  if ('refusal' in granted) return failure('ConfigurationError', granted.refusal);
  const { secrets } = granted;
  const check = (what: 'input' | 'output', schema: unknown, value: unknown) =>
    schema === null
      ? null
      : observer.validate(
          `validate ${what}`,
          () => misfit(validator, what, schema, value, secrets),
          (found) => found?.message ?? null,
        );
  // The schema may be another one than when it was queued.
  const unfit = await check('input', task.row.inputSchema, execution.input);
  if (unfit) return { status: 'failed', output: null, error: unfit, durationMs: 0 };
  const network: NetworkPolicy = { allow: task.allow, allowPrivate };
  const { id, jobId, attempt } = replay?.was ?? execution;
  const own = replay?.determinism ?? determinism;
  const askedMs = observer.askedMs();
  const result = await sandbox.run({
    code: task.code,
    input: execution.input,
    context: {
      executionId: id,
      jobId,
      taskId: task.row.id,
      taskVersion: task.row.version,
      attempt,
      secrets,
    },
    limits: limitsFor(task, execution.timeoutMs),
    network,
    affinity: task.row.repositoryId ?? 'none',
    signal,
    onLog: events.log,
    onProgress: events.progress,
    onHttp: observer.http,
    profile: execution.profile,
    ...(own ? { determinism: own } : {}),
    ...(replay ? { answers: replay.answers } : {}),
  });
  observer.ran(askedMs, result);
  const { durationMs } = result;
  if (result.status !== 'completed')
    return { status: result.status, output: null, error: { ...result.error }, durationMs };
  const wrong = await check('output', task.row.outputSchema, result.output);
  if (wrong) return { status: 'failed', output: null, error: wrong, durationMs };
  return { status: 'completed', output: result.output, error: null, durationMs };
}

const failure = (name: string, message: string): ExecutionEnd => ({
  status: 'failed',
  output: null,
  error: { class: name, message, stack: null, line: null, file: null },
  durationMs: 0,
});

/** How a run ended of which nothing is told, its output checked against the task's schema. */
export function checked(
  result: RunResult,
  task: RunnableTask,
  validator: SchemaValidator,
  secrets: Secrets,
): ExecutionEnd {
  const { durationMs } = result;
  if (result.status !== 'completed')
    return { status: result.status, output: null, error: { ...result.error }, durationMs };
  const { outputSchema } = task.row;
  const wrong = outputSchema === null ? null : misfit(validator, 'output', outputSchema, result.output, secrets);
  if (wrong) return { status: 'failed', output: null, error: wrong, durationMs };
  return { status: 'completed', output: result.output, error: null, durationMs };
}

/**
 * What a value that does not fit its schema makes of an execution; null where it fits. A schema that cannot be used is what
 * is wrong with the value: nobody agreed on it.
 */
function misfit(
  validator: SchemaValidator,
  what: 'input' | 'output',
  schema: unknown,
  value: unknown,
  secrets: Secrets,
) {
  const issues = issuesOf(validator, what, schema, value);
  if (issues.length === 0) return null;
  const said = issues.map(({ path, message }) => `${what}${path ? `.${path}` : ''}: ${message}`).join('; ');
  // A member of the output may be named like a secret.
  const redactor = createRedactor(Object.values(secrets));
  return {
    class: 'ValidationError',
    message: redactor.text(`The ${what} does not fit the ${what} schema: ${said}`),
    stack: null,
    line: null,
    file: null,
    details: redactor.json(issues.map((issue) => ({ ...issue, given: kindOf(valueAt(value, issue.path)) }))),
  };
}

function issuesOf(validator: SchemaValidator, what: string, schema: unknown, value: unknown) {
  try {
    return validator.validate(schema, value);
  } catch (error) {
    if (!(error instanceof SchemaError)) throw error;
    return [{ path: '', message: `the ${what} schema cannot be used: ${error.message}` }];
  }
}

/** What a value is, without saying it: it may hold a secret. */
function kindOf(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'null';
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (typeof value === 'string') return `a text of ${value.length} characters`;
  return typeof value === 'object'
    ? `an object with ${Object.keys(value).join(', ') || 'no members'}`
    : `a ${typeof value}`;
}
