import { RatchetError } from '@ratchet/contract/errors';
import { type Held, withLease } from '@ratchet/store/hold-lease';
import type { RepositoriesContext } from './context.ts';

/** How long a second sync waits for the first before it is refused. */
const waitMs = 30_000;
const leaseSeconds = 30;

export const leaseName = (repositoryId: string): string => `repository:${repositoryId}`;

/** Works on a repository while no other process does, over all nodes. */
export function holdRepository<T>(
  { database, nodeId }: Pick<RepositoriesContext, 'database' | 'nodeId'>,
  repositoryId: string,
  work: (lease: Held) => Promise<T>,
): Promise<T> {
  const busy = () =>
    new RatchetError('REPOSITORY_BUSY', 'Another sync of this repository is under way. Try again in a moment.');
  return withLease(
    database,
    { name: leaseName(repositoryId), holder: `${nodeId}/${crypto.randomUUID()}`, seconds: leaseSeconds, waitMs, busy },
    work,
  );
}
