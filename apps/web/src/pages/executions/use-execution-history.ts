import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { client } from '../../api/client.ts';
import { sinceOf } from '../runs/time-range.ts';

const slots = 12;

export interface HistoryPoint {
  readonly time: string;
  readonly completed: number;
  readonly failed: number;
  readonly other: number;
}

/** How many executions ended how over a stretch of time, in equal parts. */
export function useExecutionHistory(taskId: string, when: string, enabled: boolean) {
  const range = when || '24h';
  return useQuery({
    queryKey: ['executions', 'stats', 'history', taskId, range] as const,
    enabled,
    staleTime: 60_000,
    refetchInterval: 60_000,
    placeholderData: keepPreviousData,
    queryFn: async ({ signal }): Promise<HistoryPoint[]> => {
      const to = Date.now();
      const from = Date.parse(sinceOf(range) ?? '') || to - 86_400_000;
      const width = (to - from) / slots;
      const points: HistoryPoint[] = [];
      for (let slot = 0; slot < slots; slot += 1) {
        const start = new Date(from + slot * width).toISOString();
        const { byStatus, total } = await client.executions.stats(
          { ...(taskId ? { taskId } : {}), from: start, to: new Date(from + (slot + 1) * width).toISOString() },
          { signal },
        );
        const completed = byStatus.completed ?? 0;
        const failed = (byStatus.failed ?? 0) + (byStatus.timed_out ?? 0);
        points.push({ time: start, completed, failed, other: total - completed - failed });
      }
      return points;
    },
  });
}
