import type { Kind } from '../../kind.ts';
import { discoverTasks } from './discover-tasks.ts';
import type { TaskFields } from './fields.ts';
import { projectTask } from './project-task.ts';
import { rootOf } from './shape.ts';
import { Verdicts } from './verdicts.ts';

/**
 * The kind `task`: folders with metadata.json, folders with a manifest, code with YAML beside it, and scripts, in this
 * order of precedence.
 * @param verdicts what earlier discoveries at the same endpoint concluded from contents; with it a lone code file is read
 * again only after it changed.
 */
export function createTaskKind(verdicts?: Verdicts): Kind<TaskFields> {
  return {
    name: 'task',
    discover: (files, scope, read) => discoverTasks(files, scope, read, verdicts ?? new Verdicts()),
    rootOf,
    project: projectTask,
    identityOf: (fields) => fields.uuid,
    broken: (fields) => fields.problems.some((problem) => problem.severity === 'error'),
    problemsOf: (fields) => fields.problems,
  };
}

/** The kind without a memory: every discovery looks at every lone code file. */
export const taskKind: Kind<TaskFields> = createTaskKind();
