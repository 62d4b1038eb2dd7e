import type { Rights } from '@ratchet/contract/access';
import type { StoredResult } from '@ratchet/contract/entities/result';
import { notFound, RatchetError } from '@ratchet/contract/errors';
import type { ListFields, ListRequest, Page } from '@ratchet/contract/paging';
import type { Queryable } from '@ratchet/store/database';
import { newId } from '@ratchet/store/id';
import { executionById } from '@ratchet/store/queries/executions';
import { deleteResult, insertResult, pageOfResults, type ResultRow, resultById } from '@ratchet/store/queries/results';

export type ResultShelf = ReturnType<typeof resultShelf>;

export interface NewResult {
  readonly name: string;
  readonly executionId?: string | undefined;
  /** The id of a task, or null. */
  readonly taskId: string | null;
  readonly content?: unknown;
  readonly tags: readonly string[];
}

/** Results that somebody keeps. They outlive the execution they came from. */
export function resultShelf(db: Queryable) {
  /** The output of an execution, and whose it is. */
  async function outputOf(executionId: string): Promise<{ content: unknown; taskId: string | null }> {
    const execution = await executionById(db, executionId);
    if (!execution) throw notFound('execution', executionId);
    if (execution.status !== 'completed')
      throw new RatchetError(
        'STATE_CONFLICT',
        `The execution is ${execution.status}; only a completed one has an output to keep.`,
      );
    return { content: execution.output ?? null, taskId: execution.taskId };
  }

  return {
    async list(fields: ListFields, request: ListRequest, reader?: Rights): Promise<Page<StoredResult>> {
      const { items, meta } = await pageOfResults(db, fields, request, reader);
      return { items: items.map(view), meta };
    },
    async get(id: string): Promise<StoredResult> {
      const row = await resultById(db, id);
      if (!row) throw notFound('result', id);
      return view(row);
    },
    async create({ name, executionId, taskId, content, tags }: NewResult, createdBy: string): Promise<StoredResult> {
      if ((executionId === undefined) === (content === undefined)) {
        const message = 'Give either executionId, to keep its output, or content.';
        throw new RatchetError('VALIDATION_FAILED', message, [{ path: 'content', message }]);
      }
      const kept = executionId === undefined ? { content, taskId } : await outputOf(executionId);
      if (executionId !== undefined && taskId !== null && taskId !== kept.taskId) {
        const message = 'The execution is of another task. Leave taskId out.';
        throw new RatchetError('VALIDATION_FAILED', message, [{ path: 'taskId', message }]);
      }
      const row = { id: newId(), name, executionId: executionId ?? null, tags: [...new Set(tags)], createdBy, ...kept };
      return view(await insertResult(db, row));
    },
    async delete(id: string): Promise<void> {
      if (!(await deleteResult(db, id))) throw notFound('result', id);
    },
  };
}

const view = (row: ResultRow): StoredResult => ({
  ...row,
  content: (row.content ?? null) as StoredResult['content'],
  createdAt: row.createdAt.toISOString(),
});
