import { Logger } from 'graphile-worker';

export type Log = (level: 'info' | 'warn' | 'error', message: string, data?: Record<string, unknown>) => void;

/** Workers wait for each other's statements, not for connections: more workers than connections is as it should be. */
const meant = /^WARNING: having maxPoolSize/;

/** graphile-worker's own words, where they matter. */
export const workerLogger = (log: Log): Logger =>
  new Logger(() => (level, message, meta) => {
    if (level === 'error') log('error', `queue: ${message}`, meta as Record<string, unknown>);
    else if (level === 'warning' && !meant.test(message))
      log('warn', `queue: ${message}`, meta as Record<string, unknown>);
  });
