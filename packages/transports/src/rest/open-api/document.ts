import type { Operation } from '@ratchet/contract/operation';
import { routesOf, servedAt } from '../route-path.ts';
import { converter, type Schema } from './components.ts';
import { describeOperation, entityOf } from './describe-operation.ts';
import { furtherPaths } from './further-paths.ts';
import { errorSchema, headers, notFound, progressSchema, sharedResponses } from './responses.ts';
import { tagWords } from './tags.ts';

export interface DocumentOptions {
  readonly title: string;
  readonly version: string;
  readonly prefix: string;
  /** The server signs nobody in: requests need no proof. */
  readonly anonymous?: boolean;
}

const securitySchemes: Schema = {
  bearer: {
    type: 'http',
    scheme: 'bearer',
    bearerFormat: 'JWT',
    description: 'An access token as /auth/login and /auth/refresh answer it, or an API key',
  },
  apiKey: { type: 'apiKey', in: 'header', name: 'X-API-Key', description: 'An API key' },
  session: { type: 'apiKey', in: 'cookie', name: 'ratchet_session', description: 'The session of a browser' },
};

/** OpenAPI 3.1 of every operation. Named schemas become components. */
export function openApiDocument(operations: readonly Operation[], options: DocumentOptions): Schema {
  const { title, version, prefix, anonymous = false } = options;
  const components: Record<string, Schema> = { Error: errorSchema, ProgressEvent: progressSchema };
  const convert = converter(components);
  for (const operation of operations) convert(operation.output, 'output');
  const paths: Record<string, Schema> = {};
  for (const operation of operations)
    for (const [index, [method, path]] of routesOf(operation).entries()) {
      const at = servedAt(operation, path, prefix).replace(/\{(\w+)\+\}/g, '{$1}');
      paths[at] ??= {};
      paths[at][method.toLowerCase()] = describeOperation(operation, [method, path], index, {
        convert,
        components,
        anonymous,
      });
    }
  return {
    openapi: '3.1.0',
    info: {
      title,
      version,
      description: 'A self-hosted automation server: tasks that live in a database and in repositories, kept in step.',
      contact: { name: 'Whoever runs this server' },
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/', description: 'This server' }],
    tags: [...new Set([...operations.map(entityOf), 'webhooks'])].map((name) => ({
      name,
      description: tagWords[name] ?? name,
    })),
    paths: { ...paths, ...furtherPaths(prefix) },
    components: {
      schemas: components,
      headers,
      responses: { ...sharedResponses, NotFound: notFound },
      securitySchemes,
    },
  };
}
