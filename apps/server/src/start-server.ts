import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Dispatcher } from '@ratchet/contract/dispatcher';
import { RatchetError } from '@ratchet/contract/errors';
import { operations } from '@ratchet/contract/operations/table';
import { alerts } from '@ratchet/insight/alerts';
import { createMetrics } from '@ratchet/insight/metrics';
import { dispatcher } from '@ratchet/operations/dispatch';
import { requireNewPassword } from '@ratchet/operations/require-new-password';
import { declareRepositories } from '@ratchet/repositories/declare-repositories';
import { fileReplacer } from '@ratchet/repositories/replace-files';
import { servedRegistry } from '@ratchet/repositories/served-registry';
import { syncFeed } from '@ratchet/repositories/sync-feed';
import { newId } from '@ratchet/store/id';
import { openDatabase } from '@ratchet/store/open-database';
import { expireLeases } from '@ratchet/store/queries/leases';
import { sql } from 'drizzle-orm';
import { announceFirstAdmin } from './announce-first-admin.ts';
import { composeAccess } from './composition/access.ts';
import { composeExecution } from './composition/execution.ts';
import type { Ground } from './composition/ground.ts';
import { operationHandlers } from './composition/operation-handlers.ts';
import { composeRepositories, system } from './composition/repositories.ts';
import { composeSpecs } from './composition/specs.ts';
import { startStandingWork } from './composition/standing-work.ts';
import { showFault } from './configuration/fault.ts';
import { isLoopback } from './configuration/judge.ts';
import { declarationsFor } from './declarations-for.ts';
import { every } from './every.ts';
import { makeDefaultRepository, makeExampleRepository, makeSecurityAlerts } from './first-start.ts';
import { guardedRegistry } from './guarded-registry.ts';
import { guidePages } from './guide-pages.ts';
import { listen } from './listen.ts';
import { liveSettings } from './live-settings.ts';
import { serverLog } from './log.ts';
import { outgoing } from './outgoing.ts';
import { openFolders, serverPlaces } from './server-places.ts';
import { readSettings, refuseFaults, type StartOptions, settingsOf } from './settings.ts';
import { readCertificate, stampOf } from './tls.ts';
import { version } from './version.ts';

export type { StartOptions } from './settings.ts';

export interface RunningServer {
  /** `http://127.0.0.1:8080` */
  readonly address: string;
  /** Reads what may have been replaced on the disk: the certificate. */
  reload(): void;
  /** The way in for what runs in this very process. */
  readonly dispatcher: Dispatcher;
  /** Drains: takes no more work, finishes or hands back what runs, closes. */
  close(): Promise<void>;
}

const usesEveryMs = 15_000;
const certificateEveryMs = 30_000;

/** The composition root: everything is made here, once, by the files in `composition`, and handed to what needs it. */
export async function startServer(options: StartOptions): Promise<RunningServer> {
  const loaded = readSettings(options);
  refuseFaults(loaded);
  const settings = settingsOf(loaded);
  if (settings.auth.mode === 'none' && !isLoopback(settings.server.host))
    throw new RatchetError(
      'VALIDATION_FAILED',
      `With authentication off (auth.mode: none) whoever reaches the server may do everything, so it only listens on loopback; ${settings.server.host} is not. Use --auth password, or 127.0.0.1.`,
    );
  // A certificate that is no good is told at once, not when all else has begun.
  readCertificate(settings.server.tls);
  const live = liveSettings(settings);
  const log = serverLog(settings.logging);
  live.onChange(({ logging }) => {
    log.level = logging.level;
  });
  for (const warning of loaded.warnings) log.warn(showFault(warning));
  const { role } = settings.server;
  const { dataDir } = settings.database;
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const places = serverPlaces(settings);
  for (const folder of openFolders) mkdirSync(join(dataDir, folder), { recursive: true });
  const out = outgoing(settings);
  const nodeId = newId();
  const startedAt = new Date();
  const closing: (() => Promise<unknown>)[] = [];
  const close = async () => {
    for (const step of closing.splice(0).reverse()) await step();
  };

  try {
    const database = await openDatabase(
      settings.database.url ? { url: settings.database.url, poolSize: settings.database.poolSize } : { dataDir },
      (message, error) => log.warn({ err: error }, message),
    );
    closing.push(() => database.close());
    // One process holds the folder: what a process before it held, nobody holds.
    if (database.mode === 'embedded') await expireLeases(database.db);

    const ground: Ground = { options, loaded, settings, live, log, places, out, nodeId, startedAt, database, closing };
    const people = await composeAccess(ground);
    const { access, rights } = people;
    const metrics = createMetrics(database, version);
    const repositories = composeRepositories(ground, { credentials: people.credentials, metrics });
    const { context, sync, triggered, store, hooks, registry } = repositories;
    const specs = composeSpecs(ground, repositories);
    const watched = alerts(database, ({ alert, firing }) =>
      log[firing ? 'warn' : 'info'](
        { alert: alert.name, value: alert.value, of: alert.subject },
        firing ? 'An alert fires.' : 'An alert ceased.',
      ),
    );
    let attachesAt = '';
    const execution = await composeExecution(ground, { ...people, context, attachesAt: () => attachesAt });
    const { debugging } = execution;
    const syncs = syncFeed(context);
    closing.push(() => syncs.close());

    const handlers = operationHandlers(ground, people, repositories, specs, execution, { syncs, watched });
    const guard = requireNewPassword(rights.guard);
    const to = dispatcher(handlers, guard);
    if (settings.auth.mode === 'password') await announceFirstAdmin(access, settings.auth, options.announce);

    const { made: isNew } = await makeDefaultRepository(database.db, registry, dataDir);
    if (isNew) await makeSecurityAlerts(watched);
    const declared = declarationsFor(settings, options.environment);
    if (declared) await declareRepositories(context, registry, declared);
    if (options.examples) await makeExampleRepository(database.db, registry, sync, dataDir, system);
    if (role !== 'worker') await startStandingWork(ground, people, repositories, execution, watched);
    if (role !== 'worker') await specs.start();
    closing.push(every(usesEveryMs, () => access.storeUses(), context.log));
    const http = await listen(settings, {
      operations,
      dispatcher: to,
      version,
      log,
      ready: () => database.db.execute(sql`select 1`),
      metrics: () => metrics.expose(),
      webhook: (id, headers, body) => hooks.take(id, headers, body),
      registry: guardedRegistry(servedRegistry(context, fileReplacer(context, store), triggered.edited), guard),
      debugSessions: { check: debugging.check, attach: debugging.attach },
      identify: settings.auth.mode === 'none' ? null : access.identify,
      documents: guidePages(),
      web: settings.server.surfaces.web ? (options.web?.() ?? null) : null,
    });
    attachesAt = (settings.server.publicUrl ?? http.address).replace(/^http/, 'ws').replace(/\/$/, '');
    closing.push(() => http.close());
    const reload = () => {
      try {
        http.renewCertificate();
      } catch (error) {
        log.error({ err: error }, 'The new certificate is no good; the one that was there goes on.');
      }
    };
    if (settings.server.tls.cert !== null) {
      let stamp = stampOf(settings.server.tls);
      const look = async () => {
        const now = stampOf(settings.server.tls);
        if (now !== stamp) reload();
        stamp = now;
      };
      closing.push(every(certificateEveryMs, look, context.log));
    }
    log.info({ address: http.address, mode: database.mode, version }, 'Ratchet serves.');
    return { address: http.address, dispatcher: to, reload, close };
  } catch (error) {
    await close();
    throw error;
  }
}
