import type { Server as TlsServer } from 'node:tls';
import { fullRights } from '@ratchet/contract/access';
import type { Dispatcher } from '@ratchet/contract/dispatcher';
import type { Operation } from '@ratchet/contract/operation';
import { createApp } from '@ratchet/transports/rest/create-app';
import {
  type DebugSessionOptions,
  debugSessionPath,
  isDevTools,
  registerDebugSessions,
} from '@ratchet/transports/rest/register-debug-sessions';
import { registerDocs } from '@ratchet/transports/rest/register-docs';
import { registerProbes } from '@ratchet/transports/rest/register-probes';
import { type Registry, registerRegistry } from '@ratchet/transports/rest/register-registry';
import { registerRest } from '@ratchet/transports/rest/register-rest';
import { registerWebhooks, type WebhookOptions, webhookPath } from '@ratchet/transports/rest/register-webhooks';
import { methodsAt } from '@ratchet/transports/rest/route-path';
import { requireSameOrigin } from '@ratchet/transports/rest/same-origin';
import type { Logger } from 'pino';
import type { Settings } from './settings.ts';
import { readCertificate } from './tls.ts';

export interface Surfaces {
  readonly operations: readonly Operation[];
  readonly dispatcher: Dispatcher;
  readonly version: string;
  readonly log: Logger;
  /** Resolves when work can be taken. */
  readonly ready: () => Promise<unknown>;
  /** What Prometheus reads. */
  readonly metrics: () => Promise<{ text: string; contentType: string }>;
  readonly webhook: WebhookOptions['take'];
  readonly registry: Registry;
  readonly debugSessions: Pick<DebugSessionOptions, 'check' | 'attach'>;
}

export const apiPrefix = '/api/v1';

export interface Listening {
  /** `http://127.0.0.1:8080` */
  readonly address: string;
  /** Reads certificate and key again. Throws VALIDATION_FAILED and goes on with those it has where they are no good. */
  renewCertificate(): void;
  close(): Promise<void>;
}

/** Puts the surfaces on one listener. */
export async function listen(
  settings: Pick<Settings, 'server'>,
  { operations, dispatcher, version, log, ready, metrics, webhook, registry, debugSessions }: Surfaces,
): Promise<Listening> {
  const { host, port, tls, bodyLimit, surfaces } = settings.server;
  const prefix = apiPrefix;
  const certificate = readCertificate(tls);
  const app = createApp({
    bodyLimit,
    tls: certificate,
    log: (level, message, data) => log[level](data ?? {}, message),
    methodsAt: surfaces.rest ? methodsAt(operations, prefix) : () => [],
  });
  // Webhooks come from elsewhere, and are signed.
  requireSameOrigin(
    app,
    (path) => path.startsWith(webhookPath(prefix)),
    (path, origin) => isDevTools(origin) && path.startsWith(debugSessionPath(prefix)),
  );
  const actor = { kind: 'anonymous', id: 'anonymous', name: 'anonymous' } as const;
  registerWebhooks(app, { prefix, take: webhook });
  if (surfaces.rest) registerRegistry(app, { prefix, registry, actorOf: async () => actor });
  await registerDebugSessions(app, { prefix, ...debugSessions });
  if (surfaces.rest)
    registerRest(app, {
      operations,
      dispatcher,
      prefix,
      callerOf: (request) => ({
        actor,
        rights: fullRights,
        surface: 'rest',
        requestId: request.id,
        address: request.ip,
      }),
    });
  registerProbes(app, {
    ready: () =>
      ready().then(
        () => true,
        () => false,
      ),
    metrics,
  });
  if (surfaces.docs) await registerDocs(app, { operations, version, prefix });
  const address = await app.listen({ host, port });
  return {
    address,
    renewCertificate() {
      const next = readCertificate(tls);
      if (next) (app.server as unknown as TlsServer).setSecureContext(next);
    },
    close: () => app.close(),
  };
}
