import type { FastifyInstance } from 'fastify';

export interface Probes {
  readonly ready: () => Promise<boolean>;
  /** The text that Prometheus reads. */
  readonly metrics: () => Promise<{ text: string; contentType: string }>;
}

/** `/live`: the process answers. `/ready`: it can take work. `/metrics`: its figures. */
export function registerProbes(app: FastifyInstance, { ready, metrics }: Probes): void {
  app.get('/live', async () => ({ status: 'ok' }));
  app.get('/ready', async (_request, reply) => {
    const ok = await ready();
    return reply.status(ok ? 200 : 503).send({ status: ok ? 'ok' : 'unavailable' });
  });
  app.get('/metrics', async (_request, reply) => {
    const { text, contentType } = await metrics();
    return reply.type(contentType).send(text);
  });
}
