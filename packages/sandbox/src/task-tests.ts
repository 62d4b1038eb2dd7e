import { isDeepStrictEqual } from 'node:util';
import { checkAssertion, checkOperator } from './assertions.ts';
import { type Issue, SchemaError, type SchemaValidator } from './json-schema.ts';
import { compilePattern, PatternError } from './safe-pattern.ts';
import type { HttpExchange, Limits, RunContext, RunLog, RunResult, Sandbox, TaskCode } from './sandbox.ts';
import { type ExpectedError, readTestFile, type TaskTest, TestFileError } from './test-file.ts';

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
  /** Tests at once; 1 without. */
  readonly parallel?: number;
  /** No further test begins after one that did not pass. */
  readonly stopOnFailure?: boolean;
  /** Keeps the log and the requests of each test. */
  readonly trace?: boolean;
  readonly limits: Limits;
  readonly affinity: string;
  readonly context: Pick<RunContext, 'taskId' | 'taskVersion'>;
  readonly signal?: AbortSignal;
}

export interface TaskTestResult {
  readonly name: string;
  /** The test file. */
  readonly path: string;
  /** `error`: the test itself cannot be used. `skipped`: an earlier one did not pass, or the tests were given up. */
  readonly status: 'passed' | 'failed' | 'error' | 'skipped';
  readonly expected?: unknown;
  readonly actual?: unknown;
  readonly error: string | null;
  readonly durationMs: number;
  readonly logs?: readonly RunLog[];
  readonly http?: readonly HttpExchange[];
}

export interface TaskTestReport {
  readonly passed: number;
  /** Tests that failed or could not be run. */
  readonly failed: number;
  /** Tests that were not run. */
  readonly skipped: number;
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

/** What an error has of what it must be. */
const isExpected = ({ text, pattern, class: kind, message: part }: ExpectedError, name: string, message: string) => {
  const whole = `${name}: ${message}`;
  return (
    (text === undefined || whole.includes(text)) &&
    (pattern === undefined || compilePattern(pattern).test(whole)) &&
    (kind === undefined || kind === name) &&
    (part === undefined || message.includes(part))
  );
};

const judgeFailure = (test: TaskTest, name: string, message: string): Judgement => {
  if (!test.shouldFail) return failed(`${name}: ${message}`);
  const wanted = test.expectedError;
  if (wanted === null || isExpected(wanted, name, message)) return passed;
  const said = Object.entries(wanted).map(([member, value]) => `${member} ${JSON.stringify(value)}`);
  return failed(`The task failed with ${name}: ${message}, which is not what was expected: ${said.join(', ')}.`);
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

/** What keeps a test from being used; null when nothing does. */
export const faultOf = ({ assertions, expectedError }: TaskTest): string | null => {
  for (const assertion of assertions) {
    const fault = checkOperator(assertion);
    if (fault !== null) return fault;
  }
  try {
    if (expectedError?.pattern !== undefined) compilePattern(expectedError.pattern);
    return null;
  } catch (error) {
    if (error instanceof PatternError) return error.message;
    throw error;
  }
};

const runTest = async (plan: TaskTestPlan, test: TaskTest, path: string): Promise<TaskTestResult> => {
  const expected = test.expected === undefined ? {} : { expected: test.expected.output };
  const known = { name: test.name, path, ...expected };
  const unusable = faultOf(test);
  if (unusable !== null) return { ...known, status: 'error', error: unusable, durationMs: 0 };
  const issues = against(plan, plan.inputSchema, test.input);
  if (issues !== null) {
    return {
      ...known,
      ...judgeFailure(test, 'ValidationError', `The input does not fit the input schema: ${issues}`),
      durationMs: 0,
    };
  }
  const logs: RunLog[] = [];
  const http: HttpExchange[] = [];
  const result: RunResult = await plan.sandbox.run({
    code: plan.code,
    input: test.input,
    context: { executionId: 'test', jobId: null, attempt: 1, secrets: test.secrets, ...plan.context },
    limits: plan.limits,
    // With mocks, even none, nothing leaves: a test means the same wherever it runs.
    network: { allow: [], allowPrivate: [] },
    mocks: test.mocks,
    affinity: plan.affinity,
    ...(plan.signal === undefined ? {} : { signal: plan.signal }),
    ...(plan.trace === true
      ? {
          onLog: (line: RunLog) => void (logs.length < mostTraced && logs.push(line)),
          onHttp: (exchange: HttpExchange) => void (http.length < mostTraced && http.push(exchange)),
        }
      : {}),
  });
  const { durationMs } = result;
  const base = plan.trace === true ? { ...known, logs, http } : known;
  if (result.status === 'completed') {
    return { ...base, actual: result.output, ...judgeOutput(plan, test, result.output), durationMs };
  }
  return { ...base, ...judgeFailure(test, result.error.class, result.error.message), durationMs };
};

/** Log lines, and requests, that are kept of one test. */
const mostTraced = 200;

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

/** One test to be run, or what is known of it without. */
type Turn = { readonly test: TaskTest; readonly path: string } | TaskTestResult;

const turnsOf = (plan: TaskTestPlan): Turn[] => {
  const wanted = plan.filter?.toLowerCase() ?? '';
  return plan.testFiles.flatMap(({ path, text }): Turn[] => {
    try {
      return readTestFile(path, text)
        .filter((test) => `${path}\n${test.name}`.toLowerCase().includes(wanted))
        .map((test) => ({ test, path }));
    } catch (error) {
      return [broken(path, error)];
    }
  });
};

/**
 * Runs a task's tests; the report has them in the order of their files. Input and output are held against the schemas;
 * requests are answered by the test's mocks and nothing else. Never rejects for what the task or its tests do.
 */
export const runTaskTests = async (plan: TaskTestPlan): Promise<TaskTestReport> => {
  const turns = turnsOf(plan);
  const results: TaskTestResult[] = [];
  let [next, stopped] = [0, false];
  const take = async (): Promise<void> => {
    for (let at = next++; at < turns.length; at = next++) {
      const turn = turns[at] as Turn;
      const skip = stopped || plan.signal?.aborted === true;
      const result =
        'status' in turn
          ? turn
          : skip
            ? skipped(turn.test, turn.path)
            : await runTest(plan, turn.test, turn.path).catch((error) => broken(turn.path, error));
      results[at] = result;
      stopped ||= plan.stopOnFailure === true && (result.status === 'failed' || result.status === 'error');
    }
  };
  await Promise.all(Array.from({ length: Math.max(1, plan.parallel ?? 1) }, take));
  const count = (...wanted: TaskTestResult['status'][]) =>
    results.filter(({ status }) => wanted.includes(status)).length;
  return { passed: count('passed'), failed: count('failed', 'error'), skipped: count('skipped'), results };
};

const skipped = ({ name }: TaskTest, path: string): TaskTestResult => ({
  name,
  path,
  status: 'skipped',
  error: null,
  durationMs: 0,
});
