import type { FastifyInstance, FastifyRequest } from 'fastify';

export interface Probes {
  readonly ready: () => Promise<boolean>;
  /** The text that Prometheus reads. */
  /** Throws for a request that may not see the figures. */
  readonly mayReadMetrics?: (request: FastifyRequest) => Promise<unknown>;
  readonly metrics: () => Promise<{ text: string; contentType: string }>;
}

/** `/live`: the process answers. `/ready`: it can take work. `/metrics`: its figures. */
export function registerProbes(app: FastifyInstance, { ready, metrics, mayReadMetrics }: Probes): void {
  app.get('/live', async () => ({ status: 'ok' }));
  app.get('/ready', async (_request, reply) => {
    const ok = await ready();
    return reply.status(ok ? 200 : 503).send({ status: ok ? 'ok' : 'unavailable' });
  });
  app.get('/metrics', async (request, reply) => {
    await mayReadMetrics?.(request);
    const { text, contentType } = await metrics();
    return reply.type(contentType).send(text);
  });
}
