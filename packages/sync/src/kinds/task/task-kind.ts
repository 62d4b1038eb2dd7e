import type { Kind } from '../../kind.ts';
import { discoverTasks } from './discover-tasks.ts';
import type { TaskFields } from './fields.ts';
import { projectTask } from './project-task.ts';
import { rootOf } from './shape.ts';
import { Verdicts } from './verdicts.ts';

/**
 * The kind `task`: folders with metadata.json, folders with a manifest, code with YAML beside it, and scripts, in this
 * order of precedence. Remembers by token what discoveries concluded from contents, so that a lone code file is read again
 * only after it changed.
 */
export function createTaskKind(): Kind<TaskFields> {
  const verdicts = new Verdicts();
  return {
    name: 'task',
    discover: (files, scope, read) => discoverTasks(files, scope, read, verdicts),
    rootOf,
    project: projectTask,
    identityOf: (fields) => fields.uuid,
    broken: (fields) => fields.problems.some((problem) => problem.severity === 'error'),
    problemsOf: (fields) => fields.problems,
  };
}
