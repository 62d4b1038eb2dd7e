import type { Database, Queryable } from '@ratchet/store/database';
import {
  type ExecutionRow,
  executionsByIds,
  releaseExecutions,
  stillRunning,
  unknownExecutions,
} from '@ratchet/store/queries/executions';
import { changeJob, crashesOf, enqueueJob, jobsOfExecutions } from '@ratchet/store/queries/jobs';
import {
  forgetNodes,
  heartbeat,
  holdsUnknown,
  listStaleNodes,
  markNode,
  type NodeOrders,
  type NodeReport,
  type NodeRow,
  nodeChannel,
  otherNodes,
  registerNode,
  unlockLostWork,
} from '@ratchet/store/queries/nodes';
import type { StoredLoad } from '@ratchet/store/schema/execution';
import type { HeldWork } from './standing-worker.ts';
import type { Log } from './worker-logger.ts';

export type NodeIdentity = Pick<NodeRow, 'id' | 'hostname' | 'pid' | 'role' | 'version'>;

/** The work of a node, as its keeper sees it. */
export interface NodeWork {
  /** What takes work from the queue in this process. */
  workers(): readonly HeldWork[];
  /** Executions at once; 0: it runs none. */
  concurrency(): number;
  load(): Pick<StoredLoad, 'running' | 'runners' | 'completed' | 'failed'>;
  /** Ids of the executions that it runs. */
  running(): string[];
  /** Breaks off executions that are another node's by now. */
  giveUp(ids: readonly string[]): void;
  /** Does what an operator asked for. */
  obey(orders: NodeOrders): Promise<void>;
}

const beatMs = 5000;
const staleSeconds = 20;
/** A node that was away itself does not judge others before they could be heard again. */
const awayMs = 3 * beatMs;
/** How long the answer to a claim may take. */
const unknownSeconds = 10;
const keptDays = 7;
/** A task that kills its node is not tried for ever. */
const maxCrashes = 3;

