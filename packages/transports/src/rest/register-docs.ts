import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import type { Operation } from '@ratchet/contract/operation';
import type { FastifyInstance } from 'fastify';
import { openApiDocument } from './open-api/document.ts';

export interface DocsOptions {
  readonly operations: readonly Operation[];
  readonly version: string;
  readonly prefix: string;
  /** The server signs nobody in. */
  readonly anonymous?: boolean;
}

/** The OpenAPI document at /api-docs/openapi.json, and a page at /docs to try it, from this server alone. */
export async function registerDocs(
  app: FastifyInstance,
  { operations, version, prefix, anonymous = false }: DocsOptions,
): Promise<void> {
  const document = openApiDocument(operations, { title: 'Ratchet', version, prefix, anonymous });
  app.get('/api-docs/openapi.json', async () => document);
  await app.register(swagger, { mode: 'static', specification: { document: document as never } });
  await app.register(swaggerUi, {
    routePrefix: '/docs',
    staticCSP: "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'",
    transformStaticCSP: (header) => header,
    uiConfig: { docExpansion: 'none', deepLinking: true, displayRequestDuration: true, persistAuthorization: false },
  });
}
