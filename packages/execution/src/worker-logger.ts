import { Logger } from 'graphile-worker';

export type Log = (level: 'info' | 'warn' | 'error', message: string, data?: Record<string, unknown>) => void;

/** graphile-worker's own words, where they matter. */
export const workerLogger = (log: Log): Logger =>
  new Logger(() => (level, message, meta) => {
    if (level === 'error') log('error', `queue: ${message}`, meta as Record<string, unknown>);
    else if (level === 'warning') log('warn', `queue: ${message}`, meta as Record<string, unknown>);
  });
