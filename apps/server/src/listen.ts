import type { Dispatcher } from '@ratchet/contract/dispatcher';
import type { Operation } from '@ratchet/contract/operation';
import { registerGraphQL } from '@ratchet/transports/graphql/register-graphql';
import { callersOf, type Identify } from '@ratchet/transports/http/caller-of';
import { followSession } from '@ratchet/transports/http/follow-session';
import { requestGate } from '@ratchet/transports/http/request-gate';
import { requirePermission } from '@ratchet/transports/http/require-permission';
import { securityHeaders } from '@ratchet/transports/http/security-headers';
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
  /** Reads proofs; null: nobody signs in, and whoever reaches the server may do everything. */
  readonly identify: Identify | null;
  readonly documents: DocumentPages;
}

export const apiPrefix = '/api/v1';

/** Puts the surfaces on one listener. */
export async function listen(
  { host, port, http, mcp }: Pick<Settings, 'host' | 'port' | 'http' | 'mcp'>,
  {
    operations,
    dispatcher,
    version,
    log,
    ready,
    metrics,
    webhook,
    registry,
    debugSessions,
    identify,
    documents,
  }: Surfaces,
): Promise<{ address: string; close(): Promise<void> }> {
  const prefix = apiPrefix;
  const app = createApp({
    log: (level, message, data) => log[level](data ?? {}, message),
    trustProxy: http.trustProxy,
  });
  await securityHeaders(app, { origins: http.corsOrigins, credentials: http.corsCredentials });
  requestGate(app, {
    ...http,
    signedIn: identify !== null,
    origins: http.corsOrigins,
    // Webhooks come from elsewhere, and are signed.
    except: (path) => path.startsWith(webhookPath(prefix)),
    alsoFrom: (path, origin) =>
      (isDevTools(origin) && path.startsWith(debugSessionPath(prefix))) ||
      (path === mcpPath && mcp.allowedOrigins.includes(origin)),
  });
  const callerOf = callersOf(identify);
  const permitted = requirePermission(callerOf);
  registerWebhooks(app, { prefix, take: webhook });
  registerRegistry(app, { prefix, registry, actorOf: permitted });
  await registerDebugSessions(app, { prefix, ...debugSessions });
  registerRest(app, { operations, dispatcher, prefix, callerOf, followSession });
  registerTrpc(app, {
    operations,
    dispatcher,
    callerOf,
    followSession,
    log: (level, message, data) => log[level](data, message),
  });
  await registerGraphQL(app, {
    operations,
    dispatcher,
    log: (level, message, data) => log[level](data ?? {}, message),
    callerOf,
    followSession,
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
  registerProbes(app, {
    ready: () =>
      ready().then(
        () => true,
        () => false,
      ),
    metrics,
    ...(http.metricsPublic ? {} : { mayReadMetrics: (request) => permitted(request, 'read') }),
  });
  await registerDocs(app, { operations, version, prefix, anonymous: true });
  const address = await app.listen({ host, port });
  return { address, close: () => app.close() };
}
