import type { Caller } from '@ratchet/contract/dispatcher';
import type { SyncOptions } from '@ratchet/repositories/sync-options';

const said = { look: 'Reading the repository', write: 'Writing' } as const;

/** A cycle's progress as a caller hears it. */
export const progressTo = (progress: Caller['progress']): { onProgress?: SyncOptions['onProgress'] } =>
  progress ? { onProgress: (stage, done, total) => progress({ stage: said[stage], done, total }) } : {};
