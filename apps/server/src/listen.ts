import type { Dispatcher } from '@ratchet/contract/dispatcher';
import type { Operation } from '@ratchet/contract/operation';
import { createApp } from '@ratchet/transports/rest/create-app';
import { registerDocs } from '@ratchet/transports/rest/register-docs';
import { registerProbes } from '@ratchet/transports/rest/register-probes';
import { registerRest } from '@ratchet/transports/rest/register-rest';
import { methodsAt } from '@ratchet/transports/rest/route-path';
import { requireSameOrigin } from '@ratchet/transports/rest/same-origin';
import type { Logger } from 'pino';
import type { Settings } from './settings.ts';

export interface Surfaces {
  readonly operations: readonly Operation[];
  readonly dispatcher: Dispatcher;
  readonly version: string;
  readonly log: Logger;
  /** Resolves when work can be taken. */
  readonly ready: () => Promise<unknown>;
}

/** Puts the surfaces on one listener. */
export async function listen(
  { host, port }: Pick<Settings, 'host' | 'port'>,
  { operations, dispatcher, version, log, ready }: Surfaces,
): Promise<{ address: string; close(): Promise<void> }> {
  const prefix = '/api/v1';
  const app = createApp({
    log: (level, message, data) => log[level](data ?? {}, message),
    methodsAt: methodsAt(operations, prefix),
  });
  requireSameOrigin(app);
  registerRest(app, {
    operations,
    dispatcher,
    prefix,
    callerOf: (request) => ({
      actor: { kind: 'anonymous', id: 'anonymous', name: 'anonymous' },
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
  });
  await registerDocs(app, { operations, version, prefix });
  const address = await app.listen({ host, port });
  return { address, close: () => app.close() };
}
