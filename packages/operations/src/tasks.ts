import { mayAt, mayEverywhere, requireAt, requireEverywhere, seesTask } from '@ratchet/contract/access';
import { notFound, RatchetError } from '@ratchet/contract/errors';
import { taskList } from '@ratchet/contract/operations/tasks';
import type { DebugDesk } from '@ratchet/execution/debug-desk';
import type { Executor } from '@ratchet/execution/executor';
import type { taskExporter } from '@ratchet/repositories/exchange/export-tasks';
import type { taskFinder } from '@ratchet/repositories/exchange/find-tasks';
import type { taskImporter } from '@ratchet/repositories/exchange/import-tasks';
import type { RepositorySync } from '@ratchet/repositories/repository-sync';
import type { TaskEditor } from '@ratchet/repositories/task-editor';
import type { TaskMover } from '@ratchet/repositories/task-mover';
import type { TaskReader } from '@ratchet/repositories/task-reader';
import type { versionMaker } from '@ratchet/repositories/task-versions';
import { bulkTasks } from './bulk-tasks.ts';
import type { EntityHandlers } from './handler.ts';
import { runTask } from './run-task.ts';

export interface TaskDependencies {
  readonly reader: TaskReader;
  readonly editor: TaskEditor;
  readonly makeVersion: ReturnType<typeof versionMaker>;
  readonly sync: RepositorySync;
  readonly executor: Executor;
  readonly mover: TaskMover;
  readonly debugDesk: DebugDesk;
  readonly importTasks: ReturnType<typeof taskImporter>;
  readonly exportTasks: ReturnType<typeof taskExporter>;
  readonly findTasks: ReturnType<typeof taskFinder>;
}

const utf8 = (text: string) => Buffer.from(text, 'utf8');

