import { Logger } from 'graphile-worker';
import type { ExecutorOptions } from './executor.ts';

/** graphile-worker's own words, where they matter. */
export const workerLogger = (log: ExecutorOptions['log']): Logger =>
  new Logger(() => (level, message, meta) => {
    if (level === 'error') log('error', `queue: ${message}`, meta as Record<string, unknown>);
    else if (level === 'warning') log('warn', `queue: ${message}`, meta as Record<string, unknown>);
  });
