import { RatchetError } from '@ratchet/contract/errors';
import { batchList } from '@ratchet/contract/operations/batches';
import type { Executor } from '@ratchet/execution/executor';
import type { EntityHandlers } from './handler.ts';
import { stopAbandoned } from './stop-abandoned.ts';

/** `taskIdOf` answers the id of the task that an id or uuid means, or throws NOT_FOUND. */
export function batchHandlers(
  { batches }: Executor,
  taskIdOf: (idOrUuid: string) => Promise<string>,
): EntityHandlers<'batches'> {
  /** Each task is looked up once; one that is not there is said of its requests, together with what else is wrong. */
  async function idsOf(given: readonly string[]): Promise<ReadonlyMap<string, string | RatchetError>> {
    const found = new Map<string, string | RatchetError>();
    for (const idOrUuid of new Set(given))
      found.set(
        idOrUuid,
        await taskIdOf(idOrUuid).catch((error) => {
          if (error instanceof RatchetError && error.code === 'NOT_FOUND') return error;
          throw error;
        }),
      );
    return found;
  }
  return {
    list: { handle: (request) => batches.list(batchList, request) },
    create: {
      async handle({ wait, requests, ...batch }, caller) {
        const { actor, signal, progress } = caller;
        const ids = await idsOf(requests.map(({ taskId }) => taskId));
        const made = await batches.create(
          { ...batch, requests: requests.map((one) => ({ ...one, taskId: ids.get(one.taskId) ?? one.taskId })) },
          actor.name || actor.id,
        );
        if (!wait || made.status !== 'running') return made;
        const seen = await batches.waitFor(made.id, { signal, progress });
        return stopAbandoned(caller, seen, () => batches.cancel(made.id));
      },
    },
    get: { handle: ({ id }) => batches.get(id) },
    cancel: { handle: ({ id }) => batches.cancel(id) },
  };
}
