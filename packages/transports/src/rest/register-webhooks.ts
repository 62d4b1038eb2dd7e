import type { FastifyInstance } from 'fastify';

export interface WebhookOptions {
  readonly prefix: string;
  readonly take: (
    repositoryId: string,
    headers: Readonly<Record<string, string | string[] | undefined>>,
    body: Uint8Array,
  ) => Promise<{ accepted: boolean; duplicate: boolean; event: string; message: string }>;
  /** Bytes of a body, at most. Forges send up to 25 MB. */
  readonly bodyLimit?: number;
}

export const webhookPath = (prefix: string): string => `${prefix}/webhooks/`;

/**
 * Where forges send their webhooks: `POST <prefix>/webhooks/{repositoryId}`. REST alone serves it: the sender decides the
 * shape, and the signature is over the bytes as they came.
 */
export function registerWebhooks(app: FastifyInstance, { prefix, take, bodyLimit }: WebhookOptions): void {
  app.register(async (scope) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, bytes, done) => done(null, bytes));
    scope.post(
      `${webhookPath(prefix)}:repositoryId`,
      { bodyLimit: bodyLimit ?? 26 * 1024 * 1024 },
      async (request, reply) => {
        const { repositoryId } = request.params as { repositoryId: string };
        const body = (request.body as Buffer | undefined) ?? Buffer.alloc(0);
        const taken = await take(repositoryId, request.headers, body);
        return reply.status(taken.accepted ? 202 : 200).send(taken);
      },
    );
  });
}
