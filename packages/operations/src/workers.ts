import type { Worker } from '@ratchet/contract/entities/worker';
import { workerList } from '@ratchet/contract/operations/workers';
import type { WorkerDesk } from '@ratchet/execution/worker-desk';
import type { EntityHandlers } from './handler.ts';

export const workerHandlers = (desk: WorkerDesk): EntityHandlers<'workers'> => ({
  list: { handle: (request) => desk.list(workerList, request) },
  stats: { handle: () => desk.stats() },
  watch: {
    async *stream({ workerId }, { signal, opened }) {
      const isWanted = ({ id }: Worker) => workerId === undefined || id === workerId;
      if (workerId !== undefined) await desk.get(workerId);
      const first = async () => (await desk.all()).filter(isWanted);
      for await (const worker of desk.changes.follow({ wanted: isWanted, first, signal, opened }))
        yield { type: 'worker' as const, worker };
    },
  },
  get: { handle: ({ id }) => desk.get(id) },
  scale: { handle: ({ concurrency, workerId }) => desk.scale(concurrency, workerId) },
  drain: { handle: ({ id, resume }) => desk.drain(id, resume) },
});
