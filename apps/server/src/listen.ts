import type { Server as TlsServer } from 'node:tls';
import type { Dispatcher } from '@ratchet/contract/dispatcher';
import type { Operation } from '@ratchet/contract/operation';
import { registerGraphQL } from '@ratchet/transports/graphql/register-graphql';
import { callersOf, type Identify } from '@ratchet/transports/http/caller-of';
import { closeRefusedUpgrades } from '@ratchet/transports/http/close-refused-upgrades';
import { followSession } from '@ratchet/transports/http/follow-session';
import { registerWeb, type WebPage } from '@ratchet/transports/http/register-web';
import { requestGate } from '@ratchet/transports/http/request-gate';
import { requirePermission } from '@ratchet/transports/http/require-permission';
import { securityHeaders } from '@ratchet/transports/http/security-headers';
import type { DocumentPages } from '@ratchet/transports/mcp/options';
import { mcpPath, registerMcp } from '@ratchet/transports/mcp/register-mcp';
import { createApp } from '@ratchet/transports/rest/create-app';
import { type BackupFiles, registerBackups } from '@ratchet/transports/rest/register-backups';
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
  readonly backups: BackupFiles;
  readonly debugSessions: Pick<DebugSessionOptions, 'check' | 'attach'>;
  /** Reads proofs; null: nobody signs in, and whoever reaches the server may do everything. */
  readonly identify: Identify | null;
  readonly documents: DocumentPages;
  /** The web application; null: there is none here. */
  readonly web: WebPage | null;
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
  settings: Pick<Settings, 'server' | 'graphql' | 'mcp' | 'observability'>,
  served: Surfaces,
): Promise<Listening> {
  const { host, port, tls, bodyLimit, surfaces, cors } = settings.server;
  const { operations, dispatcher, version, identify, debugSessions } = served;
  const prefix = apiPrefix;
  const certificate = readCertificate(tls);
  const log = (level: 'info' | 'warn' | 'error', message: string, data?: Record<string, unknown>) =>
    served.log[level](data ?? {}, message);
  const app = createApp({ bodyLimit, tls: certificate, log, trustProxy: trustedProxies(settings.server) });
  closeRefusedUpgrades(app);
  await securityHeaders(app, { origins: cors.origins, credentials: cors.credentials });
  await requestGate(app, {
    publicUrl: settings.server.publicUrl,
    allowedHosts: settings.server.allowedHosts,
    allowedAddresses: settings.server.allowedAddresses,
    signedIn: identify !== null,
    origins: cors.origins,
    // Webhooks come from elsewhere, and are signed; probes go by whatever name, and tell nothing.
    except: (path) => path.startsWith(webhookPath(prefix)) || path === '/live' || path === '/ready',
    alsoFrom: (path, origin) =>
      (isDevTools(origin) && path.startsWith(debugSessionPath(prefix))) ||
      (path === mcpPath && settings.mcp.allowedOrigins.includes(origin)),
  });
  const callerOf = callersOf(identify);
  const permitted = requirePermission(callerOf);
  registerWebhooks(app, { prefix, take: served.webhook });
  await registerDebugSessions(app, { prefix, ...debugSessions });
  const surface = { operations, dispatcher, callerOf, followSession, log };
  if (surfaces.rest) {
    registerBackups(app, { prefix, backups: served.backups, callerOf });
    registerRegistry(app, { prefix, registry: served.registry, callerOf });
    registerRest(app, { ...surface, prefix });
  }
  if (surfaces.trpc) registerTrpc(app, surface);
  if (surfaces.graphql) await registerGraphQL(app, { ...surface, ...settings.graphql });
  if (surfaces.mcp)
    await registerMcp(app, {
      ...surface,
      ...settings.mcp,
      version,
      documents: served.documents,
      // The gate before all surfaces has judged the host already.
      allowedHosts: ['*'],
      ...(settings.server.publicUrl === null ? {} : { publicUrl: settings.server.publicUrl }),
    });
  registerProbes(app, {
    ready: () =>
      served.ready().then(
        () => true,
        () => false,
      ),
    metrics: served.metrics,
    ...(settings.observability.metricsPublic ? {} : { mayReadMetrics: (request) => permitted(request, 'read') }),
  });
  if (surfaces.docs) await registerDocs(app, { operations, version, prefix, anonymous: identify === null });
  if (served.web) await registerWeb(app, served.web);
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

const trustedProxies = ({ trustProxy, trustedProxies: named }: Settings['server']): boolean | string[] =>
  named.length > 0 ? [...named] : trustProxy;
