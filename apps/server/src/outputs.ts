import type { KeyRing } from '@ratchet/access/key-ring';
import { circuits as makeCircuits } from '@ratchet/execution/outputs/circuits';
import { deliverer } from '@ratchet/execution/outputs/deliverer';
import { deliveryDesk } from '@ratchet/execution/outputs/delivery-desk';
import { destinationDesk } from '@ratchet/execution/outputs/destination-desk';
import { destinationTypes } from '@ratchet/execution/outputs/destination-types';
import type { Log } from '@ratchet/execution/worker-logger';
import { createHttpClient } from '@ratchet/sandbox/http-client';
import type { Database } from '@ratchet/store/database';
import { proxiesOf } from './outgoing.ts';
import type { ServerPlaces } from './server-places.ts';
import type { Settings } from './settings.ts';
import { version } from './version.ts';

export interface OutputParts {
  readonly database: Database;
  readonly ring: KeyRing;
  readonly places: ServerPlaces;
  readonly log: Log;
  /** Told whenever its names in the queue change. */
  readonly renamed: () => void;
}

/** A line on standard output; answers when it is out, so that a reader that is slow slows deliveries down. */
const writeOut = (text: string): Promise<void> =>
  new Promise((resolve, reject) => {
    process.stdout.write(text, (error) => (error ? reject(error) : resolve()));
  });

/** Output destinations and their deliveries, as a server has them. */
export function serverOutputs(
  { output, server, http: way }: Pick<Settings, 'output' | 'server' | 'http'>,
  { database, ring, places, log, renamed }: OutputParts,
) {
  const http = createHttpClient({ userAgent: `ratchet/${version}`, proxies: proxiesOf({ http: way }) });
  const types = destinationTypes({
    http,
    allowPrivate: output.allowPrivate,
    places: places.rules,
    write: writeOut,
  });
  const circuits = makeCircuits(database);
  const parts = { database, types, sealing: ring, circuits };
  const destinations = destinationDesk(parts);
  const worker = deliverer({ ...parts, log, renamed, ...(server.role === 'api' ? { concurrency: 0 } : {}) });
  return {
    destinations,
    worker: worker.held,
    deliveries: deliveryDesk(database),
    async start(): Promise<void> {
      const resealed = await destinations.reseal();
      if (resealed > 0) log('info', 'Sealed output destinations anew with the first key of the ring.', { resealed });
      await worker.start();
    },
    async stop(): Promise<void> {
      await worker.stop();
      await http.close();
    },
  };
}
