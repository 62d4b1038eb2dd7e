import { mkdirSync } from 'node:fs';
import { hostname } from 'node:os';
import { join, resolve } from 'node:path';
import { credentials as makeCredentials } from '@ratchet/access/credentials';
import { secrets as makeSecrets } from '@ratchet/access/secrets';
import { startAccess } from '@ratchet/access/start-access';
import type { Actor, Dispatcher } from '@ratchet/contract/dispatcher';
import { RatchetError } from '@ratchet/contract/errors';
import { operations } from '@ratchet/contract/operations/table';
import { debugDesk } from '@ratchet/execution/debug-desk';
import { createExecutor } from '@ratchet/execution/executor';
import { resultShelf } from '@ratchet/execution/result-shelf';
import { tidy } from '@ratchet/execution/retention';
import { scheduleDesk } from '@ratchet/execution/schedule-desk';
import { startScheduler } from '@ratchet/execution/scheduler';
import { workerDesk } from '@ratchet/execution/worker-desk';
import { alerts } from '@ratchet/insight/alerts';
import { executionAnalysis } from '@ratchet/insight/execution-analysis';
import { executionStats } from '@ratchet/insight/execution-stats';
import { createMetrics } from '@ratchet/insight/metrics';
import { alertHandlers } from '@ratchet/operations/alerts';
import { apiKeyHandlers } from '@ratchet/operations/api-keys';
import { auditHandlers } from '@ratchet/operations/audit';
import { authHandlers } from '@ratchet/operations/auth';
import { batchHandlers } from '@ratchet/operations/batches';
import { configHandlers } from '@ratchet/operations/config';
import { conflictHandlers } from '@ratchet/operations/conflicts';
import { credentialHandlers } from '@ratchet/operations/credentials';
import { dispatcher } from '@ratchet/operations/dispatch';
import { executionHandlers } from '@ratchet/operations/executions';
import { grantHandlers } from '@ratchet/operations/grants';
import { guideHandlers } from '@ratchet/operations/guides/guides';
import { healthHandlers } from '@ratchet/operations/health';
import { jobHandlers } from '@ratchet/operations/jobs';
import { deliveryHandlers, outputDestinationHandlers } from '@ratchet/operations/outputs';
import { pullRequestHandlers, pushHandlers, registryHandlers } from '@ratchet/operations/pushes';
import { repositoryHandlers } from '@ratchet/operations/repositories';
import { requireNewPassword } from '@ratchet/operations/require-new-password';
import { resultHandlers } from '@ratchet/operations/results';
import { scheduleHandlers } from '@ratchet/operations/schedules';
import { secretHandlers } from '@ratchet/operations/secrets';
import { taskHandlers } from '@ratchet/operations/tasks';
import { templateHandlers } from '@ratchet/operations/templates';
import { userHandlers } from '@ratchet/operations/users';
import { workerHandlers } from '@ratchet/operations/workers';
import { conflictDesk } from '@ratchet/repositories/conflict-desk';
import type { RepositoriesContext } from '@ratchet/repositories/context';
import { declareRepositories } from '@ratchet/repositories/declare-repositories';
import { taskExporter } from '@ratchet/repositories/exchange/export-tasks';
import { taskFinder } from '@ratchet/repositories/exchange/find-tasks';
import { taskImporter } from '@ratchet/repositories/exchange/import-tasks';
import { pushDesk } from '@ratchet/repositories/push-desk';
import { fileReplacer } from '@ratchet/repositories/replace-files';
import { repositoryRegistry } from '@ratchet/repositories/repository-registry';
import { repositorySync } from '@ratchet/repositories/repository-sync';
import { servedRegistry } from '@ratchet/repositories/served-registry';
import { syncFeed } from '@ratchet/repositories/sync-feed';
import { taskEditor } from '@ratchet/repositories/task-editor';
import { taskMover } from '@ratchet/repositories/task-mover';
import { taskReader } from '@ratchet/repositories/task-reader';
import { taskStore } from '@ratchet/repositories/task-store';
import { versionMaker } from '@ratchet/repositories/task-versions';
import { templateDesk } from '@ratchet/repositories/templates/generate-task';
import { readTemplates } from '@ratchet/repositories/templates/template';
import { triggers } from '@ratchet/repositories/triggers';
import { undoRun } from '@ratchet/repositories/undo-run';
import { watchers } from '@ratchet/repositories/watchers';
import { webhooks } from '@ratchet/repositories/webhooks';
import { createSchemaValidator } from '@ratchet/sandbox/json-schema';
import { newId } from '@ratchet/store/id';
import { openDatabase } from '@ratchet/store/open-database';
import { queueDeliveries } from '@ratchet/store/queries/deliveries';
import { expireLeases } from '@ratchet/store/queries/leases';
import { lintTask } from '@ratchet/sync/kinds/task/lint/lint-task';
import { createTaskKind } from '@ratchet/sync/kinds/task/task-kind';
import { debugSessionPath } from '@ratchet/transports/rest/register-debug-sessions';
import { sql } from 'drizzle-orm';
import { announceFirstAdmin } from './announce-first-admin.ts';
import { configurationDesk } from './configuration/configuration-desk.ts';
import { declaredSources } from './configuration/declared-sources.ts';
import { showFault } from './configuration/fault.ts';
import { isLoopback } from './configuration/judge.ts';
import { readDeclarations } from './declared-repositories.ts';
import { every } from './every.ts';
import { makeDefaultRepository, makeExampleRepository, makeSecurityAlerts } from './first-start.ts';
import { gitHubAppTokens } from './github-app-token.ts';
import { guardedRegistry } from './guarded-registry.ts';
import { guidePages } from './guide-pages.ts';
import { keyRingOf } from './key-ring-of.ts';
import { limitsOf } from './limits-of.ts';
import { apiPrefix, listen } from './listen.ts';
import { liveSettings } from './live-settings.ts';
import { serverLog } from './log.ts';
import { openForge } from './open-forge.ts';
import { checkPlace, openRemote } from './open-remote.ts';
import { outgoing, proxiesOf } from './outgoing.ts';
import { serverOutputs } from './outputs.ts';
import { serverRights } from './rights.ts';
import { serverSandbox } from './sandbox.ts';
import { checkServerPath, openFolders, serverPlaces } from './server-places.ts';
import { readSettings, refuseFaults, retentionOf, type Settings, type StartOptions, settingsOf } from './settings.ts';
import { outliveStrayRejections } from './stray-rejections.ts';
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

