import type { Dispatcher } from '@ratchet/contract/dispatcher';
import type { Operation } from '@ratchet/contract/operation';
import { callersOf, type Identify } from '@ratchet/transports/http/caller-of';
import { closeRefusedUpgrades } from '@ratchet/transports/http/close-refused-upgrades';
import { followSession } from '@ratchet/transports/http/follow-session';
import { requestGate } from '@ratchet/transports/http/request-gate';
import { requirePermission } from '@ratchet/transports/http/require-permission';
import { securityHeaders } from '@ratchet/transports/http/security-headers';
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
}

export const apiPrefix = '/api/v1';

/** Puts the surfaces on one listener. */
export async function listen(
  { host, port, http }: Pick<Settings, 'host' | 'port' | 'http'>,
  { operations, dispatcher, version, log, ready, metrics, webhook, registry, debugSessions, identify }: Surfaces,
): Promise<{ address: string; close(): Promise<void> }> {
  const prefix = apiPrefix;
  const app = createApp({
    log: (level, message, data) => log[level](data ?? {}, message),
    methodsAt: methodsAt(operations, prefix),
    trustProxy: http.trustProxy,
  });
  closeRefusedUpgrades(app);
  await securityHeaders(app, { origins: http.corsOrigins, credentials: http.corsCredentials });
  await requestGate(app, {
    ...http,
    signedIn: identify !== null,
    origins: http.corsOrigins,
    // Webhooks come from elsewhere, and are signed; probes go by whatever name, and tell nothing.
    except: (path) => path.startsWith(webhookPath(prefix)) || path === '/live' || path === '/ready',
    alsoFrom: (path, origin) => isDevTools(origin) && path.startsWith(debugSessionPath(prefix)),
  });
  const callerOf = callersOf(identify);
  const permitted = requirePermission(callerOf);
  registerWebhooks(app, { prefix, take: webhook });
  registerRegistry(app, { prefix, registry, actorOf: permitted });
  await registerDebugSessions(app, { prefix, ...debugSessions });
  registerRest(app, {
    operations,
    dispatcher,
    prefix,
    callerOf,
    followSession,
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
  await registerDocs(app, { operations, version, prefix });
  const address = await app.listen({ host, port });
  return { address, close: () => app.close() };
}
