import type { Execution } from '@ratchet/contract/entities/execution';
import type { Job } from '@ratchet/contract/entities/job';
import { createClient as createSocket, type Client as Socket } from 'graphql-ws/client';
import { useEffect, useRef, useSyncExternalStore } from 'react';

/*
 * Streams come over one WebSocket: a browser has six plain connections to a server for all of its tabs, and a stream of
 * server-sent events would hold one of them each.
 */

/** What the streams tell, by name. Only what pages need is asked for; read the rest. */
export interface LiveEvents {
  executions: { readonly execution: Pick<Execution, 'id' | 'taskId' | 'jobId' | 'status'> };
  jobs: { readonly job: Pick<Job, 'id' | 'taskId' | 'batchId' | 'status'> };
  workers: { readonly worker: { readonly id: string } };
  repositories: {
    readonly type: string;
    readonly repositoryId: string;
    readonly runId: string | null;
    readonly conflictId: string | null;
    readonly taskId: string | null;
    readonly message: string | null;
    readonly at: string;
  };
  specs: {
    readonly type: string;
    readonly specId: string | null;
    readonly projectId: string;
    readonly error: string | null;
  };
}

const documents: { readonly [K in keyof LiveEvents]: string } = {
  executions: 'subscription { told: taskExecutions { execution { id taskId jobId status } } }',
  jobs: 'subscription { told: jobStatus { job { id taskId batchId status } } }',
  workers: 'subscription { told: workerStatus { worker { id } } }',
  repositories: 'subscription { told: syncEvents { type repositoryId runId conflictId taskId message at } }',
  specs: 'subscription { told: specSyncEvents { type specId projectId error } }',
};

type State = 'connecting' | 'open' | 'closed';
let socket: Socket | null = null;
let state: State = 'closed';
const watchers = new Set<() => void>();
const setState = (next: State): void => {
  state = next;
  for (const watcher of watchers) watcher();
};

const open = (): Socket => {
  socket ??= createSocket({
    url: `${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/graphql`,
    lazy: true,
    lazyCloseTimeout: 5_000,
    keepAlive: 20_000,
    retryAttempts: Number.POSITIVE_INFINITY,
    shouldRetry: () => true,
    retryWait: (tried) =>
      new Promise((resolve) => setTimeout(resolve, Math.min(30_000, 500 * 2 ** tried) * (0.5 + Math.random() / 2))),
    on: {
      connecting: () => setState('connecting'),
      connected: () => setState('open'),
      closed: () => setState('closed'),
    },
  });
  return socket;
};

/** Ends the connection, so that the next one is made with who signs in then. */
export function endLive(): void {
  void socket?.dispose();
  socket = null;
}

const subscribe = <T>(query: string, variables: Record<string, unknown>, next: (told: T) => void, ended?: () => void) =>
  open().subscribe<{ told: T }>(
    { query, variables },
    { next: ({ data }) => data && next(data.told), error: () => ended?.(), complete: () => ended?.() },
  );

/** One subscription of each stream, however many parts of the page listen. */
const shared = new Map<keyof LiveEvents, { readonly heard: Set<(event: never) => void>; end: () => void }>();

function listen<K extends keyof LiveEvents>(stream: K, heard: (event: LiveEvents[K]) => void): () => void {
  let one = shared.get(stream);
  if (!one) {
    const all = new Set<(event: never) => void>();
    const end = subscribe<LiveEvents[K]>(documents[stream], {}, (event) => {
      for (const hear of all) (hear as (event: LiveEvents[K]) => void)(event);
    });
    one = { heard: all, end };
    shared.set(stream, one);
  }
  const { heard: all, end } = one;
  all.add(heard);
  return () => {
    all.delete(heard);
    if (all.size > 0) return;
    shared.delete(stream);
    end();
  };
}

/** Calls `heard` with what a stream tells while the component is there. `null` listens to nothing. */
export function useLive<K extends keyof LiveEvents>(stream: K | null, heard: (event: LiveEvents[K]) => void): void {
  const latest = useRef(heard);
  useEffect(() => {
    latest.current = heard;
  });
  useEffect(() => (stream === null ? undefined : listen(stream, (event) => latest.current(event))), [stream]);
}

/** Whether what happens is told at once; where it is not, pages look from time to time. */
export const useLiveState = (): State =>
  useSyncExternalStore(
    (changed) => {
      watchers.add(changed);
      return () => watchers.delete(changed);
    },
    () => state,
  );

export interface LiveExecutionEvent {
  readonly sequence: number;
  readonly type: 'STATE' | 'LOG' | 'PROGRESS';
  readonly data: unknown;
  readonly time: string;
}

/** Events of one execution after a sequence, until it ends or the returned function is called. */
export const followExecution = (
  id: string,
  after: number | null,
  next: (event: LiveExecutionEvent) => void,
  ended: () => void,
): (() => void) =>
  subscribe(
    'subscription ($id: ID!, $after: SafeInt) { told: executionLogs(id: $id, lastEventId: $after) { sequence type data time } }',
    { id, after },
    next,
    ended,
  );
