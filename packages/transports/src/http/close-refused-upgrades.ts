import type { FastifyInstance } from 'fastify';

/**
 * Ends the connection of a request that asked for another protocol and was answered in plain HTTP: the listener has let
 * go of its socket, which nothing else would close, not even the end of the server.
 */
export function closeRefusedUpgrades(app: FastifyInstance): void {
  app.addHook('onSend', async (request, reply) => {
    if (request.headers.upgrade !== undefined) reply.header('connection', 'close');
  });
  app.addHook('onResponse', async (request) => {
    if (request.headers.upgrade !== undefined) request.raw.socket.end();
  });
}