export function taskHandlers(dependencies: TaskDependencies): EntityHandlers<'tasks'> {
  const { reader, editor, makeVersion, sync, executor, mover, debugDesk, importTasks, exportTasks, findTasks } =
    dependencies;
  const precondition = ({ id, expectedRevision }: { id: string; expectedRevision: number }) =>
    editor.checkRevision(id, expectedRevision);
  const enable = (enabled: boolean) => ({
    handle: ({ id }: { id: string }, { actor }: Parameters<EntityHandlers<'tasks'>['enable']['handle']>[1]) =>
      editor.patch(id, { enabled }, { actor, changeDescription: enabled ? 'Enabled' : 'Disabled' }),
  });
  return {
    list: {
      handle: ({ includeDeleted, ...request }, { rights }) => reader.list(taskList, request, includeDeleted, rights),
    },
    stats: { handle: (_, { rights }) => reader.stats(rights) },
    modified: { handle: (input, { rights }) => reader.modified(input, rights) },
    get: { handle: ({ id, version }, { rights }) => reader.get(id, version, rights) },
    create: { handle: (input, { actor, rights }) => editor.create(input, actor, rights) },
    update: {
      precondition,
      handle: ({ id, expectedRevision, changeDescription, ...patch }, { actor, rights }) =>
        editor.patch(id, given(patch), { actor, rights, expectedRevision, changeDescription }),
    },
    replace: {
      precondition,
      handle: ({ id, expectedRevision, changeDescription, ...patch }, { actor, rights }) =>
        editor.patch(id, given(patch), { actor, rights, expectedRevision, changeDescription }),
    },
    delete: {
      precondition,
      handle: ({ id, expectedRevision }, { actor, rights }) => editor.delete(id, { actor, rights, expectedRevision }),
    },
    restore: { handle: ({ id }, { actor, rights }) => editor.restore(id, actor, { rights }) },
    getSource: {
      async handle({ id }) {
        const row = await reader.find(id);
        const { sourceCode, sourceType, entry, version, revision } = row;
        const task = await reader.get(id);
        return {
          taskId: row.id,
          sourceCode,
          sourceType,
          entry,
          version,
          revision,
          inputSchema: task.inputSchema,
          outputSchema: task.outputSchema,
        };
      },
    },
    updateSource: {
      precondition,
      handle: ({ id, expectedRevision, changeDescription, ...patch }, { actor, rights }) =>
        editor.patch(id, given(patch), { actor, rights, expectedRevision, changeDescription }),
    },
    history: { handle: ({ id, ...request }) => reader.history(id, request) },
    getVersion: { handle: ({ id, revision }) => reader.version(id, revision) },
    createVersion: {
      handle: ({ id, changeDescription, ...version }, { actor, rights }) =>
        makeVersion(id, given(version), {
          actor,
          changeDescription,
          mayCreate(at) {
            if (!mayAt(rights, 'create', at))
              throw new RatchetError(
                'PERMISSION_DENIED',
                `You may not create tasks named ${at.name} in that repository.`,
              );
          },
        }),
    },
    edit: {
      precondition,
      handle: ({ id, edits, expectedRevision, changeDescription }, { actor, rights }) =>
        editor.editText(
          id,
          edits.map(({ path = null, ...edit }) => ({ path, ...edit })),
          { actor, rights, expectedRevision, changeDescription },
        ),
    },
    diff: { handle: ({ id, from, to, pending }) => (pending ? reader.pendingDiff(id) : reader.diff(id, from, to)) },
    rollback: {
      precondition,
      handle: ({ id, revision, expectedRevision, changeDescription }, { actor, rights }) =>
        editor.rollback(id, revision, { actor, rights, expectedRevision, changeDescription }),
    },
    listFiles: { handle: ({ id }) => reader.files(id) },
    getFile: { handle: ({ id, path }) => reader.file(id, path) },
    putFile: {
      precondition,
      handle: ({ id, path, content, encoding, mode, expectedRevision, changeDescription }, { actor, rights }) => {
        const bytes = encoding === 'base64' ? base64(content) : utf8(content);
        return editor.putFile(id, path, bytes, mode, { actor, rights, expectedRevision, changeDescription });
      },
    },
    deleteFile: {
      precondition,
      handle: async ({ id, path, expectedRevision }, { actor }) => {
        await editor.deleteFile(id, path, { actor, expectedRevision });
      },
    },
    import: {
      async handle(input, caller) {
        if (input.format === 'folder') requireEverywhere(caller.rights, 'create', 'Reading a folder of the server');
        return importTasks(input, caller);
      },
    },
    export: { handle: (input, caller) => exportTasks(input, caller) },
    discover: { handle: (input, { signal }) => findTasks(input, signal) },
    bulk: { handle: (input, caller) => bulkTasks(dependencies, input, caller) },
    enable: enable(true),
    disable: enable(false),
    validate: {
      async handle({ id, files, ...patch }) {
        const asked = given(patch);
        if (files === undefined && Object.keys(asked).length === 0)
          return executor.validateTask((await reader.find(id)).id);
        const { row, draft } = await editor.draft(id, { files: new Map(Object.entries(files ?? {})), patch: asked });
        if ('problems' in draft) return { valid: false, problems: [...draft.problems] };
        return executor.validateDraft(row.id, draft.fields, draft.files);
      },
    },
    test: {
      handle: async ({ id, test, ...options }, { signal }) =>
        executor.testTask((await reader.find(id)).id, { ...options, filter: test, signal }),
    },
    run: {
      handle: async ({ id, ...request }, caller) =>
        runTask(executor, { taskId: (await reader.find(id)).id, ...request }, caller),
    },
    debug: {
      handle: async ({ id, ...wish }, { signal }) =>
        debugDesk.debug((await reader.find(id)).id, { id, ...wish }, signal),
    },
    startDebugSession: {
      handle: async ({ id, ...wish }) => debugDesk.start((await reader.find(id)).id, { id, ...wish }),
    },
    endDebugSession: {
      async handle({ sessionId }, { rights }) {
        if (!mayEverywhere(rights, 'debug')) {
          const task = await reader.row(debugDesk.taskOf(sessionId));
          if (!task || !seesTask(rights, task)) throw notFound('debug session', sessionId);
          requireAt(rights, 'debug', task);
        }
        await debugDesk.end(sessionId);
      },
    },
    assignRepository: {
      precondition,
      handle: ({ id, repositoryId, repositoryPath, expectedRevision }, { actor, rights }) =>
        mover.assign(id, { repositoryId, repositoryPath }, { actor, rights, expectedRevision }),
    },
    push: {
      handle: async ({ id, message, force }, { actor, signal }) =>
        sync.pushTask(await reader.find(id), { trigger: 'manual', actor, signal, message, broken: force }),
    },
  };
}

/** Only the members that were sent: an absent one changes nothing. */
const given = <T extends object>(patch: T): { [K in keyof T]: Exclude<T[K], undefined> } =>
  Object.fromEntries(Object.entries(patch).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]: Exclude<T[K], undefined>;
  };

function base64(text: string): Uint8Array {
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(text) || text.length % 4 !== 0)
    throw new RatchetError('VALIDATION_FAILED', 'content is not base64.', [
      { path: 'content', message: 'is not base64' },
    ]);
  return Buffer.from(text, 'base64');
}
