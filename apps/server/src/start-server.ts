import { mkdirSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { credentials as makeCredentials } from '@ratchet/access/credentials';
import { keyRing, keysFromFile } from '@ratchet/access/key-ring';
import type { Actor } from '@ratchet/contract/dispatcher';
import { operations } from '@ratchet/contract/operations/table';
import { createExecutor } from '@ratchet/execution/executor';
import { conflictHandlers } from '@ratchet/operations/conflicts';
import { credentialHandlers } from '@ratchet/operations/credentials';
import { dispatcher } from '@ratchet/operations/dispatch';
import { executionHandlers } from '@ratchet/operations/executions';
import { healthHandlers } from '@ratchet/operations/health';
import { jobHandlers } from '@ratchet/operations/jobs';
import { repositoryHandlers } from '@ratchet/operations/repositories';
import { taskHandlers } from '@ratchet/operations/tasks';
import { conflictDesk } from '@ratchet/repositories/conflict-desk';
import type { RepositoriesContext } from '@ratchet/repositories/context';
import { repositoryRegistry } from '@ratchet/repositories/repository-registry';
import { repositorySync } from '@ratchet/repositories/repository-sync';
import { taskEditor } from '@ratchet/repositories/task-editor';
import { taskReader } from '@ratchet/repositories/task-reader';
import { createSchemaValidator } from '@ratchet/sandbox/json-schema';
import { newId } from '@ratchet/store/id';
import { openDatabase } from '@ratchet/store/open-database';
import { createTaskKind } from '@ratchet/sync/kinds/task/task-kind';
import { sql } from 'drizzle-orm';
import { pino } from 'pino';
import { every } from './every.ts';
import { makeDefaultRepository, makeExampleRepository } from './first-start.ts';
import { listen } from './listen.ts';
import { checkPlace, openRemote } from './open-remote.ts';
import { pushOnChange } from './push-on-change.ts';
import { serverSandbox } from './sandbox.ts';
import { type StartOptions, settingsFrom } from './settings.ts';
import { version } from './version.ts';

export type { StartOptions } from './settings.ts';

export interface RunningServer {
  /** `http://127.0.0.1:8080` */
  readonly address: string;
  /** Drains: takes no more work, finishes or hands back what runs, closes. */
  close(): Promise<void>;
}

const system: Actor = { kind: 'system', id: 'system', name: 'ratchet' };
const dueEveryMs = 5000;

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

    const ring = keyRing(keysFromFile(join(dataDir, 'keys.json')));
    const credentials = makeCredentials(database, ring, (name) => options.environment[name]);
    const context: RepositoriesContext = {
      database,
      kind: createTaskKind(),
      nodeId,
      now: () => new Date(),
      openRemote: openRemote(dataDir, credentials),
      log: (level, message, data) => log[level](data ?? {}, message),
    };
    const sync = repositorySync(context);
    const registry = repositoryRegistry(context, credentials, checkPlace(dataDir));
    const edits = pushOnChange(registry, sync, system, context.log);
    closing.push(() => edits.close());

    const sandbox = serverSandbox(settings);
    closing.push(() => sandbox.close());
    const executor = createExecutor({
      database,
      sandbox,
      validator: createSchemaValidator(),
      node: { id: nodeId, hostname: hostname(), pid: process.pid, role: settings.role, version },
      concurrency: settings.role === 'api' ? 0 : settings.runners,
      allowPrivate: settings.allowPrivate,
      log: context.log,
    });
    await executor.start();
    closing.push(() => executor.stop());

    const reader = taskReader(context);
    const handlers = {
      tasks: taskHandlers({ reader, editor: taskEditor(context, edits.heard), sync, executor }),
      repositories: repositoryHandlers({ registry, sync }),
      conflicts: conflictHandlers(conflictDesk(context, edits.heard)),
      executions: executionHandlers(executor, (idOrUuid) => reader.find(idOrUuid).then((row) => row.id)),
      jobs: jobHandlers(executor, (idOrUuid) => reader.find(idOrUuid).then((row) => row.id)),
      credentials: credentialHandlers(credentials),
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
    const to = dispatcher(handlers, async () => {});

    await makeDefaultRepository(database.db, registry, dataDir);
    if (settings.examples) await makeExampleRepository(database.db, registry, sync, dataDir, system);
    if (settings.role !== 'worker') closing.push(every(dueEveryMs, () => sync.syncDue(system), context.log));

    const http = await listen(settings, {
      operations,
      dispatcher: to,
      version,
      log,
      ready: () => database.db.execute(sql`select 1`),
    });
    closing.push(() => http.close());
    log.info({ address: http.address, mode: database.mode, version }, 'Ratchet serves.');
    return { address: http.address, close };
  } catch (error) {
    await close();
    throw error;
  }
}
