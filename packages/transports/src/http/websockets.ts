import websocket from '@fastify/websocket';
import type { FastifyInstance } from 'fastify';
import { handleProtocols } from 'graphql-ws';

/** Bytes of one message, at most. */
const mostBytes = 1024 * 1024;

/** Lets routes of this application be WebSockets; whoever needs it asks, and the first makes it so. */
export async function useWebSockets(app: FastifyInstance): Promise<void> {
  if (app.hasDecorator('websocketServer')) return;
  await app.register(websocket, {
    options: {
      maxPayload: mostBytes,
      // Only GraphQL's sockets name a protocol. One that is not known is not agreed to.
      handleProtocols: (protocols: Set<string>) => handleProtocols(protocols) || false,
    },
  });
}
