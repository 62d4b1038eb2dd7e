import type { LoggingLevel, Server, ServerContext } from '@modelcontextprotocol/server';

const levels: readonly LoggingLevel[] = [
  'debug',
  'info',
  'notice',
  'warning',
  'error',
  'critical',
  'alert',
  'emergency',
];

/** Sends a message to the client's log, where the client wants it; it never fails. */
export type ClientLog = (context: ServerContext, level: LoggingLevel, data: unknown) => Promise<void>;

/**
 * The log of one connection. Clients of 2026 say with each request what they want to hear, which the SDK looks after;
 * earlier ones set a level once, and hear warnings until they do.
 */
export function clientLog(server: Server, era: 'legacy' | 'modern'): ClientLog {
  let threshold: LoggingLevel = 'warning';
  if (era === 'legacy')
    server.setRequestHandler('logging/setLevel', ({ params }) => {
      threshold = params.level;
      return {};
    });
  return async ({ mcpReq }, level, data) => {
    if (era === 'legacy' && levels.indexOf(level) < levels.indexOf(threshold)) return;
    await mcpReq.log(level, data, 'ratchet').catch(() => {});
  };
}
