import type { Kind } from '../../kind.ts';
import type { SyncProblem } from '../../problem.ts';
import { discoverChanges } from './discover-changes.ts';
import type { OpenSpecFields } from './fields.ts';
import { projectChange } from './project-change.ts';

/**
 * The kind `openspec_change`: folders below `openspec/changes` and `openspec/changes/archive` of a project, whose folder is
 * the root of the endpoint. A change has no identity in its files: when its folder is renamed or archived, its tree tells that it is
 * the same. Nothing that its files hold keeps it from loading, syncing or being edited.
 */
export function createOpenSpecKind(): Kind<OpenSpecFields> {
  return {
    name: 'openspec_change',
    discover: async (files, scope) => discoverChanges(files, scope),
    rootOf: (path) => `${path}/`,
    project: (path, files) => ({ fields: projectChange(path, files) }),
    identityOf: () => null,
    broken: () => false,
    problemsOf: (fields) => fields.problems.flatMap(syncProblem),
  };
}

/** Notes are none. What OpenSpec calls an error is about the change's content, and keeps no sync from being done. */
const syncProblem = ({ severity, ...problem }: OpenSpecFields['problems'][number]): SyncProblem[] =>
  severity === 'info' ? [] : [{ ...problem, severity: 'warning' }];
