import { credentials as makeCredentials } from '@ratchet/access/credentials';
import { secrets as makeSecrets } from '@ratchet/access/secrets';
import { startAccess } from '@ratchet/access/start-access';
import { keyRingOf } from '../key-ring-of.ts';
import { limitsOf } from '../limits-of.ts';
import { serverRights } from '../rights.ts';
import type { Ground } from './ground.ts';

export type ComposedAccess = Awaited<ReturnType<typeof composeAccess>>;

/** Who may do what, and what is kept sealed. */
export async function composeAccess({ options, loaded, settings, log, database, closing }: Ground) {
  const ring = keyRingOf(settings);
  const credentials = makeCredentials(database, ring, (name) => options.environment[name], {
    reserved: loaded.variables,
  });
  const secrets = makeSecrets(database, ring);
  const access = await startAccess({
    database,
    ring,
    registration: settings.auth.registration,
    sessionDays: settings.auth.sessionDays,
    accessTokenMinutes: settings.auth.accessTokenMinutes,
    signIn: settings.security.signIn,
    redisUrl: settings.security.rateLimits.redisUrl,
    passwordCost: options.passwordCost,
    alarm: ({ message, ...event }) => log.warn({ security: event }, message),
    warn: (message, error) => log.warn(error === undefined ? {} : { err: error }, message),
  });
  closing.push(() => access.close());
  const rights = serverRights({
    database,
    changeAccess: access.changes.change,
    limits: limitsOf(settings),
    warn: (message, error) => log.warn({ err: error }, message),
  });
  closing.push(() => rights.close());
  const resealed = (await credentials.reseal()) + (await secrets.reseal()) + (await access.reseal());
  if (resealed > 0) log.info({ count: resealed }, 'Sealed secrets anew with the first key of the ring.');
  return { ring, credentials, secrets, access, rights };
}
