import { mkdirSync } from 'node:fs';
import { hostname } from 'node:os';
import { join, resolve } from 'node:path';
import { credentials as makeCredentials } from '@ratchet/access/credentials';
import { keyRing, keysFromFile, keysFromValues } from '@ratchet/access/key-ring';
import { secrets as makeSecrets } from '@ratchet/access/secrets';
import type { Actor } from '@ratchet/contract/dispatcher';
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
import { batchHandlers } from '@ratchet/operations/batches';
import { conflictHandlers } from '@ratchet/operations/conflicts';
import { credentialHandlers } from '@ratchet/operations/credentials';
import { dispatcher } from '@ratchet/operations/dispatch';
import { executionHandlers } from '@ratchet/operations/executions';
import { guideHandlers } from '@ratchet/operations/guides/guides';
import { healthHandlers } from '@ratchet/operations/health';
import { jobHandlers } from '@ratchet/operations/jobs';
import { deliveryHandlers, outputDestinationHandlers } from '@ratchet/operations/outputs';
import { pullRequestHandlers, pushHandlers, registryHandlers } from '@ratchet/operations/pushes';
import { repositoryHandlers } from '@ratchet/operations/repositories';
import { resultHandlers } from '@ratchet/operations/results';
import { scheduleHandlers } from '@ratchet/operations/schedules';
import { secretHandlers } from '@ratchet/operations/secrets';
import { taskHandlers } from '@ratchet/operations/tasks';
import { templateHandlers } from '@ratchet/operations/templates';
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
import { pino } from 'pino';
import { readDeclarations } from './declared-repositories.ts';
import { every } from './every.ts';
import { makeDefaultRepository, makeExampleRepository } from './first-start.ts';
import { gitHubAppTokens } from './github-app-token.ts';
import { guidePages } from './guide-pages.ts';
import { apiPrefix, listen } from './listen.ts';
import { openForge } from './open-forge.ts';
import { checkPlace, openRemote } from './open-remote.ts';
import { serverOutputs } from './outputs.ts';
import { registryFetch } from './registry-fetch.ts';
import { serverSandbox } from './sandbox.ts';
import { checkServerPath } from './server-path.ts';
import { type Settings, type StartOptions, settingNames, settingsFrom } from './settings.ts';
import { outliveStrayRejections } from './stray-rejections.ts';
import { version } from './version.ts';

export type { StartOptions } from './settings.ts';

export interface RunningServer {
  /** `http://127.0.0.1:8080` */
  readonly address: string;
  /** Drains: takes no more work, finishes or hands back what runs, closes. */
  close(): Promise<void>;
}

const system: Actor = { kind: 'system', id: 'system', name: 'ratchet' };
const dueEveryMs = 2000;
const alertsEveryMs = 15_000;
const tidyEveryMs = 3_600_000;

/** What the named file declares, else what `config/repositories.yaml` does here or in the data folder. */
function declarationsFor({ repositoriesFile, dataDir }: Settings, environment: StartOptions['environment']) {
  if (repositoriesFile) {
    const declared = readDeclarations(repositoriesFile, environment);
    if (!declared) throw new RatchetError('VALIDATION_FAILED', `There is no file ${repositoriesFile}.`);
    return declared;
  }
  const usual = [resolve('config/repositories.yaml'), join(dataDir, 'config', 'repositories.yaml')];
  return usual.reduce<ReturnType<typeof readDeclarations>>(
    (found, path) => found ?? readDeclarations(path, environment),
    null,
  );
}

