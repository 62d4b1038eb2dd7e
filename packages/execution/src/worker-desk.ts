import type { Worker } from '@ratchet/contract/entities/worker';
import { notFound, RatchetError } from '@ratchet/contract/errors';
import type { ListFields, ListRequest } from '@ratchet/contract/paging';
import type { Database, Queryable } from '@ratchet/store/database';
import { notify } from '@ratchet/store/events';
import { allNodes } from '@ratchet/store/queries/changes';
import {
  type NodeOrders,
  type NodeRow,
  nodeById,
  nodeChannel,
  nodeCounts,
  orderNode,
  pageOfNodes,
  workingNodes,
} from '@ratchet/store/queries/nodes';
import { workerFeed } from './worker-feed.ts';
import type { Log } from './worker-logger.ts';
import { workerView } from './worker-view.ts';

export type WorkerDesk = ReturnType<typeof workerDesk>;

/** Server processes as an operator looks after them. What is asked of one, it does at once, or with its next heartbeat. */
export function workerDesk(database: Database, log: Log) {
  const { db } = database;
  const changes = workerFeed(database, log);

  async function find(tx: Queryable, id: string): Promise<NodeRow> {
    const row = await nodeById(tx, id);
    if (!row) throw notFound('worker', id);
    return row;
  }

  async function order(tx: Queryable, row: NodeRow, orders: Partial<NodeOrders>): Promise<Worker> {
    if (row.role === 'api')
      throw new RatchetError('STATE_CONFLICT', 'The worker has the role api: it runs no tasks. Name one that does.');
    const ordered = await orderNode(tx, row.id, orders);
    if (!ordered) {
      const { status } = await find(tx, row.id);
      throw new RatchetError('STATE_CONFLICT', `The worker is ${status}. GET /workers lists those that live.`);
    }
    await notify(tx, nodeChannel, row.id);
    return workerView(ordered);
  }

  return {
    /** Workers as they change; `first` of a reader may be `all`. */
    changes,
    all: async (): Promise<Worker[]> => (await allNodes(db)).map(workerView),
    async list(fields: ListFields, request: ListRequest) {
      const page = await pageOfNodes(db, fields, request);
      return { items: page.items.map(workerView), meta: page.meta };
    },
    get: async (id: string): Promise<Worker> => workerView(await find(db, id)),
    async stats() {
      const { byStatus, concurrency, running, waiting } = await nodeCounts(db);
      return {
        total: (byStatus.active ?? 0) + (byStatus.draining ?? 0),
        byStatus,
        concurrency,
        running,
        waiting,
        utilisation: concurrency === 0 ? null : Math.min(1, running / concurrency),
      };
    },
    /** Throws NOT_FOUND; STATE_CONFLICT where the worker is gone or runs no tasks. */
    scale: (concurrency: number, workerId?: string): Promise<{ workers: Worker[] }> =>
      database.transaction(async (tx) => {
        const asked = workerId === undefined ? await workingNodes(tx) : [await find(tx, workerId)];
        const workers: Worker[] = [];
        for (const row of asked) workers.push(await order(tx, row, { desiredConcurrency: concurrency }));
        return { workers };
      }),
    /** Throws as `scale`. */
    drain: (id: string, resume: boolean): Promise<Worker> =>
      database.transaction(async (tx) => order(tx, await find(tx, id), { status: resume ? 'active' : 'draining' })),
  };
}
