import { useEffect, useRef, useState } from 'react';
import { client } from '../../api/client.ts';
import { followExecution, type LiveExecutionEvent } from '../../api/live.ts';
import type { LogEntry } from '../../kit/log/log-lines.ts';

const pageSize = 1000;
const mostLines = 100_000;
const tickMs = 250;

export interface Log {
  readonly lines: readonly LogEntry[];
  readonly loading: boolean;
  readonly error: Error | null;
  /** Progress as it was told last. */
  readonly progress: { readonly value: number; readonly message: string | null } | null;
  readonly cut: boolean;
}

const start: Log = { lines: [], loading: true, error: null, progress: null, cut: false };

/**
 * The log of an execution: what is stored, and where it still runs what comes, each line once. `onState` hears that the
 * execution came to stand elsewhere or ended.
 */
export function useLog(id: string, running: boolean, onState: () => void): Log & { retry: () => void } {
  const [log, setLog] = useState<Log>(start);
  const [tries, setTries] = useState(0);
  const told = useRef(onState);
  told.current = onState;
  const last = useRef(0);
  // Another execution, or another try: all of it is read anew.
  useEffect(() => {
    void tries;
    last.current = 0;
    setLog(start);
    const abort = new AbortController();
    const read = async () => {
      let cursor: string | undefined;
      for (let count = 0; count < mostLines; ) {
        const page = await client.executions.logs(
          { id, limit: pageSize, ...(cursor ? { cursor } : {}) },
          { signal: abort.signal },
        );
        count += page.items.length;
        const items = page.items as readonly LogEntry[];
        last.current = Math.max(last.current, items.at(-1)?.sequence ?? 0);
        setLog((before) => ({ ...before, lines: merged(before.lines, items), cut: count >= mostLines }));
        if (page.meta.nextCursor === null) break;
        cursor = page.meta.nextCursor;
      }
      setLog((before) => ({ ...before, loading: false }));
    };
    read().catch((error: Error) => {
      if (!abort.signal.aborted) setLog((before) => ({ ...before, loading: false, error }));
    });
    return () => abort.abort();
  }, [id, tries]);

  const { loading, error } = log;
  useEffect(() => {
    if (!running || loading || error) return;
    let lines: LogEntry[] = [];
    let progress: Log['progress'] | undefined;
    let stop: () => void = () => undefined;
    let again: ReturnType<typeof setTimeout> | undefined;
    const flush = () => {
      if (lines.length === 0 && progress === undefined) return;
      const [more, now] = [lines, progress];
      lines = [];
      progress = undefined;
      setLog((before) => ({
        ...before,
        lines: more.length > 0 ? merged(before.lines, more) : before.lines,
        progress: now === undefined ? before.progress : now,
      }));
    };
    const heard = ({ sequence, type, data, time }: LiveExecutionEvent) => {
      last.current = Math.max(last.current, sequence);
      const given = (data ?? {}) as Record<string, unknown>;
      if (type === 'LOG') lines.push({ ...(given as Pick<LogEntry, 'level' | 'message'>), sequence, time });
      else if (type === 'PROGRESS')
        progress = { value: Number(given.progress), message: (given.message as string | null) ?? null };
      else told.current();
    };
    const follow = () => {
      stop = followExecution(id, last.current, heard, () => {
        flush();
        told.current();
        // Ended, or cut off: where it still runs, it is followed on.
        again = setTimeout(follow, 2000);
      });
    };
    follow();
    const timer = setInterval(flush, tickMs);
    return () => {
      clearInterval(timer);
      clearTimeout(again);
      flush();
      stop();
    };
  }, [id, running, loading, error]);
  return { ...log, retry: () => setTries((count) => count + 1) };
}

/** Lines in their order, each once. */
function merged(lines: readonly LogEntry[], more: readonly LogEntry[]): readonly LogEntry[] {
  const after = lines.at(-1)?.sequence ?? -1;
  if (more.every(({ sequence }) => sequence > after)) return more.length === 0 ? lines : [...lines, ...more];
  const all = new Map([...lines, ...more].map((line) => [line.sequence, line]));
  return [...all.values()].sort((a, b) => a.sequence - b.sequence);
}
