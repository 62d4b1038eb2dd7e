import type { Execution } from '@ratchet/contract/entities/execution';
import type { FilterClause } from '@ratchet/contract/paging';
import { useCallback, useEffect, useRef, useState } from 'react';
import { client } from '../../api/client.ts';
import { inBulk } from '../runs/in-bulk.ts';
import type { FoundLine } from './log-pattern.ts';

export interface LogWish {
  readonly q: string;
  readonly levels: readonly string[];
  readonly executions: readonly FilterClause[];
}
export interface LogSearch {
  readonly lines: readonly FoundLine[];
  /** Executions whose logs were read. */
  readonly searched: number;
  /** Executions that there are. */
  readonly of: number | null;
  /** Executions with more lines that match than were read. */
  readonly cut: number;
  readonly busy: boolean;
  readonly more: boolean;
  readonly error: Error | null;
}

/** Executions of one step of the search, and lines of one execution. */
const step = 50;
const linesOfOne = 200;
const nothing: LogSearch = { lines: [], searched: 0, of: null, cut: 0, busy: true, more: false, error: null };

/**
 * Searches the logs of executions, the newest first, some at a time: the server searches one execution's log at once. `more`
 * goes on with older ones.
 */
export function useLogSearch({ q, levels, executions }: LogWish) {
  const [found, setFound] = useState<LogSearch>(nothing);
  const cursor = useRef<string | null>(null);
  const running = useRef<AbortController | null>(null);
  const wish = JSON.stringify({ q, levels, executions });

  const search = useCallback(
    async (fresh: boolean) => {
      const { q: text, levels: wanted, executions: filters } = JSON.parse(wish) as LogWish;
      running.current?.abort();
      const abort = new AbortController();
      running.current = abort;
      const { signal } = abort;
      if (fresh) cursor.current = null;
      setFound((before) => (fresh ? nothing : { ...before, busy: true, error: null }));
      try {
        const page = await client.executions.list(
          { limit: step, filters: [...filters], ...(cursor.current ? { cursor: cursor.current } : {}) },
          { signal },
        );
        const byId = new Map<string, Execution>(page.items.map((one) => [one.id, one]));
        const read = await inBulk([...byId.keys()], async (id) => {
          signal.throwIfAborted();
          return client.executions.logs(
            {
              id,
              limit: linesOfOne,
              sort: [{ field: 'sequence', order: 'desc' }],
              ...(text === '' ? {} : { q: text }),
              ...(wanted.length === 0 ? {} : { filters: [{ field: 'level', op: 'eq' as const, value: [...wanted] }] }),
            },
            { signal },
          );
        });
        if (signal.aborted) return;
        const lines = read.done.flatMap(({ id, result }) =>
          result.items.map((line): FoundLine => ({ ...line, executionId: id, taskName: byId.get(id)?.taskName ?? id })),
        );
        const cut = read.done.filter(({ result }) => result.meta.total > result.items.length).length;
        cursor.current = page.meta.nextCursor;
        setFound((before) => ({
          lines: [...before.lines, ...lines].sort((a, b) =>
            a.time < b.time ? 1 : a.time > b.time ? -1 : b.sequence - a.sequence,
          ),
          searched: before.searched + page.items.length,
          of: page.meta.total,
          cut: before.cut + cut,
          busy: false,
          more: page.meta.nextCursor !== null,
          error: null,
        }));
      } catch (error) {
        if (!signal.aborted) setFound((before) => ({ ...before, busy: false, error: error as Error }));
      }
    },
    [wish],
  );
  useEffect(() => {
    void search(true);
    return () => running.current?.abort();
  }, [search]);
  return { ...found, again: () => void search(true), goOn: () => void search(false) };
}
