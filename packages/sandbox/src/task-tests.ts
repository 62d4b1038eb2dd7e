import { isDeepStrictEqual } from 'node:util';
import { checkAssertion, checkOperator } from './assertions.ts';
import { type Issue, SchemaError, type SchemaValidator } from './json-schema.ts';
import type { Limits, RunContext, RunResult, Sandbox, TaskCode } from './sandbox.ts';
import { readTestFile, type TaskTest, TestFileError } from './test-file.ts';

export interface TaskTestPlan {
  readonly sandbox: Sandbox;
  readonly validator: SchemaValidator;
  readonly code: TaskCode;
  /** Null: any value. */
  readonly inputSchema: unknown;
  readonly outputSchema: unknown;
  readonly testFiles: readonly { readonly path: string; readonly text: string }[];
  /** Runs only tests whose name or file contains this, whatever the case. */
  readonly filter?: string;
  readonly limits: Limits;
  readonly affinity: string;
  readonly context: Pick<RunContext, 'taskId' | 'taskVersion' | 'secrets'>;
  readonly signal?: AbortSignal;
}

export interface TaskTestResult {
  readonly name: string;
  /** The test file. */
  readonly path: string;
  /** `error`: the test itself cannot be used, or the sandbox could not run it. */
  readonly status: 'passed' | 'failed' | 'error';
  readonly expected?: unknown;
  readonly actual?: unknown;
  readonly error: string | null;
  readonly durationMs: number;
}

export interface TaskTestReport {
  readonly passed: number;
  /** Tests that failed or could not be run. */
  readonly failed: number;
  readonly results: readonly TaskTestResult[];
}

type Judgement = Pick<TaskTestResult, 'status' | 'error'>;
const passed: Judgement = { status: 'passed', error: null };
const failed = (error: string): Judgement => ({ status: 'failed', error });

const list = (issues: readonly Issue[]): string =>
  issues.map(({ path, message }) => (path === '' ? message : `${path} ${message}`)).join('; ');

/** What a schema has against a value; null when nothing. */
const against = (plan: TaskTestPlan, schema: unknown, value: unknown): string | null => {
  if (schema === null || schema === undefined) return null;
  const issues = plan.validator.validate(schema, value);
  return issues.length === 0 ? null : list(issues);
};

const judgeFailure = (test: TaskTest, name: string, message: string): Judgement => {
  if (!test.shouldFail) return failed(`${name}: ${message}`);
  const wanted = test.expectedError;
  if (wanted === null || `${name}: ${message}`.includes(wanted)) return passed;
  return failed(`The task failed with ${name}: ${message}, not with ${JSON.stringify(wanted)}.`);
};

const judgeOutput = (plan: TaskTestPlan, test: TaskTest, output: unknown): Judgement => {
  if (test.shouldFail) return failed('The task was to fail and did not.');
  const faults: string[] = [];
  if (test.expected !== undefined && !isDeepStrictEqual(output, test.expected.output)) {
    faults.push('The output differs from what is expected.');
  }
  const issues = against(plan, plan.outputSchema, output);
  if (issues !== null) faults.push(`The output does not fit the output schema: ${issues}.`);
  for (const assertion of test.assertions) {
    const fault = checkAssertion(output, assertion);
    if (fault !== null) faults.push(fault);
  }
  return faults.length === 0 ? passed : failed(faults.join(' '));
};

const runTest = async (plan: TaskTestPlan, test: TaskTest, path: string): Promise<TaskTestResult> => {
  const expected = test.expected === undefined ? {} : { expected: test.expected.output };
  const base = { name: test.name, path, ...expected };
  const unusable = test.assertions.map(checkOperator).find((fault) => fault !== null);
  if (unusable !== undefined) return { ...base, status: 'error', error: unusable, durationMs: 0 };
  const issues = against(plan, plan.inputSchema, test.input);
  if (issues !== null) {
    return {
      ...base,
      ...judgeFailure(test, 'ValidationError', `The input does not fit the input schema: ${issues}`),
      durationMs: 0,
    };
  }
  const result: RunResult = await plan.sandbox.run({
    code: plan.code,
    input: test.input,
    context: { executionId: 'test', jobId: null, attempt: 1, ...plan.context },
    limits: plan.limits,
    // With mocks, even none, nothing leaves: a test means the same wherever it runs.
    network: { allow: [], allowPrivate: [] },
    mocks: test.mocks,
    affinity: plan.affinity,
    ...(plan.signal === undefined ? {} : { signal: plan.signal }),
  });
  const { durationMs } = result;
  if (result.status === 'completed') {
    return { ...base, actual: result.output, ...judgeOutput(plan, test, result.output), durationMs };
  }
  return { ...base, ...judgeFailure(test, result.error.class, result.error.message), durationMs };
};

const broken = (path: string, error: unknown): TaskTestResult => {
  if (!(error instanceof TestFileError) && !(error instanceof SchemaError)) throw error;
  return {
    name: path.replace(/^.*\//, '').replace(/\.json$/, ''),
    path,
    status: 'error',
    error: error.message,
    durationMs: 0,
  };
};

/**
 * Runs a task's tests one after another, in the order of their files. Input and output are held against the schemas; requests
 * are answered by the test's mocks and nothing else. Never rejects for what the task or its tests do.
 */
export const runTaskTests = async (plan: TaskTestPlan): Promise<TaskTestReport> => {
  const wanted = plan.filter?.toLowerCase() ?? '';
  const results: TaskTestResult[] = [];
  for (const { path, text } of plan.testFiles) {
    try {
      for (const test of readTestFile(path, text)) {
        if (!`${path}\n${test.name}`.toLowerCase().includes(wanted)) continue;
        if (plan.signal?.aborted) break;
        results.push(await runTest(plan, test, path));
      }
    } catch (error) {
      results.push(broken(path, error));
    }
  }
  const good = results.filter(({ status }) => status === 'passed').length;
  return { passed: good, failed: results.length - good, results };
};
