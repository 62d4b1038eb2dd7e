import { type Issue, RatchetError } from '@ratchet/contract/errors';
import { SchemaError, type SchemaValidator } from '@ratchet/sandbox/json-schema';
import type { TaskRow } from '@ratchet/store/queries/documents';

/** Throws VALIDATION_FAILED for an input that does not fit a task's schema, TASK_INVALID for a schema that cannot be used. */
export function refuseInput(task: Pick<TaskRow, 'name' | 'inputSchema'>, input: unknown, validator: SchemaValidator) {
  if (task.inputSchema === null) return;
  let issues: Issue[];
  try {
    issues = validator.validate(task.inputSchema, input);
  } catch (error) {
    if (!(error instanceof SchemaError)) throw error;
    throw new RatchetError('TASK_INVALID', `The input schema of ${task.name} cannot be used: ${error.message}`, [
      { path: 'input.schema.json', code: 'invalid_schema', message: error.message, severity: 'error' },
    ]);
  }
  if (issues.length === 0) return;
  const details = issues.map(({ path, message }) => ({ path: path ? `input.${path}` : 'input', message }));
  throw new RatchetError('VALIDATION_FAILED', details.map((i) => `${i.path}: ${i.message}`).join(' '), details);
}
