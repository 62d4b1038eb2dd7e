import { createHash } from 'node:crypto';
import type { FastifyInstance } from 'fastify';

const path = '/playground';

/** GraphiQL, whole, out of this server: no page of it comes from anywhere else, and its policy would let none in. */
export function registerPlayground(app: FastifyInstance, endpoint: string): void {
  let made: Promise<{ html: string; policy: string }> | null = null;
  app.get(path, { exposeHeadRoute: false }, async (_request, reply) => {
    // It is nine megabytes: read when somebody first asks for it.
    made ??= makePage(endpoint);
    const { html, policy } = await made;
    return reply
      .type('text/html; charset=utf-8')
      .header('content-security-policy', policy)
      .header('cache-control', 'private, max-age=3600')
      .send(html);
  });
}

const firstQuery = `# Ratchet over GraphQL. The documentation of every type and field is in the panel on the left.
{
  health { status version }
  tasks(pagination: { limit: 10 }, sort: [{ field: "updatedAt", order: DESC }]) {
    id
    name
    version
    repository { name }
  }
}
`;

async function makePage(endpoint: string): Promise<{ html: string; policy: string }> {
  const { renderGraphiQL } = await import('@graphql-yoga/render-graphiql');
  const options = { title: 'Ratchet GraphiQL', endpoint, defaultQuery: firstQuery, subscriptionsProtocol: 'WS' };
  const html = await renderGraphiQL(options as never);
  const scripts = [...html.matchAll(/<script>([\s\S]*?)<\/script>/g)].map(
    ([, text]) =>
      `'sha256-${createHash('sha256')
        .update(text as string)
        .digest('base64')}'`,
  );
  const policy = [
    "default-src 'none'",
    `script-src ${scripts.join(' ')} blob:`,
    "style-src 'unsafe-inline'",
    'worker-src blob:',
    "connect-src 'self'",
    "img-src 'self' data: blob:",
    'font-src data:',
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
  return { html, policy };
}
