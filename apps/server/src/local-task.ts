import { lstatSync, statSync } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import { RatchetError } from '@ratchet/contract/errors';
import type { TestOptions } from '@ratchet/execution/executor';
import { limitsFor } from '@ratchet/execution/run-in-sandbox';
import { testReport } from '@ratchet/execution/test-report';
import { type Lint, validateTask } from '@ratchet/execution/validate-task';
import { createSchemaValidator } from '@ratchet/sandbox/json-schema';
import type { TaskCode } from '@ratchet/sandbox/sandbox';
import { runTaskTests } from '@ratchet/sandbox/task-tests';
import { testFilesOf } from '@ratchet/sandbox/test-file';
import type { StoredProblem } from '@ratchet/store/schema/columns';
import { digestOf } from '@ratchet/sync/digest';
import { createFilesystemRemote } from '@ratchet/sync/endpoints/filesystem/filesystem-remote';
import type { TaskFields } from '@ratchet/sync/kinds/task/fields';
import { lintTask } from '@ratchet/sync/kinds/task/lint/lint-task';
import { createTaskKind } from '@ratchet/sync/kinds/task/task-kind';
import { serverSandbox } from './sandbox.ts';

interface LocalTask {
  readonly path: string;
  readonly fields: TaskFields;
  readonly code: TaskCode;
}

/** Reads the one task at a path: a folder, or a file of a pair or script. Nothing is stored. */
async function readLocalTask(path: string): Promise<LocalTask> {
  const full = resolve(path);
  const missing = () =>
    new RatchetError(
      'NOT_FOUND',
      `There is no task at ${path}: a task is a folder with metadata.json or task.yaml, code with YAML beside it, or a script with @version.`,
    );
  if (!lstatSync(full, { throwIfNoEntry: false })) throw missing();
  const isFile = statSync(full).isFile();
  const root = isFile ? dirname(full) : full;
  const remote = createFilesystemRemote({ root, subPath: null, writable: false });
  const kind = createTaskKind();
  const contents = async (files: Parameters<typeof remote.read>[0]) => {
    const found = new Map<string, Uint8Array>();
    for await (const { file, bytes } of remote.read(files)) found.set(file.path, bytes);
    return found;
  };
  const { files } = await remote.list();
  const documents = await kind.discover(files, { watch: [], ignore: [] }, contents);
  const wanted = isFile
    ? documents.find((d) => d.path === basename(full) || d.files.some((f) => f.path === basename(full)))
    : documents.length === 1
      ? documents[0]
      : documents.find((d) => d.path === '.');
  if (!wanted)
    throw documents.length > 1
      ? new RatchetError(
          'VALIDATION_FAILED',
          `There are several tasks at ${path}: ${documents
            .slice(0, 10)
            .map((d) => d.path)
            .join(', ')}. Name one.`,
        )
      : missing();
  const bytes = new Map(
    [...(await contents(wanted.files))].map(([name, content]) => [name.slice(wanted.root.length), content]),
  );
  const projected = kind.project(wanted.path === '.' ? basename(full) : wanted.path, bytes);
  if ('unreadable' in projected)
    throw new RatchetError('TASK_INVALID', `${projected.unreadable.path}: ${projected.unreadable.message}`, [
      projected.unreadable,
    ]);
  const texts = new Map(
    [...bytes]
      .filter(([, content]) => !content.includes(0))
      .map(([name, content]) => [
        name,
        Buffer.from(content)
          .toString('utf8')
          .replace(/^\uFEFF/, ''),
      ]),
  );
  const { fields } = projected;
  const key = digestOf(Buffer.from(JSON.stringify([...texts])));
  return { path, fields, code: { key, files: texts, entry: fields.entry, sourceType: fields.sourceType } };
}

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

/** Runs the tests of a task from a folder. */
export async function testLocalTask({
  path,
  filter,
  ...options
}: { path: string } & Pick<TestOptions, 'filter' | 'parallel' | 'stopOnFailure' | 'trace'>) {
  const { fields, code } = await readLocalTask(path);
  const sandbox = serverSandbox({ runners: 2 });
  try {
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
  } finally {
    await sandbox.close();
  }
}

/** What is wrong with a task in a folder, or should be looked at. */
export async function validateLocalTask({ path }: { path: string }) {
  const { fields, code } = await readLocalTask(path);
  const { metadata, inputSchema, outputSchema } = fields;
  const sandbox = serverSandbox({ runners: 1 });
  try {
    const validator = createSchemaValidator();
    const lint: Lint = (task, granted) => lintTask({ ...task, granted });
    const task = { code, metadata, inputSchema, outputSchema, problems: fields.problems as StoredProblem[] };
    return await validateTask({ sandbox, validator, lint }, task, null);
  } finally {
    await sandbox.close();
  }
}
