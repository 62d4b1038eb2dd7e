import type { Conflict } from '@ratchet/contract/entities/conflict';
import { client } from '../../api/client.ts';
import { useLongAction } from '../repository/parts/use-long-action.ts';

export type BulkWay = 'take_local' | 'take_remote' | 'merge';

export interface BulkResult {
  readonly way: BulkWay;
  readonly resolved: readonly Conflict[];
  readonly failed: readonly { readonly conflict: Conflict; readonly message: string }[];
}

/** Decides several conflicts in one way, one after the other. One that moved since it was listed is left open and named. */
export function useBulkResolve(onDone: (result: BulkResult) => void) {
  return useLongAction<{ conflicts: readonly Conflict[]; way: BulkWay }, BulkResult>({
    act: async ({ conflicts, way }, onProgress) => {
      const resolved: Conflict[] = [];
      const failed: { conflict: Conflict; message: string }[] = [];
      for (const [done, conflict] of conflicts.entries()) {
        onProgress({ stage: conflict.repositoryPath, done, total: conflicts.length });
        const { id, revision } = conflict;
        try {
          resolved.push(await client.conflicts.resolve({ id, resolution: way, expectedRevision: revision }));
        } catch (error) {
          failed.push({ conflict, message: error instanceof Error ? error.message : String(error) });
        }
      }
      return { way, resolved, failed };
    },
    changes: ['conflicts', 'tasks', 'repositories', 'registry'],
    onDone,
  });
}
