import type { RepositoryRow } from '@ratchet/store/queries/repositories';
import type { CycleContext } from '@ratchet/sync/cycle';
import type { TaskFields } from '@ratchet/sync/kinds/task/fields';
import type { RepositoriesContext } from './context.ts';

/** What a cycle over this repository works on. */
export const cycleOf = (
  context: RepositoriesContext,
  repository: RepositoryRow,
  remote: CycleContext<TaskFields>['remote'],
  replica: CycleContext<TaskFields>['replica'],
  signal: AbortSignal,
): CycleContext<TaskFields> => ({
  remote,
  replica,
  kind: context.kind,
  scope: { watch: repository.watchPatterns, ignore: repository.ignorePatterns },
  place: JSON.stringify([repository.repositoryType, repository.uri, repository.branch, repository.subPath]),
  policy: repository.conflictPolicy,
  signal,
});
