import type { Log } from '@ratchet/execution/worker-logger';

/**
 * graphile-worker 0.18 leaves a promise of its own to nobody: its local queue gives jobs back when it is released, and where
 * the database is away by then, that would end this process (localQueue.js: `background` throws before it takes the promise).
 * Nothing is lost with it, since what a released queue held is unlocked for others. Any other rejection that nobody handles
 * still ends the process. Answers how to stop.
 */
export function outliveStrayRejections(log: Log): () => void {
  const judge = (reason: unknown) => {
    if (!(reason instanceof Error) || !/graphile-worker[\\/]dist[\\/]localQueue/.test(reason.stack ?? '')) throw reason;
    log('warn', 'The queue could not give back what it held; it is unlocked for others.', { err: reason });
  };
  process.on('unhandledRejection', judge);
  return () => process.off('unhandledRejection', judge);
}
