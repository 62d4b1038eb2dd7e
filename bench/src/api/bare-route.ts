import Fastify from 'fastify';

/** A process with one route that answers one value as JSON: what Fastify and Node can do here at most. */
process.once('message', async (value) => {
  const app = Fastify();
  app.get('/bare', async () => value);
  process.send?.(await app.listen({ port: 0, host: '127.0.0.1' }));
});
