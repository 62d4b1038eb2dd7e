import type { Schema } from './components.ts';

const plain = (description: string, type: string, schema: Schema): Schema => ({
  description,
  content: { [type]: { schema } },
});
const status: Schema = {
  type: 'object',
  properties: { status: { type: 'string', enum: ['ok', 'unavailable'] } },
  required: ['status'],
};
const refused = (name: string): Schema => ({ $ref: `#/components/responses/${name}` });
const probe = (operationId: string, summary: string, responses: Schema): Schema => ({
  get: { operationId, summary, description: summary, tags: ['health'], security: [], responses },
});

/** What is served beside the operations: probes, and where forges send their webhooks. */
export const furtherPaths = (prefix: string): Record<string, Schema> => ({
  '/live': probe('probes.live', 'Whether the process answers', {
    200: plain('It does', 'application/json', status),
    400: refused('Invalid'),
  }),
  '/ready': probe('probes.ready', 'Whether it can take work', {
    200: plain('It can', 'application/json', status),
    400: refused('Invalid'),
    503: plain('It cannot', 'application/json', status),
  }),
  '/metrics': probe('probes.metrics', 'Figures for Prometheus', {
    200: plain('The figures', 'text/plain', { type: 'string' }),
    400: refused('Invalid'),
  }),
  [`${prefix}/webhooks/{repositoryId}`]: {
    post: {
      operationId: 'webhooks.take',
      summary: 'Take a webhook of a forge: the repository is looked at',
      description: 'The forge decides the shape, and signs the body with the repository’s webhook secret.',
      tags: ['webhooks'],
      security: [],
      parameters: [
        {
          name: 'repositoryId',
          in: 'path',
          required: true,
          description: 'The repository',
          schema: { type: 'string', format: 'uuid' },
        },
      ],
      requestBody: { required: false, content: { 'application/json': { schema: {} } } },
      responses: Object.fromEntries([
        ...(['200', '202'] as const).map((code) => [
          code,
          plain(code === '202' ? 'It will be looked at' : 'Nothing to do', 'application/json', {
            type: 'object',
            properties: {
              accepted: { type: 'boolean' },
              duplicate: { type: 'boolean' },
              event: { type: 'string' },
              message: { type: 'string' },
            },
            required: ['accepted', 'duplicate', 'event', 'message'],
          }),
        ]),
        ['400', refused('Invalid')],
        ['401', refused('Unauthenticated')],
        ['403', refused('PermissionDenied')],
        ['404', { $ref: '#/components/responses/NotFound' }],
        ['413', refused('TooLarge')],
        ['500', refused('Internal')],
      ]),
    },
  },
});
