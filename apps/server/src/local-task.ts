import { RatchetError } from '@ratchet/contract/errors';
import type { TestOptions } from '@ratchet/execution/executor';
import { limitsFor } from '@ratchet/execution/run-in-sandbox';
import { testReport } from '@ratchet/execution/test-report';
import { type Lint, validateTask } from '@ratchet/execution/validate-task';
import { createSchemaValidator } from '@ratchet/sandbox/json-schema';
import type { Sandbox } from '@ratchet/sandbox/sandbox';
import { runTaskTests } from '@ratchet/sandbox/task-tests';
import { testFilesOf } from '@ratchet/sandbox/test-file';
import type { StoredProblem } from '@ratchet/store/schema/columns';
import type { TaskFields } from '@ratchet/sync/kinds/task/fields';
import { lintTask } from '@ratchet/sync/kinds/task/lint/lint-task';
import { type LocalTask, readLocalTask } from './read-local-task.ts';
import { serverSandbox } from './sandbox.ts';

const limits = (fields: TaskFields, timeoutMs: number | undefined) =>
  limitsFor(
    { timeoutMs: number(fields.metadata.timeout), memoryMb: number(fields.metadata.memory_limit) },
    timeoutMs ?? null,
  );
const number = (value: unknown): number | null => (typeof value === 'number' && value > 0 ? value : null);

/** Runs a task from a folder or file once, in the sandbox. */
export async function runLocalTask({
  path,
  input,
  timeoutMs,
}: {
  path: string;
  input: unknown;
  timeoutMs?: number | undefined;
}) {
  const { fields, code } = await readLocalTask(path);
  const validator = createSchemaValidator();
  const issues = fields.inputSchema === null ? [] : validator.validate(fields.inputSchema, input);
  if (issues.length > 0) {
    const details = issues.map((issue) => ({
      path: issue.path ? `input.${issue.path}` : 'input',
      message: issue.message,
    }));
    throw new RatchetError('VALIDATION_FAILED', details.map((d) => `${d.path}: ${d.message}`).join(' '), details);
  }
  const sandbox = serverSandbox({ runners: 1 });
  try {
    const id = crypto.randomUUID();
    const result = await sandbox.run({
      code,
      input,
      context: { executionId: id, jobId: null, taskId: null, taskVersion: fields.version, attempt: 1, secrets: {} },
      limits: limits(fields, timeoutMs),
      network: { allow: null, allowPrivate: [] },
      affinity: 'local',
      onLog: ({ level, message }) => process.stderr.write(`${level}: ${message}\n`),
    });
    return result.status === 'completed'
      ? { status: result.status, output: result.output as never, error: null, durationMs: result.durationMs }
      : { status: result.status, output: null, error: result.error as never, durationMs: result.durationMs };
  } finally {
    await sandbox.close();
  }
}

type Tests = Pick<TestOptions, 'filter' | 'parallel' | 'stopOnFailure' | 'trace'>;

/** Runs the tests of a task from a folder. */
export async function testLocalTask({ path, ...options }: { path: string } & Tests) {
  const task = await readLocalTask(path);
  const sandbox = serverSandbox({ runners: 2 });
  try {
    return await testedIn(sandbox, task, options);
  } finally {
    await sandbox.close();
  }
}

/** What is wrong with a task in a folder, or should be looked at. */
export async function validateLocalTask({ path }: { path: string }) {
  const task = await readLocalTask(path);
  const sandbox = serverSandbox({ runners: 1 });
  try {
    return await validatedIn(sandbox, task);
  } finally {
    await sandbox.close();
  }
}

export async function testedIn(sandbox: Sandbox, { fields, code }: LocalTask, { filter, ...options }: Tests) {
  const report = await runTaskTests({
    sandbox,
    validator: createSchemaValidator(),
    code,
    inputSchema: fields.inputSchema,
    outputSchema: fields.outputSchema,
    testFiles: testFilesOf(code.files, fields.metadata),
    ...(filter === undefined ? {} : { filter }),
    ...options,
    limits: limits(fields, 60_000),
    affinity: 'local',
    context: { taskId: null, taskVersion: fields.version },
  });
  return testReport(report);
}

export async function validatedIn(sandbox: Sandbox, { fields, code }: LocalTask) {
  const { metadata, inputSchema, outputSchema } = fields;
  const validator = createSchemaValidator();
  const lint: Lint = (task, granted) => lintTask({ ...task, granted });
  const task = { code, metadata, inputSchema, outputSchema, problems: fields.problems as StoredProblem[] };
  return validateTask({ sandbox, validator, lint }, task, null);
}
