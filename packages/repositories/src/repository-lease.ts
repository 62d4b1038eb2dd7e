import { RatchetError } from '@ratchet/contract/errors';
import { type Held, withLease } from '@ratchet/store/hold-lease';
import type { RepositoriesContext } from './context.ts';

const leaseSeconds = 30;
/** How long a second sync waits before it is refused: longer than a lease, so that it gets that of a holder that died. */
const waitMs = (leaseSeconds + 5) * 1000;

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
