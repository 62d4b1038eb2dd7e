import { RatchetError } from '@ratchet/contract/errors';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { useWebSockets } from '../http/websockets.ts';

export interface DebugSessionOptions {
  readonly prefix: string;
  /** Throws NOT_FOUND, STATE_CONFLICT or PERMISSION_DENIED where a debugger may not attach. */
  readonly check: (sessionId: string, token: string) => void;
  /** Lets a debugger in; throws as `check` does. */
  readonly attach: (
    sessionId: string,
    token: string,
    side: { send(message: string): void; close(why: string): void },
  ) => { take(message: string): void; gone(): void };
}

export const debugSessionPath = (prefix: string): string => `${prefix}/debug-sessions/`;

/** Whether a page is Chrome’s own DevTools. */
export const isDevTools = (origin: string): boolean => origin.startsWith('devtools://');

const beatMs = 30_000;
/** WebSocket close codes: a normal end, text expected, not allowed. */
const codes = { normal: 1000, unsupported: 1003, policy: 1008 } as const;

/**
 * Where debuggers attach: a WebSocket at `<prefix>/debug-sessions/{sessionId}?token=…` that speaks the Chrome DevTools
 * Protocol. The token is the permission: it was given to whoever was allowed to start the session.
 */
export async function registerDebugSessions(app: FastifyInstance, options: DebugSessionOptions): Promise<void> {
  const { prefix, check, attach } = options;
  await useWebSockets(app);
  const asked = (request: FastifyRequest) => ({
    id: (request.params as { sessionId: string }).sessionId,
    token: String((request.query as { token?: unknown }).token ?? ''),
  });
  app.get(
    `${debugSessionPath(prefix)}:sessionId`,
    {
      websocket: true,
      preValidation: async (request) => {
        if (!request.ws) throw new RatchetError('VALIDATION_FAILED', 'A debugger attaches here with a WebSocket.');
        const { id, token } = asked(request);
        check(id, token);
      },
    },
    (socket, request) => {
      const { id, token } = asked(request);
      let attached: ReturnType<typeof attach>;
      try {
        attached = attach(id, token, {
          send: (message) => socket.send(message),
          close: (why) => socket.close(codes.normal, why),
        });
      } catch (error) {
        socket.close(codes.policy, error instanceof RatchetError ? error.message : 'It cannot be attached.');
        return;
      }
      let alive = true;
      // Who vanished without a word holds a process until it is missed.
      const beat = setInterval(() => {
        if (!alive) return socket.terminate();
        alive = false;
        socket.ping();
      }, beatMs);
      socket.on('pong', () => {
        alive = true;
      });
      socket.on('message', (data: unknown, isBinary: boolean) => {
        if (isBinary) socket.close(codes.unsupported, 'The protocol is text.');
        else attached.take(String(data));
      });
      // A message that is too large ends the connection by itself; nobody else needs to know.
      socket.on('error', () => undefined);
      socket.on('close', () => {
        clearInterval(beat);
        attached.gone();
      });
    },
  );
}