/** The composition root: everything is made here, once, and handed to what needs it. */
export async function startServer(options: StartOptions): Promise<RunningServer> {
  const settings = settingsFrom(options);
  const log = pino(
    { level: settings.logLevel, redact: ['*.authorization', '*.token', '*.password'] },
    pino.destination(2),
  );
  const { dataDir } = settings;
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const nodeId = newId();
  const startedAt = new Date();
  const closing: (() => Promise<unknown>)[] = [];
  const close = async () => {
    for (const step of closing.splice(0).reverse()) await step();
  };

  try {
    const database = await openDatabase(
      settings.databaseUrl ? { url: settings.databaseUrl, poolSize: 16 } : { dataDir },
      (message, error) => log.warn({ err: error }, message),
    );
    closing.push(() => database.close());
    // One process holds the folder: what a process before it held, nobody holds.
    if (database.mode === 'embedded') await expireLeases(database.db);

    const ring = keyRing(
      settings.secretKeys.length > 0 ? keysFromValues(settings.secretKeys) : keysFromFile(join(dataDir, 'keys.json')),
    );
    const credentials = makeCredentials(database, ring, (name) => options.environment[name], {
      reserved: settingNames,
    });
    const secrets = makeSecrets(database, ring);
    const resealed = (await credentials.reseal()) + (await secrets.reseal());
    if (resealed > 0) log.info({ count: resealed }, 'Sealed secrets anew with the first key of the ring.');
    const metrics = createMetrics(database, version);
    const appToken = gitHubAppTokens();
    const context: RepositoriesContext = {
      database,
      kind: createTaskKind(),
      nodeId,
      now: () => new Date(),
      openRemote: openRemote(dataDir, credentials, appToken, registryFetch(settings)),
      openForge: openForge(credentials, appToken, version),
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
    const registry = repositoryRegistry(context, credentials, checkPlace(dataDir), mover);
    const desk = pushDesk(context, (id, approved) => sync.push(id, { ...approved, trigger: 'manual' }));
    const watched = alerts(database, ({ alert, firing }) =>
      log[firing ? 'warn' : 'info'](
        { alert: alert.name, value: alert.value, of: alert.subject },
        firing ? 'An alert fires.' : 'An alert ceased.',
      ),
    );
    closing.push(() => triggered.close());

    const validator = createSchemaValidator();
    const sandbox = serverSandbox(settings);
    closing.push(() => sandbox.close());
    const outputs = serverOutputs(settings, {
      database,
      ring,
      log: context.log,
      renamed: () => executor.renamed(),
    });
    const executor = createExecutor({
      database,
      sandbox,
      validator,
      node: { id: nodeId, hostname: hostname(), pid: process.pid, role: settings.role, version },
      concurrency: settings.role === 'api' ? 0 : settings.runners,
      allowPrivate: settings.allowPrivate,
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
    closing.push(await startScheduler({ database, validator, log: context.log }));
    closing.push(() => outputs.stop());
    await outputs.start();

    let listensAt = '';
    const debugging = debugDesk({
      sandbox,
      validator,
      allowPrivate: settings.allowPrivate,
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
    const mayRead = checkServerPath(dataDir);
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
    // Nobody signs in yet: the server listens on loopback only, and who can reach it may do everything.
    const to = dispatcher(handlers, { admit: () => ({}) });

    await makeDefaultRepository(database.db, registry, dataDir);
    const declared = declarationsFor(settings, options.environment);
    if (declared) await declareRepositories(context, registry, declared);
    if (settings.examples) await makeExampleRepository(database.db, registry, sync, dataDir, system);
    if (settings.role !== 'worker') {
      closing.push(every(dueEveryMs, () => triggered.tick(), context.log));
      if (settings.watch) {
        const watching = watchers(context, (id, places) => triggered.hint(id, 'file_watcher', places));
        await watching.refresh();
        closing.push(() => watching.close());
        closing.push(every(dueEveryMs, () => watching.refresh(), context.log));
      }
      closing.push(every(alertsEveryMs, () => watched.evaluate(), context.log));
      closing.push(every(tidyEveryMs, () => hooks.tidy(), context.log));
      closing.push(every(tidyEveryMs, () => executor.tidy(), context.log));
      const closed = new AbortController();
      const forget = async () => {
        const gone = await tidy(database.db, settings.retention, closed.signal);
        if (Object.values(gone).some((count) => count > 0)) log.info(gone, 'Forgot what was kept long enough.');
      };
      const forgetting = every(tidyEveryMs, forget, context.log);
      closing.push(() => {
        closed.abort();
        return forgetting();
      });
    }

    const http = await listen(settings, {
      operations,
      dispatcher: to,
      version,
      log,
      ready: () => database.db.execute(sql`select 1`),
      metrics: () => metrics.expose(),
      webhook: (id, headers, body) => hooks.take(id, headers, body),
      registry: servedRegistry(context, fileReplacer(context, store), triggered.edited),
      debugSessions: { check: debugging.check, attach: debugging.attach },
      documents: guidePages(),
    });
    listensAt = new URL(http.address).host;
    closing.push(() => http.close());
    log.info({ address: http.address, mode: database.mode, version }, 'Ratchet serves.');
    return { address: http.address, close };
  } catch (error) {
    await close();
    throw error;
  }
}
