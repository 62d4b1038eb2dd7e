import { checkTests } from '@ratchet/sandbox/check-tests';
import type { SchemaValidator } from '@ratchet/sandbox/json-schema';
import type { Sandbox, TaskCode } from '@ratchet/sandbox/sandbox';
import { testFilesOf } from '@ratchet/sandbox/test-file';
import type { StoredProblem } from '@ratchet/store/schema/columns';

/** A task as it is looked at before it runs. */
export interface TaskToValidate {
  readonly code: TaskCode;
  readonly metadata: Record<string, unknown>;
  readonly inputSchema: Record<string, unknown> | boolean | null;
  readonly outputSchema: Record<string, unknown> | boolean | null;
  /** What its files say already. */
  readonly problems: readonly StoredProblem[];
}

/** Finds what should be looked at in code that parses. `granted`: names of its secrets; null: not known here. */
export type Lint = (
  task: Omit<TaskToValidate, 'code' | 'problems'> & Pick<TaskCode, 'entry' | 'sourceType' | 'files'>,
  granted: ReadonlySet<string> | null,
) => readonly StoredProblem[];

export interface ValidateDependencies {
  readonly sandbox: Pick<Sandbox, 'check'>;
  readonly validator: SchemaValidator;
  readonly lint: Lint;
}

/** Everything that is wrong with a task: its own problems, what only loading it shows, its schemas, tests and code. */
export async function validateTask(
  { sandbox, validator, lint }: ValidateDependencies,
  task: TaskToValidate,
  granted: ReadonlySet<string> | null,
): Promise<{ valid: boolean; problems: StoredProblem[] }> {
  const { code, metadata, inputSchema, outputSchema } = task;
  const found = [...task.problems];
  const broken = found.some(({ severity }) => severity === 'error') ? null : await sandbox.check(code);
  if (broken)
    found.push({
      path: broken.file ?? code.entry,
      code: 'does_not_load',
      message: `${broken.class}: ${broken.message}`,
      severity: 'error',
      ...(broken.line === null ? {} : { line: broken.line }),
    });
  for (const [path, schema] of [
    ['input.schema.json', inputSchema],
    ['output.schema.json', outputSchema],
  ] as const) {
    if (schema === null || found.some((problem) => problem.path === path && problem.severity === 'error')) continue;
    for (const { path: at, message } of validator.check(schema))
      found.push({ path, code: 'invalid_schema', message: at ? `${at}: ${message}` : message, severity: 'error' });
  }
  const testFiles = testFilesOf(code.files, metadata);
  const told = new Set(found.map(({ path }) => path));
  for (const finding of checkTests({ testFiles, inputSchema, outputSchema, validator }))
    if (!(finding.code === 'bad_test' && told.has(finding.path))) found.push({ ...finding, severity: 'warning' });
  const { entry, sourceType, files } = code;
  found.push(...lint({ metadata, inputSchema, outputSchema, entry, sourceType, files }, granted));
  return { valid: found.every(({ severity }) => severity !== 'error'), problems: found };
}
