import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { followExecution, type LiveExecutionEvent } from '../../../api/live.ts';
import { read } from '../../../api/queries.ts';
import type { LogEntry, LogLevel } from '../../../kit/log/log-lines.ts';

const mostLines = 20_000;
/** New lines are drawn together. */
const drawMs = 200;
/** Where the stream does not tell, the execution is looked at. */
const lookMs = 2_000;

export const hasEnded = (status: string): boolean => status !== 'pending' && status !== 'running';

interface Progress {
  readonly progress: number | null;
  readonly message: string | null;
}

/** An execution and its log, as they come. */
export function useExecution(id: string) {
  const queries = useQueryClient();
  const query = useQuery({
    ...read('executions', 'get', { id }),
    refetchInterval: ({ state: { data } }) => (data && hasEnded(data.status) ? false : lookMs),
  });
  const [lines, setLines] = useState<readonly LogEntry[]>([]);
  const [progress, setProgress] = useState<Progress | null>(null);
  const waiting = useRef<LogEntry[]>([]);

  useEffect(() => {
    setLines([]);
    setProgress(null);
    waiting.current = [];
    let timer: ReturnType<typeof setTimeout> | null = null;
    const draw = () => {
      timer = null;
      const added = waiting.current;
      waiting.current = [];
      if (added.length > 0) setLines((before) => [...before, ...added].slice(-mostLines));
    };
    const look = () => void queries.invalidateQueries({ queryKey: ['executions'] });
    const next = (event: LiveExecutionEvent) => {
      if (event.type === 'LOG') {
        waiting.current.push(lineOf(event));
        timer ??= setTimeout(draw, drawMs);
      } else if (event.type === 'PROGRESS') setProgress(progressOf(event.data));
      else look();
    };
    const stop = followExecution(id, null, next, look);
    return () => {
      stop();
      if (timer !== null) clearTimeout(timer);
    };
  }, [id, queries]);

  return { ...query, lines, progress };
}

const levels: readonly LogLevel[] = ['debug', 'info', 'warn', 'error'];

function lineOf({ sequence, time, data }: LiveExecutionEvent): LogEntry {
  const said = (data ?? {}) as { level?: unknown; message?: unknown; data?: unknown };
  const level = levels.find((one) => one === said.level) ?? 'info';
  const line = { sequence, time, level, message: String(said.message ?? '') };
  return said.data === undefined || said.data === null ? line : { ...line, data: said.data };
}

function progressOf(data: unknown): Progress {
  const said = (data ?? {}) as { progress?: unknown; message?: unknown };
  return {
    progress: typeof said.progress === 'number' ? said.progress : typeof data === 'number' ? data : null,
    message: typeof said.message === 'string' ? said.message : null,
  };
}