const system: Actor = { kind: 'system', id: 'system', name: 'ratchet' };
const dueEveryMs = 2000;
const alertsEveryMs = 15_000;
const tidyEveryMs = 3_600_000;
const usesEveryMs = 15_000;
const certificateEveryMs = 30_000;

/** What the configuration declares itself, and the named file; without one, `config/repositories.yaml` here or in the data folder. */
function declarationsFor({ registry, database }: Settings, environment: StartOptions['environment']) {
  const { repositoriesFile, pushback } = registry;
  const sources = declaredSources(registry.sources, pushback);
  const files = repositoriesFile
    ? [repositoriesFile]
    : [resolve('config/repositories.yaml'), join(database.dataDir, 'config', 'repositories.yaml')];
  const declared = files.reduce<ReturnType<typeof readDeclarations>>(
    (found, path) => found ?? readDeclarations(path, environment, pushback),
    null,
  );
  if (repositoriesFile && !declared)
    throw new RatchetError('VALIDATION_FAILED', `There is no file ${repositoriesFile}.`);
  const twice = declared?.find(({ name }) => sources.some((source) => source.name === name));
  if (twice)
    throw new RatchetError(
      'VALIDATION_FAILED',
      `The repository ${JSON.stringify(twice.name)} is declared in registry.sources and in a file of repositories. Keep one.`,
    );
  return declared || sources.length > 0 ? [...sources, ...(declared ?? [])] : null;
}

