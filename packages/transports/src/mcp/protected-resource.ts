import type { FastifyInstance, FastifyRequest } from 'fastify';

const wellKnown = '/.well-known/oauth-protected-resource';

/** Where the server is reached: what it is told, else what the request says. */
export const baseUrlOf = (request: FastifyRequest, publicUrl: string | undefined): string =>
  (publicUrl ?? `${request.protocol}://${request.headers.host ?? 'localhost'}`).replace(/\/+$/, '');

/** RFC 9728: what tokens open `/mcp`, for clients that were told 401. */
export function registerProtectedResource(app: FastifyInstance, path: string, publicUrl: string | undefined): void {
  for (const url of [wellKnown, `${wellKnown}${path}`])
    app.get(url, (request, reply) => {
      const base = baseUrlOf(request, publicUrl);
      return reply.type('application/json').send({
        resource: `${base}${path}`,
        resource_name: 'Ratchet',
        bearer_methods_supported: ['header'],
        resource_documentation: `${base}/docs`,
      });
    });
}

/** The WWW-Authenticate of a 401: where the metadata stands, and whether the proof given was the trouble. */
export const challenge = (request: FastifyRequest, path: string, publicUrl: string | undefined): string => {
  const given = request.headers.authorization !== undefined || request.headers['x-api-key'] !== undefined;
  return [
    `Bearer resource_metadata="${baseUrlOf(request, publicUrl)}${wellKnown}${path}"`,
    ...(given ? ['error="invalid_token"', 'error_description="The token or key is not good, or not any more"'] : []),
  ].join(', ');
};
