import type { RepositoryRow } from '@ratchet/store/queries/repositories';
import type { CycleContext } from '@ratchet/sync/cycle';
import type { Kind } from '@ratchet/sync/kind';
import type { Remote } from '@ratchet/sync/remote';
import type { Replica } from '@ratchet/sync/replica';

/** What a cycle over this repository works on. */
export const cycleOf = <P>(
  kind: Kind<P>,
  repository: RepositoryRow,
  remote: Remote,
  replica: Replica<P>,
  signal: AbortSignal,
): CycleContext<P> => ({
  remote,
  replica,
  kind,
  scope: { watch: repository.watchPatterns, ignore: repository.ignorePatterns },
  place: JSON.stringify([repository.repositoryType, repository.uri, repository.branch, repository.subPath]),
  policy: repository.conflictPolicy,
  signal,
});
