import { fullRights } from '@ratchet/contract/access';
import type { Caller, Dispatcher, Surface } from '@ratchet/contract/dispatcher';
import type { Operation } from '@ratchet/contract/operation';
import { registerGraphQL } from '@ratchet/transports/graphql/register-graphql';
import type { DocumentPages } from '@ratchet/transports/mcp/options';
import { mcpPath, registerMcp } from '@ratchet/transports/mcp/register-mcp';
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
import { requireSameOrigin } from '@ratchet/transports/rest/same-origin';
import { registerTrpc } from '@ratchet/transports/trpc/register-trpc';
import type { Logger } from 'pino';
import type { Settings } from './settings.ts';

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
  readonly documents: DocumentPages;
}

export const apiPrefix = '/api/v1';

/** Puts the surfaces on one listener. */
export async function listen(
  { host, port, mcp }: Pick<Settings, 'host' | 'port' | 'mcp'>,
  { operations, dispatcher, version, log, ready, metrics, webhook, registry, debugSessions, documents }: Surfaces,
): Promise<{ address: string; close(): Promise<void> }> {
  const prefix = apiPrefix;
  const app = createApp({
    log: (level, message, data) => log[level](data ?? {}, message),
  });
  // Webhooks come from elsewhere, and are signed.
  requireSameOrigin(
    app,
    (path) => path.startsWith(webhookPath(prefix)),
    (path, origin) =>
      (isDevTools(origin) && path.startsWith(debugSessionPath(prefix))) ||
      (path === mcpPath && mcp.allowedOrigins.includes(origin)),
  );
  const actor = { kind: 'anonymous', id: 'anonymous', name: 'anonymous' } as const;
  registerWebhooks(app, { prefix, take: webhook });
  registerRegistry(app, { prefix, registry, actorOf: async () => actor });
  await registerDebugSessions(app, { prefix, ...debugSessions });
  const callerOf = (request: { readonly id: string; readonly ip: string }, surface: Surface): Caller => ({
    actor,
    rights: fullRights,
    surface,
    requestId: request.id,
    address: request.ip,
  });
  registerRest(app, { operations, dispatcher, prefix, callerOf });
  registerTrpc(app, {
    operations,
    dispatcher,
    callerOf,
    log: (level, message, data) => log[level](data, message),
  });
  await registerMcp(app, {
    operations,
    dispatcher,
    version,
    documents,
    log: (level, message, data) => log[level](data ?? {}, message),
    callerOf,
    ...mcp,
  });
  await registerGraphQL(app, {
    operations,
    dispatcher,
    log: (level, message, data) => log[level](data ?? {}, message),
    callerOf,
  });
  registerProbes(app, {
    ready: () =>
      ready().then(
        () => true,
        () => false,
      ),
    metrics,
  });
  await registerDocs(app, { operations, version, prefix, anonymous: true });
  const address = await app.listen({ host, port });
  return { address, close: () => app.close() };
}
