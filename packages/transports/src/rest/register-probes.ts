import type { FastifyInstance } from 'fastify';

/** `/live`: the process answers. `/ready`: it can take work. */
export function registerProbes(app: FastifyInstance, { ready }: { ready: () => Promise<boolean> }): void {
  app.get('/live', async () => ({ status: 'ok' }));
  app.get('/ready', async (_request, reply) => {
    const ok = await ready();
    return reply.status(ok ? 200 : 503).send({ status: ok ? 'ok' : 'unavailable' });
  });
}
