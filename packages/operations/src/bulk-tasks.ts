import type { Caller } from '@ratchet/contract/dispatcher';
import { RatchetError } from '@ratchet/contract/errors';
import type { Output, Parsed } from '@ratchet/contract/operation';
import type { taskExchange } from '@ratchet/contract/operations/task-exchange';
import type { Executor } from '@ratchet/execution/executor';
import type { RepositorySync } from '@ratchet/repositories/repository-sync';
import type { TaskEditor } from '@ratchet/repositories/task-editor';
import type { TaskReader } from '@ratchet/repositories/task-reader';

export interface BulkDependencies {
  readonly reader: TaskReader;
  readonly editor: TaskEditor;
  readonly sync: RepositorySync;
  readonly executor: Pick<Executor, 'validateTask' | 'testTask'>;
}

type Request = Parsed<(typeof taskExchange)['bulk']>;
type Answer = Output<(typeof taskExchange)['bulk']>['results'][number];
type Row = Awaited<ReturnType<TaskReader['find']>>;

/** Does the same to many tasks, each by itself: what fails for one is told for that one, and the others go on. */
export async function bulkTasks(
  dependencies: BulkDependencies,
  request: Request,
  caller: Caller,
): Promise<Output<(typeof taskExchange)['bulk']>> {
  const { action, tags } = request;
  const ids = [...new Set(request.ids)];
  if ((action === 'tag' || action === 'untag') && (tags ?? []).length === 0)
    throw new RatchetError('VALIDATION_FAILED', 'tags: say which tags.', [{ path: 'tags', message: 'is required' }]);
  const results =
    action === 'push'
      ? await pushAll(dependencies, ids, caller)
      : await oneByOne(ids, caller, (id) => perform(dependencies, request, id, caller));
  const succeeded = results.filter(({ success }) => success).length;
  return { succeeded, failed: results.length - succeeded, results };
}

async function oneByOne(
  ids: readonly string[],
  { progress, signal }: Caller,
  work: (id: string) => Promise<Answer>,
): Promise<Answer[]> {
  const results: Answer[] = [];
  for (const [done, id] of ids.entries()) {
    progress?.({ stage: 'tasks', done, total: ids.length });
    if (signal?.aborted) results.push(failure(id, 'CANCELLED', 'The request was given up before its turn.'));
    else results.push(await work(id).catch((error) => failed(id, error)));
  }
  return results;
}

async function perform(
  { reader, editor, executor }: BulkDependencies,
  { action, tags = [] }: Request,
  id: string,
  { actor, rights }: Caller,
): Promise<Answer> {
  const done = (task: Answer['task']): Answer => ({ id, success: true, error: null, task });
  switch (action) {
    case 'enable':
    case 'disable': {
      const enabled = action === 'enable';
      const changeDescription = enabled ? 'Enabled' : 'Disabled';
      return done(await editor.patch(id, { enabled }, { actor, rights, changeDescription }));
    }
    case 'tag':
    case 'untag':
      return done(await retag(reader, editor, action, id, tags, { actor, rights }));
    case 'delete':
      await editor.delete(id, { actor, rights });
      return done(null);
    case 'restore':
      return done(await editor.restore(id, actor, { rights }));
    case 'validate': {
      const { valid, problems } = await executor.validateTask((await reader.find(id)).id);
      const wrong = problems.filter(({ severity }) => severity === 'error');
      return valid ? done(null) : failure(id, 'TASK_INVALID', wrong.map(said).join(' '));
    }
    case 'test': {
      const { failed: failures, results } = await executor.testTask((await reader.find(id)).id, {});
      const wrong = results.filter(({ status }) => status !== 'passed');
      const message = `${failures} of ${results.length} tests failed: ${wrong.map(({ name }) => name).join(', ')}`;
      return failures === 0 ? done(null) : failure(id, 'TASK_FAILED', message);
    }
    case 'push':
      throw new Error('Pushes go by repository.');
  }
}

const said = ({ path, line, message }: { path: string; line?: number | undefined; message: string }): string =>
  `${path}${line === undefined ? '' : `:${line}`}: ${message}`;

/** What others change meanwhile stays: an edit of a revision that has passed is made again. */
async function retag(
  reader: TaskReader,
  editor: TaskEditor,
  action: 'tag' | 'untag',
  id: string,
  tags: readonly string[],
  caller: Pick<Caller, 'actor' | 'rights'>,
) {
  for (let tries = 5; ; tries--) {
    const { id: exact, tags: had, revision } = await reader.find(id);
    const next = action === 'tag' ? [...new Set([...had, ...tags])] : had.filter((tag) => !tags.includes(tag));
    const changeDescription = `${action === 'tag' ? 'Tagged' : 'Untagged'} ${tags.join(', ')}`;
    try {
      return await editor.patch(exact, { tags: next }, { ...caller, changeDescription, expectedRevision: revision });
    } catch (error) {
      if (tries === 1 || !(error instanceof RatchetError) || error.code !== 'REVISION_MISMATCH') throw error;
    }
  }
}

/** Tasks of one repository go out together. */
async function pushAll({ reader, sync }: BulkDependencies, ids: readonly string[], caller: Caller): Promise<Answer[]> {
  const answers = new Map<string, Answer>();
  const byRepository = new Map<string | null, { id: string; row: Row }[]>();
  for (const id of ids)
    try {
      const row = await reader.find(id);
      byRepository.set(row.repositoryId, [...(byRepository.get(row.repositoryId) ?? []), { id, row }]);
    } catch (error) {
      answers.set(id, failed(id, error));
    }
  let done = 0;
  for (const [repositoryId, tasks] of byRepository) {
    caller.progress?.({ stage: 'repositories', done: done++, total: byRepository.size });
    const { actor, signal } = caller;
    try {
      const results = repositoryId
        ? await sync.pushTasks(
            repositoryId,
            tasks.map(({ row }) => row),
            { trigger: 'manual', actor, signal },
          )
        : new Map();
      for (const { id, row } of tasks) {
        const result = results.get(row.id);
        const nowhere = failure(id, 'STATE_CONFLICT', `Task ${row.name} has no repository to push to.`);
        answers.set(id, result ? { id, success: result.success, error: brief(result.error), task: null } : nowhere);
      }
    } catch (error) {
      for (const { id } of tasks) answers.set(id, failed(id, error));
    }
  }
  return ids.map((id) => answers.get(id) as Answer);
}

const brief = (error: { code: string; message: string } | null): Answer['error'] =>
  error && { code: error.code, message: error.message };

const failure = (id: string, code: string, message: string): Answer => ({
  id,
  success: false,
  error: { code, message },
  task: null,
});

/** What is no RatchetError is a fault of ours, and is answered as one, for all. */
function failed(id: string, error: unknown): Answer {
  if (!(error instanceof RatchetError)) throw error;
  return failure(id, error.code, error.message);
}