/** The composition root: everything is made here, once, and handed to what needs it. */
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
  const { runners, allowPrivate } = settings.execution;
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
    const metrics = createMetrics(database, version);
    const appToken = gitHubAppTokens(out);
    const context: RepositoriesContext = {
      database,
      kind: createTaskKind(),
      nodeId,
      now: () => new Date(),
      openRemote: openRemote({
        dataDir,
        credentials,
        appToken,
        out,
        places,
        distrustLocal: settings.auth.mode !== 'none',
      }),
      openForge: openForge(credentials, appToken, out, version),
      log: (level, message, data) => log[level](data ?? {}, message),
      ended: (run) => metrics.run(run),
    };
    const sync = repositorySync(context);
    const triggered = triggers(context, sync, system);
    const mover = taskMover(context, triggered.edited);
    const store = taskStore(context);
    const editor = taskEditor(context, store, triggered.edited);
    const hooks = webhooks(context, {
      secretOf: (repository) => credentials.openWebhook(repository),
      hint: (id) => triggered.hint(id, 'webhook'),
    });
    const registry = repositoryRegistry(context, credentials, checkPlace(places), mover);
    const desk = pushDesk(context, (id, approved) => sync.push(id, { ...approved, trigger: 'manual' }));
    const watched = alerts(database, ({ alert, firing }) =>
      log[firing ? 'warn' : 'info'](
        { alert: alert.name, value: alert.value, of: alert.subject },
        firing ? 'An alert fires.' : 'An alert ceased.',
      ),
    );
    closing.push(() => triggered.close());

    const validator = createSchemaValidator();
    const sandbox = serverSandbox({ runners }, proxiesOf(settings));
    closing.push(() => sandbox.close());
    const outputs = serverOutputs(settings, {
      database,
      ring,
      places,
      log: context.log,
      renamed: () => executor.renamed(),
    });
    const executor = createExecutor({
      database,
      sandbox,
      validator,
      node: { id: nodeId, hostname: hostname(), pid: process.pid, role, version },
      concurrency: role === 'api' ? 0 : (settings.queue.concurrency ?? runners),
      allowPrivate,
      secretsOf: (taskId) => secrets.ofTask(taskId),
      secretNames: (taskId) => secrets.namesOf(taskId),
      lint: (task, granted) => lintTask({ ...task, granted }),
      log: context.log,
      ended: queueDeliveries,
      otherWorkers: [outputs.worker],
      project: (path, files) => {
        const said = context.kind.project(path, files);
        return 'fields' in said ? said.fields : null;
      },
    });
    const judging = outliveStrayRejections(context.log);
    closing.push(async () => judging());
    await executor.start();
    closing.push(() => executor.stop());
    if (settings.schedules.enabled) closing.push(await startScheduler({ database, validator, log: context.log }));
    closing.push(() => outputs.stop());
    await outputs.start();

    let listensAt = '';
    const debugging = debugDesk({
      sandbox,
      validator,
      allowPrivate,
      prepare: executor.prepare,
      secretsOf: (taskId) => secrets.ofTask(taskId),
      addressOf: (id) => `${listensAt}${debugSessionPath(apiPrefix)}${id}`,
    });
    closing.push(() => debugging.close());

    const workers = workerDesk(database, context.log);
    closing.push(() => workers.changes.close());
    const syncs = syncFeed(context);
    closing.push(() => syncs.close());

    const reader = taskReader(context);
    const taskIdOf = (idOrUuid: string) => reader.find(idOrUuid).then((row) => row.id);
    const mayRead = checkServerPath(places);
    const handlers = {
      tasks: taskHandlers({
        reader,
        editor,
        makeVersion: versionMaker(context, store, triggered.edited),
        sync,
        executor,
        mover,
        debugDesk: debugging,
        importTasks: taskImporter(context, store, triggered.edited, mayRead),
        exportTasks: taskExporter(context),
        findTasks: taskFinder(context, mayRead),
      }),
      repositories: repositoryHandlers({
        registry,
        sync,
        changes: syncs,
        grantMade: (id, { actor, rights: { role } }) =>
          rights.grants.createForMaker(actor.userId ?? actor.id, id, role, actor.name || actor.id),
        undo: (repositoryId, runId, actor) => undoRun(context, editor, { repositoryId, runId, actor }),
      }),
      pushes: pushHandlers(desk),
      pullRequests: pullRequestHandlers(desk),
      registry: registryHandlers(desk, sync),
      conflicts: conflictHandlers(conflictDesk(context, triggered.edited)),
      executions: executionHandlers(executor, taskIdOf, {
        stats: (request) => executionStats(database.db, request),
        analysis: (id) =>
          executionAnalysis(
            database.db,
            { execution: executor.get, trace: executor.trace, revision: executor.revision },
            id,
          ),
      }),
      jobs: jobHandlers(executor, taskIdOf),
      batches: batchHandlers(executor, taskIdOf),
      schedules: scheduleHandlers(scheduleDesk(database, validator), taskIdOf),
      workers: workerHandlers(workers),
      outputDestinations: outputDestinationHandlers(outputs.destinations),
      deliveries: deliveryHandlers(outputs.deliveries),
      credentials: credentialHandlers(credentials),
      secrets: secretHandlers(secrets),
      results: resultHandlers(resultShelf(database.db), taskIdOf),
      templates: templateHandlers(
        templateDesk({
          templates: readTemplates(),
          validate: (schema, value) => validator.validate(schema, value),
          editor,
          now: context.now,
        }),
      ),
      alerts: alertHandlers(watched),
      auth: authHandlers(access.desk, access.users),
      users: userHandlers(access.users),
      apiKeys: apiKeyHandlers(access.apiKeys),
      config: configHandlers(configurationDesk({ options, started: loaded, live })),
      grants: grantHandlers(rights.grants),
      audit: auditHandlers(rights.audit),
      guides: guideHandlers(),
      health: healthHandlers({
        version,
        nodeId,
        mode: database.mode,
        startedAt,
        checks: {
          database: async () => {
            await database.db.execute(sql`select 1`);
            return `${database.mode} answers`;
          },
          sandbox: async () => {
            const { runners, busy } = sandbox.stats();
            return `${runners} runners, ${busy} busy`;
          },
        },
      }),
    };
    const guard = requireNewPassword(rights.guard);
    const to = dispatcher(handlers, guard);
    if (settings.auth.mode === 'password') await announceFirstAdmin(access, settings.auth, options.announce);

    const { made: isNew } = await makeDefaultRepository(database.db, registry, dataDir);
    if (isNew) await makeSecurityAlerts(watched);
    const declared = declarationsFor(settings, options.environment);
    if (declared) await declareRepositories(context, registry, declared);
    if (options.examples) await makeExampleRepository(database.db, registry, sync, dataDir, system);
    if (role !== 'worker') {
      closing.push(every(dueEveryMs, () => triggered.tick(), context.log));
      if (settings.registry.watch) {
        const watching = watchers(context, (id, places) => triggered.hint(id, 'file_watcher', places));
        await watching.refresh();
        closing.push(() => watching.close());
        closing.push(every(dueEveryMs, () => watching.refresh(), context.log));
      }
      closing.push(every(alertsEveryMs, () => watched.evaluate(), context.log));
      closing.push(every(tidyEveryMs, () => hooks.tidy(), context.log));
      closing.push(every(tidyEveryMs, () => access.tidy(), context.log));
      closing.push(every(tidyEveryMs, () => executor.tidy(), context.log));
      const closed = new AbortController();
      closing.push(
        every(
          tidyEveryMs,
          async () => void (await rights.audit.forget(live.current.security.audit.retentionDays, closed.signal)),
          context.log,
        ),
      );
      const forget = async () => {
        const gone = await tidy(database.db, retentionOf(live.current), closed.signal);
        if (Object.values(gone).some((count) => count > 0)) log.info(gone, 'Forgot what was kept long enough.');
      };
      const forgetting = every(tidyEveryMs, forget, context.log);
      closing.push(() => {
        closed.abort();
        return forgetting();
      });
    }

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
    listensAt = (settings.server.publicUrl ?? http.address).replace(/^http/, 'ws').replace(/\/$/, '');
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
