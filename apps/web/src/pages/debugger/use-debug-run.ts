import type { DebugSession } from '@ratchet/contract/entities/debug';
import { useCallback, useEffect, useRef, useState, useSyncExternalStore } from 'react';
import { client } from '../../api/client.ts';
import type { Breakpoint } from './breakpoints.ts';
import { type DebugRun, openDebugRun, type PauseOnExceptions, type RunState } from './debug-run.ts';

export interface StartWish {
  readonly taskId: string;
  readonly input: unknown;
  readonly pauseOnEntry: boolean;
  readonly pauseOnExceptions: PauseOnExceptions;
  readonly breakpoints: readonly Breakpoint[];
  /** Waits for Chrome DevTools or an editor, and is not debugged here. */
  readonly outside: boolean;
}

const timeoutMs = 1_800_000;
const nobody = () => () => undefined;
const nothing = (): RunState | null => null;

/** The address by which this page reaches the server, whatever name the server has for itself. */
function reachable(webSocketDebuggerUrl: string): string {
  const { pathname, search } = new URL(webSocketDebuggerUrl);
  return `${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}${pathname}${search}`;
}

/** A debugged run that lasts as long as the page: leaving it ends the run, since nobody else could let it go on. */
export function useDebugRun() {
  const [run, setRun] = useState<DebugRun | null>(null);
  const [session, setSession] = useState<(DebugSession & { readonly outside: boolean }) | null>(null);
  const [starting, setStarting] = useState(false);
  const [error, setError] = useState<Error | null>(null);
  const latest = useRef<DebugRun | null>(null);
  const gone = useRef(false);
  useEffect(() => {
    gone.current = false;
    return () => {
      gone.current = true;
      latest.current?.close();
    };
  }, []);
  const state = useSyncExternalStore(run?.subscribe ?? nobody, run?.state ?? nothing);

  const start = useCallback(async (wish: StartWish) => {
    setStarting(true);
    setError(null);
    try {
      latest.current?.close();
      latest.current = null;
      setRun(null);
      const { taskId, input, pauseOnEntry, outside } = wish;
      const begun = await client.tasks.startDebugSession({
        id: taskId,
        input: input as never,
        pauseOnEntry,
        timeoutMs,
      });
      setSession({ ...begun, outside });
      if (outside) return begun;
      const opened = await openDebugRun(reachable(begun.webSocketDebuggerUrl), begun.taskId, wish);
      if (gone.current) opened.close();
      else {
        latest.current = opened;
        setRun(opened);
      }
      return begun;
    } catch (failed) {
      setSession(null);
      setError(failed as Error);
      return null;
    } finally {
      setStarting(false);
    }
  }, []);
  const end = useCallback(async () => {
    if (latest.current) latest.current.close();
    else if (session) await client.tasks.endDebugSession({ sessionId: session.id }).catch(() => undefined);
    setSession(null);
  }, [session]);
  return { run, state, session, starting, error, start, end };
}
