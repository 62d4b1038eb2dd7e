import { createRedactor, type Redactor } from '@ratchet/sandbox/redact';
import type { Database } from '@ratchet/store/database';
import {
  claimDelivery,
  type DeliveryRow,
  deliveryById,
  destinationFlag,
  failDelivery,
  handBackDelivery,
  postponeDelivery,
  recordDelivered,
  recordFailed,
  requeueDelivery,
  type StoredAttempt,
} from '@ratchet/store/queries/deliveries';
import { executionById } from '@ratchet/store/queries/executions';
import { type DestinationRow, destinationById, noteAttempt } from '@ratchet/store/queries/output-destinations';
import { BrokenCircuitError } from 'cockatiel';
import { run as runWorker } from 'graphile-worker';
import { type HeldWork, standingWorker } from '../standing-worker.ts';
import { type Log, workerLogger } from '../worker-logger.ts';
import { untilAborted } from './abort.ts';
import type { Circuits } from './circuits.ts';
import { DeliveryError } from './delivery-error.ts';
import { openSecrets, type Sealing, secretValues } from './destination-secrets.ts';
import type { Delivered } from './destination-type.ts';
import type { DestinationTypes } from './destination-types.ts';
import { messageOf } from './message.ts';
import { asDeliveryError } from './reason.ts';
import { retryPauseMs } from './retry-pause.ts';

export interface DelivererOptions {
  readonly database: Database;
  readonly types: DestinationTypes;
  readonly sealing: Sealing;
  readonly circuits: Circuits;
  readonly log: Log;
  /** Told whenever its names in the queue change. */
  readonly renamed: () => void;
  /** Deliveries at once, over all destinations; 0: this node delivers nothing. */
  readonly concurrency?: number;
  /** Deliveries at once to one destination. */
  readonly perDestination?: number;
  /** How long a delivery may go on when the server stops, before it is handed back to the queue. */
  readonly drainMs?: number;
}

const brokenPauseMs = 250;
const handBack = Symbol('The server stops.');
const tooLate = Symbol('The attempt took too long.');

