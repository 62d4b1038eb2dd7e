import { workerList } from '@ratchet/contract/operations/workers';
import type { WorkerDesk } from '@ratchet/execution/worker-desk';
import type { EntityHandlers } from './handler.ts';

export const workerHandlers = (desk: WorkerDesk): EntityHandlers<'workers'> => ({
  list: { handle: (request) => desk.list(workerList, request) },
  stats: { handle: () => desk.stats() },
  get: { handle: ({ id }) => desk.get(id) },
  scale: { handle: ({ concurrency, workerId }) => desk.scale(concurrency, workerId) },
  drain: { handle: ({ id, resume }) => desk.drain(id, resume) },
});
