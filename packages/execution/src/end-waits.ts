import type { ExecutionRow } from '@ratchet/store/queries/executions';
import { hasEnded } from './execution-view.ts';

/** Executions queued here of which it is kept in mind that they have not ended. */
const remembered = 5000;

/** Those who wait for the ends of executions. */
export function endWaits(find: (id: string) => Promise<ExecutionRow>) {
  const waiting = new Map<string, Set<(row: ExecutionRow | null) => void>>();
  /**
   * Queued here, and not heard of since: who waits for one of them need not ask the database first. Invariant: an end
   * anywhere takes it out before it wakes anyone.
   */
  const open = new Set<string>();

  return {
    /** An execution was queued here. */
    queued(id: string): void {
      open.add(id);
      for (const oldest of open) {
        if (open.size <= remembered) break;
        open.delete(oldest);
      }
    },
    /** Executions have ended somewhere; null: any may have. */
    heard(ids: readonly string[] | null): void {
      if (ids === null) open.clear();
      else for (const id of ids) open.delete(id);
      for (const id of ids ?? [...waiting.keys()]) for (const go of [...(waiting.get(id) ?? [])]) go(null);
    },
    /** An execution has ended so. */
    told(row: ExecutionRow): void {
      open.delete(row.id);
      for (const go of [...(waiting.get(row.id) ?? [])]) go(row);
    },
    /** The execution when it has ended, or as it is when the caller goes away. */
    async waitFor(id: string, signal: AbortSignal | undefined): Promise<ExecutionRow> {
      for (;;) {
        let go: (row: ExecutionRow | null) => void = () => {};
        const heard = new Promise<ExecutionRow | null>((resolve) => {
          go = resolve;
        });
        const gone = () => go(null);
        const set = waiting.get(id) ?? new Set();
        waiting.set(id, set.add(go));
        try {
          if (!open.has(id) || signal?.aborted) {
            const row = await find(id);
            if (hasEnded(row.status) || signal?.aborted) return row;
          }
          signal?.addEventListener('abort', gone, { once: true });
          const told = await heard;
          if (told) return told;
        } finally {
          signal?.removeEventListener('abort', gone);
          set.delete(go);
          if (set.size === 0 && waiting.get(id) === set) waiting.delete(id);
        }
      }
    },
  };
}