/** Takes deliveries from the queue and makes their attempts, beside executions and without using up their workers. */
export function deliverer(options: DelivererOptions) {
  const { database, types, sealing, circuits, log } = options;
  const { db } = database;
  const { concurrency = 8, perDestination = 3 } = options;
  const busy = new Map<string, number>();
  const running = new Set<AbortController>();
  let stopListening: (() => Promise<void>) | null = null;
  let stopping = false;

  const countBusy = (id: string, by: 1 | -1) => {
    const count = (busy.get(id) ?? 0) + by;
    if (count === 0) busy.delete(id);
    else busy.set(id, count);
  };
  /** A first place is had by any destination, further ones out of half of the places: several that hang leave room. */
  const full = (id: string): boolean => {
    const own = busy.get(id) ?? 0;
    const all = [...busy.values()].reduce((sum, count) => sum + count, 0);
    return own >= perDestination || (own > 0 && all >= concurrency / 2);
  };

  /** The secrets of a destination; what keeps them from being opened is said when they are needed. */
  function secretsOf(destination: DestinationRow): { secrets: Readonly<Record<string, unknown>>; fault: unknown } {
    try {
      return { secrets: openSecrets(sealing, destination), fault: null };
    } catch (fault) {
      return { secrets: {}, fault };
    }
  }

  async function attempt(delivery: DeliveryRow, destination: DestinationRow): Promise<void> {
    const { secrets, fault } = secretsOf(destination);
    const redactor = createRedactor(secretValues(secrets));
    const config = { ...(destination.config as object), ...secrets };
    const execution = await executionById(db, delivery.executionId);
    if (!execution) {
      await failDelivery(db, delivery.id, 'The execution was deleted before its output was delivered.');
      return;
    }
    const stop = new AbortController();
    running.add(stop);
    const at = new Date();
    let limit: NodeJS.Timeout | undefined;
    const send = async () => {
      if (fault) throw new DeliveryError((fault as Error).message, { outage: false, cause: fault });
      limit = setTimeout(() => stop.abort(tooLate), destination.timeoutMs);
      return types[destination.type].deliver(messageOf(execution, delivery), config, stop.signal);
    };
    const entry = (error: string | null, response: string | null): StoredAttempt => ({
      attempt: delivery.attempts,
      at: at.toISOString(),
      durationMs: Date.now() - at.getTime(),
      error: error === null ? null : redactor.text(error).slice(0, 2000),
      response: response === null ? null : redactor.text(response).slice(0, 500),
    });
    try {
      const delivered = await circuits.through(destination.id, destination.revision, () =>
        untilAborted(stop.signal, send).catch((error) => {
          if (stop.signal.reason === handBack) throw new DeliveryError('The server stops.', { outage: false });
          if (stop.signal.reason === tooLate)
            throw new DeliveryError(`It did not answer within ${destination.timeoutMs} ms.`);
          throw asDeliveryError(error, destination.name);
        }),
      );
      await arrived(delivery, destination, entry(null, delivered.response), {
        ...delivered,
        target: redactor.text(delivered.target),
      });
    } catch (error) {
      if (stop.signal.reason === handBack) return await handBackDelivery(db, delivery, 0);
      // Another attempt opened the circuit meanwhile: this one was not made.
      if (error instanceof BrokenCircuitError) return await handBackDelivery(db, delivery, brokenPauseMs);
      if (!(error instanceof DeliveryError)) throw error;
      await failed(delivery, destination, error, (text) => entry(text, null), redactor);
    } finally {
      clearTimeout(limit);
      running.delete(stop);
    }
  }

  const arrived = (delivery: DeliveryRow, { id }: DestinationRow, entry: StoredAttempt, delivered: Delivered) =>
    database.transaction(async (tx) => {
      await recordDelivered(tx, delivery, entry, delivered);
      await noteAttempt(tx, id, null);
    });

  async function failed(
    delivery: DeliveryRow,
    destination: DestinationRow,
    error: DeliveryError,
    entryOf: (text: string) => StoredAttempt,
    redactor: Redactor,
  ): Promise<void> {
    const retry = !error.final && delivery.attempts < delivery.maxAttempts;
    const entry = entryOf(error.message);
    // Attempts since it was last sent anew: what was tried before does not make the pauses longer.
    const since = Math.max(1, destination.maxAttempts - (delivery.maxAttempts - delivery.attempts));
    const pause = retryPauseMs(since, destination.retryBackoffMs, error.retryAfterMs);
    await database.transaction(async (tx) => {
      const target = error.target === null ? null : redactor.text(error.target);
      if (!(await recordFailed(tx, delivery, entry, { target, retry }))) return;
      if (retry) await postponeDelivery(tx, delivery.id, pause);
      await noteAttempt(tx, destination.id, entry.error);
    });
    if (!retry)
      log('warn', 'An output was not delivered.', {
        delivery: delivery.id,
        destination: destination.name,
        attempts: delivery.attempts,
        reason: entry.error,
      });
  }

  async function deliver(id: string, jobId: string): Promise<void> {
    const delivery = await deliveryById(db, id);
    if (!delivery || delivery.status === 'delivered' || delivery.status === 'failed') return;
    const destination = await destinationById(db, delivery.destinationId);
    if (!destination) return failDelivery(db, id, 'The output destination was removed before this was delivered.');
    // It stays as it is: enabling the destination queues what waits for it.
    if (!destination.enabled) return;
    if (stopping || full(destination.id)) return requeueDelivery(db, id);
    countBusy(destination.id, 1);
    try {
      const pause = circuits.pauseOf(destination.id, destination.revision);
      if (pause > 0) return await postponeDelivery(db, id, pause * (1 + Math.random() / 4));
      const claimed = await claimDelivery(db, id, jobId);
      if (claimed) await attempt(claimed, destination);
    } finally {
      countBusy(destination.id, -1);
    }
  }

  const worker = standingWorker({
    log,
    renamed: options.renamed,
    run: (events, workers) =>
      runWorker({
        pgPool: database.pool,
        events,
        concurrency: workers,
        noHandleSignals: true,
        pollInterval: 1000,
        logger: workerLogger(log),
        preset: { worker: { completeJobBatchDelay: 0, failJobBatchDelay: 0 } },
        forbiddenFlags: () => [...busy.keys()].filter(full).map(destinationFlag),
        taskList: {
          deliver_output: (payload, { job }) => deliver((payload as { deliveryId: string }).deliveryId, job.id),
        },
      }),
  });

  return {
    held: worker as HeldWork,
    async start(): Promise<void> {
      stopListening = await circuits.listen();
      if (concurrency > 0) await worker.start(concurrency);
    },
    /** Takes no more; what does not end in time goes back to the queue. */
    async stop(): Promise<void> {
      stopping = true;
      const patience = setTimeout(() => {
        for (const stop of running) stop.abort(handBack);
      }, options.drainMs ?? 4000);
      await worker.stop();
      clearTimeout(patience);
      await stopListening?.();
    },
  };
}
