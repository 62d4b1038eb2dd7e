import type { Caller } from '@ratchet/contract/dispatcher';
import { resultShelf } from '@ratchet/execution/result-shelf';
import { scheduleDesk } from '@ratchet/execution/schedule-desk';
import type { Alerts } from '@ratchet/insight/alerts';
import { executionAnalysis } from '@ratchet/insight/execution-analysis';
import { executionStats } from '@ratchet/insight/execution-stats';
import { alertHandlers } from '@ratchet/operations/alerts';
import { apiKeyHandlers } from '@ratchet/operations/api-keys';
import { auditHandlers } from '@ratchet/operations/audit';
import { authHandlers } from '@ratchet/operations/auth';
import { batchHandlers } from '@ratchet/operations/batches';
import { configHandlers } from '@ratchet/operations/config';
import { conflictHandlers } from '@ratchet/operations/conflicts';
import { credentialHandlers } from '@ratchet/operations/credentials';
import { executionHandlers } from '@ratchet/operations/executions';
import { grantHandlers } from '@ratchet/operations/grants';
import { guideHandlers } from '@ratchet/operations/guides/guides';
import { healthHandlers } from '@ratchet/operations/health';
import { jobHandlers } from '@ratchet/operations/jobs';
import { deliveryHandlers, outputDestinationHandlers } from '@ratchet/operations/outputs';
import { projectHandlers } from '@ratchet/operations/projects';
import { pullRequestHandlers, pushHandlers, registryHandlers } from '@ratchet/operations/pushes';
import { repositoryHandlers } from '@ratchet/operations/repositories';
import { resultHandlers } from '@ratchet/operations/results';
import { scheduleHandlers } from '@ratchet/operations/schedules';
import { secretHandlers } from '@ratchet/operations/secrets';
import { specHandlers } from '@ratchet/operations/specs';
import { taskHandlers } from '@ratchet/operations/tasks';
import { templateHandlers } from '@ratchet/operations/templates';
import { userHandlers } from '@ratchet/operations/users';
import { workerHandlers } from '@ratchet/operations/workers';
import { conflictDesk } from '@ratchet/repositories/conflict-desk';
import { taskExporter } from '@ratchet/repositories/exchange/export-tasks';
import { taskFinder } from '@ratchet/repositories/exchange/find-tasks';
import { taskImporter } from '@ratchet/repositories/exchange/import-tasks';
import type { SyncFeed } from '@ratchet/repositories/sync-feed';
import { versionMaker } from '@ratchet/repositories/task-versions';
import { templateDesk } from '@ratchet/repositories/templates/generate-task';
import { readTemplates } from '@ratchet/repositories/templates/template';
import { undoRun } from '@ratchet/repositories/undo-run';
import { sql } from 'drizzle-orm';
import { configurationDesk } from '../configuration/configuration-desk.ts';
import { checkServerPath } from '../server-places.ts';
import { version } from '../version.ts';
import type { ComposedAccess } from './access.ts';
import type { ComposedExecution } from './execution.ts';
import type { Ground } from './ground.ts';
import type { ComposedRepositories } from './repositories.ts';
import type { ComposedSpecs } from './specs.ts';

/** What carries out every operation of the table. */
export function operationHandlers(
  { options, loaded, live, places, nodeId, startedAt, database }: Ground,
  { credentials, secrets, access, rights }: ComposedAccess,
  { context, sync, triggered, mover, store, editor, registry, desk, reader }: ComposedRepositories,
  specs: ComposedSpecs,
  { validator, sandbox, outputs, executor, debugging, workers }: ComposedExecution,
  { syncs, watched }: { readonly syncs: SyncFeed; readonly watched: Alerts },
) {
  const grantMade = (id: string, { actor, rights: { role } }: Caller) =>
    rights.grants.createForMaker(actor.userId ?? actor.id, id, role, actor.name || actor.id);
  const taskIdOf = (idOrUuid: string) => reader.find(idOrUuid).then((row) => row.id);
  const mayRead = checkServerPath(places);
  return {
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
      grantMade,
      undo: (repositoryId, runId, actor) => undoRun(context, editor, { repositoryId, runId, actor }),
    }),
    pushes: pushHandlers(desk),
    pullRequests: pullRequestHandlers(desk),
    registry: registryHandlers(desk, sync),
    conflicts: conflictHandlers(conflictDesk(context, triggered.edited, specs.resolver.resolve)),
    projects: projectHandlers({ desk: specs.desk, grantMade }),
    specs: specHandlers(specs),
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
}