/** Says that this node lives and does what is asked of it, and puts the work of nodes that died back in the queue. */
export function nodeKeeper(
  database: Database,
  node: NodeIdentity,
  work: NodeWork,
  log: Log,
  ended?: (tx: Queryable, rows: readonly ExecutionRow[]) => Promise<void>,
) {
  const { db } = database;
  let timer: NodeJS.Timeout | undefined;
  let beating: Promise<void> = Promise.resolve();
  let stopped = false;
  let unlisten: () => Promise<void> = async () => {};
  let lastBeat = 0;
  let judgesFrom = 0;
  let draining = false;
  const cpu = cpuMeter();

  const report = (): NodeReport => ({
    workerIds: work.workers().flatMap((worker) => worker.names()),
    concurrency: work.concurrency(),
    load: { ...work.load(), rssBytes: process.memoryUsage.rss(), cpu: cpu() },
  });

  /** Puts what ran on a node back in the queue, all or only some of it. */
  async function releaseWork(tx: Queryable, nodeId: string, ids?: readonly string[]) {
    const { requeued, failed } = await releaseExecutions(tx, nodeId, maxCrashes, ids);
    for (const job of await jobsOfExecutions(tx, failed)) {
      const again = (await crashesOf(tx, job.id)) <= maxCrashes;
      const changed = await changeJob(
        tx,
        job.id,
        ['processing'],
        again
          ? { status: 'queued' }
          : { status: 'failed', lastError: 'The server stopped in the middle too often.', ended: true },
      );
      if (again && changed) await enqueueJob(tx, job, null);
    }
    if (ended && failed.length > 0) await ended(tx, await executionsByIds(tx, failed));
    return { requeued, failed: failed.length };
  }

  async function release(dead: readonly NodeRow[]): Promise<void> {
    for (const { id, hostname, pid, status } of dead) {
      const released = await database.transaction(async (tx) => {
        const counts = await releaseWork(tx, id);
        await markNode(tx, id, status === 'stopped' ? 'stopped' : 'dead');
        return counts;
      });
      const data = { hostname, pid, ...released };
      log('warn', 'A server stopped in the middle of its work; the work is queued again.', data);
    }
  }

  /** It was given up, and lives: its work is others' by now. */
  async function comeBack(): Promise<void> {
    await registerNode(db, node, report(), draining ? 'draining' : 'active');
    const running = work.running();
    const own = await stillRunning(db, node.id, running);
    const lost = running.filter((id) => !own.has(id));
    work.giveUp(lost);
    log('warn', 'This server was taken for dead and is back.', { lost: lost.length });
  }

  /** Work that is this node's on record, and of which it knows nothing: an answer of the database was lost. */
  async function findUnknown(): Promise<void> {
    const unknown = await unknownExecutions(db, node.id, work.running(), unknownSeconds);
    if (unknown.length === 0) return;
    const released = await database.transaction((tx) => releaseWork(tx, node.id, unknown));
    log('warn', 'Work that this server did not know of is queued again.', released);
  }

  /** What is locked by this node's names, and of which it knows nothing, is unlocked once no living node has that name. */
  async function findUnheld(): Promise<void> {
    for (const worker of work.workers()) {
      const names = worker.names();
      if (names.length === 0 || !(await holdsUnknown(db, names, worker.working(), unknownSeconds))) continue;
      log('warn', 'Work is locked for this server of which it knows nothing; it is unlocked.');
      await worker.renew();
    }
  }

  async function judge(): Promise<void> {
    if (performance.now() < judgesFrom) return;
    const stale = await listStaleNodes(db, staleSeconds);
    await release(stale.filter((other) => other.id !== node.id));
  }

  async function live(): Promise<void> {
    const orders = await heartbeat(db, node.id, report());
    const now = performance.now();
    if (now - lastBeat > awayMs) judgesFrom = now + staleSeconds * 1000;
    lastBeat = now;
    if (!orders) return comeBack();
    draining = orders.status === 'draining';
    await work.obey(orders);
  }

  /** One after the other. What fails keeps none of the rest from being done, unless the database is away. */
  async function beat(): Promise<void> {
    const failed = (error: unknown) => log('warn', 'The heartbeat failed.', { err: error });
    try {
      await live();
    } catch (error) {
      return failed(error);
    }
    const unlock = async () => void (await unlockLostWork(db, staleSeconds));
    for (const step of [findUnknown, findUnheld, judge, unlock]) await step().catch(failed);
  }

  /** Beats now, after the one under way; and again when it is time. */
  function next(): Promise<void> {
    clearTimeout(timer);
    beating = beating.then(async () => {
      if (stopped) return;
      await beat();
      clearTimeout(timer);
      if (!stopped) timer = setTimeout(() => void next(), beatMs);
    });
    return beating;
  }

  return {
    async start(): Promise<void> {
      // Embedded, one process holds the folder: every other node on record is dead.
      await release(
        database.mode === 'embedded' ? await otherNodes(db, node.id) : await listStaleNodes(db, staleSeconds),
      );
      await forgetNodes(db, keptDays);
      await registerNode(db, node, report());
      await unlockLostWork(db, database.mode === 'embedded' ? 0 : staleSeconds);
      lastBeat = performance.now();
      unlisten = await database.listen(nodeChannel, (id) => {
        if (id === node.id || id === '') void next();
      });
      timer = setTimeout(() => void next(), beatMs);
    },
    /** Beats out of turn, for what changed to be known at once. */
    beat: next,
    /** It takes no more work, and others can see it. */
    async leave(): Promise<void> {
      await markNode(db, node.id, 'draining').catch(() => {});
    },
    async stop(): Promise<void> {
      stopped = true;
      clearTimeout(timer);
      await unlisten();
      await beating;
      await markNode(db, node.id, 'stopped');
    },
  };
}

/** Cores that this process used since it was asked before. */
function cpuMeter(): () => number {
  let [used, at] = [process.cpuUsage(), performance.now()];
  return () => {
    const [now, time] = [process.cpuUsage(), performance.now()];
    const microseconds = now.user + now.system - used.user - used.system;
    const cores = time > at ? microseconds / 1000 / (time - at) : 0;
    [used, at] = [now, time];
    return Math.round(cores * 1000) / 1000;
  };
}
