import { randomBytes, timingSafeEqual } from 'node:crypto';
import { notFound, RatchetError } from '@ratchet/contract/errors';
import { createLiveRelay, type LiveRelay } from '@ratchet/sandbox/debug/live-relay';
import type { DebugRun } from '@ratchet/sandbox/debug/open-debug-run';
import type { RunLog, RunResult, TaskCode } from '@ratchet/sandbox/sandbox';
import type { ExecutionEnd } from '@ratchet/store/queries/execution-runs';

/** The side of an attached debugger: where messages for it go. */
export interface AttachedDebugger {
  send(message: string): void;
  /** The run has ended; nothing more will come. */
  close(why: string): void;
}
/** What an attached debugger does. */
export interface Attachment {
  take(message: string): void;
  /** It went away: its run ends, since its token was good for once and nobody else can let the task go on. */
  gone(): void;
}

export interface LiveRun {
  readonly run: DebugRun;
  readonly code: TaskCode;
  readonly taskId: string;
  readonly pauseAtEntry: boolean;
  readonly check: (result: RunResult) => ExecutionEnd;
}
interface Session extends LiveRun {
  /** Null once it was used. */
  token: Buffer | null;
  relay: LiveRelay | null;
}

/** Runs that wait for a debugger or have one. A session is gone when its run has ended. */
export function liveSessions() {
  const sessions = new Map<string, Session>();
  const admit = (id: string, token: string): Session => {
    const session = sessions.get(id);
    if (!session) throw notFound('debug session', id);
    if (session.token === null)
      throw new RatchetError('STATE_CONFLICT', 'A debugger has attached already. Start another session.');
    const given = Buffer.from(token, 'base64url');
    if (given.length !== session.token.length || !timingSafeEqual(given, session.token))
      throw new RatchetError('PERMISSION_DENIED', 'The token is not the one of this session.');
    return session;
  };
  return {
    count: () => sessions.size,
    /** Keeps a session until its run ends. The token lets one debugger in, once. */
    add(id: string, live: LiveRun): { token: string } {
      const token = randomBytes(32);
      sessions.set(id, { ...live, token, relay: null });
      const forget = () => void sessions.delete(id);
      live.run.result.then(forget, forget);
      return { token: token.toString('base64url') };
    },
    log(id: string, line: RunLog): void {
      sessions.get(id)?.relay?.log(line);
    },
    async end(id: string): Promise<void> {
      const session = sessions.get(id);
      if (!session) throw notFound('debug session', id);
      session.run.end();
      await session.run.result.catch(() => undefined);
    },
    /** The id of the task that a session runs. Throws NOT_FOUND. */
    taskOf(id: string): string {
      const session = sessions.get(id);
      if (!session) throw notFound('debug session', id);
      return session.taskId;
    },
    /** Throws NOT_FOUND, STATE_CONFLICT or PERMISSION_DENIED where a debugger may not attach. */
    check: (id: string, token: string) => void admit(id, token),
    attach(id: string, token: string, side: AttachedDebugger): Attachment {
      const session = admit(id, token);
      session.token = null;
      const { run, code, taskId, pauseAtEntry, check } = session;
      const relay = createLiveRelay(run, { code, taskId, pauseAtEntry, send: side.send });
      session.relay = relay;
      run.result.then(
        (result) => {
          relay.ended({ ...check(result), durationMs: result.durationMs });
          side.close('The run has ended.');
        },
        () => side.close('The run could not go on.'),
      );
      return { take: relay.take, gone: run.end };
    },
    async close(): Promise<void> {
      const runs = [...sessions.values()].map(({ run }) => run);
      for (const run of runs) run.end();
      await Promise.allSettled(runs.map((run) => run.result));
    },
  };
}
