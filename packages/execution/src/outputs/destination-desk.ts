import type { DestinationTest, OutputDestination, OutputType } from '@ratchet/contract/entities/output';
import { notFound, RatchetError } from '@ratchet/contract/errors';
import type { ListFields, ListRequest, Page } from '@ratchet/contract/paging';
import { createRedactor } from '@ratchet/sandbox/redact';
import type { Database } from '@ratchet/store/database';
import { newId } from '@ratchet/store/id';
import { failDeliveriesOf, releaseDeliveries } from '@ratchet/store/queries/deliveries';
import {
  type DestinationRow,
  deleteDestination,
  destinationById,
  destinationsSealedWithout,
  insertDestination,
  lockDestination,
  pageOfDestinations,
  resealDestination,
  updateDestination,
} from '@ratchet/store/queries/output-destinations';
import type * as z from 'zod';
import type { Circuits } from './circuits.ts';
import { checkConfig } from './destination-config.ts';
import {
  openSecrets,
  type Sealing,
  sealSecrets,
  secretFields,
  secretValues,
  splitSecrets,
  withKeptSecrets,
} from './destination-secrets.ts';
import type { DestinationTypes } from './destination-types.ts';
import { destinationView } from './destination-view.ts';
import { asDeliveryError } from './reason.ts';
import { sampleMessage } from './sample-message.ts';

type Settings = Pick<
  OutputDestination,
  'name' | 'enabled' | 'isGlobal' | 'on' | 'maxAttempts' | 'retryBackoffMs' | 'timeoutMs'
>;
type Config = Readonly<Record<string, unknown>>;
export type NewDestination = Settings & { readonly type: OutputType; readonly config: Config };
export type DestinationUpdate = { readonly [K in keyof Settings]?: Settings[K] | undefined } & {
  readonly config?: Config | undefined;
};

export interface DeskDependencies {
  readonly database: Database;
  readonly types: DestinationTypes;
  readonly sealing: Sealing;
  readonly circuits: Circuits;
}

export type DestinationDesk = ReturnType<typeof destinationDesk>;

/** Where outputs go: kept, changed, tried. */
export function destinationDesk({ database, types, sealing, circuits }: DeskDependencies) {
  const { db } = database;
  const load = async (id: string): Promise<DestinationRow> => {
    const row = await destinationById(db, id);
    if (!row) throw notFound('output destination', id);
    return row;
  };
  const view = (row: DestinationRow): OutputDestination =>
    destinationView(row, fieldsOf(row), circuits.stateOf(row.id));
  /** One whose key this server lacks is shown like the others; using or changing it says so. */
  const fieldsOf = (row: DestinationRow): string[] => {
    try {
      return secretFields(openSecrets(sealing, row));
    } catch {
      return [];
    }
  };

  /** A configuration as it is stored: checked, its secrets apart and sealed. */
  async function stored(id: string, type: OutputType, config: Config) {
    const checked = await checkConfig(types[type], config);
    const { shown, secrets } = splitSecrets(checked, types[type].secrets);
    return { config: shown, ...sealSecrets(sealing, id, secrets) };
  }

  return {
    async list(fields: ListFields, request: ListRequest): Promise<Page<OutputDestination>> {
      const page = await pageOfDestinations(db, fields, request);
      return { items: page.items.map(view), meta: page.meta };
    },
    get: async (id: string): Promise<OutputDestination> => view(await load(id)),
    async checkRevision(id: string, expected: number): Promise<void> {
      refuseStale((await load(id)).revision, expected);
    },
    async create({ config, ...settings }: NewDestination, createdBy: string): Promise<OutputDestination> {
      const id = newId();
      const kept = await stored(id, settings.type, withKeptSecrets(config, {}, types[settings.type].secrets));
      return view(await insertDestination(db, { ...settings, ...kept, id, createdBy }));
    },
    /** Secrets that are not given stay. What waits for it is tried at once, with the new settings. */
    async update(
      id: string,
      { config, ...settings }: DestinationUpdate,
      expected?: number,
    ): Promise<OutputDestination> {
      const changed = await database.transaction(async (tx) => {
        const row = await lockDestination(tx, id);
        if (!row) throw notFound('output destination', id);
        if (expected !== undefined) refuseStale(row.revision, expected);
        const given = Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined));
        const kept = config
          ? await stored(id, row.type, withKeptSecrets(config, openSecrets(sealing, row), types[row.type].secrets))
          : {};
        const next = (await updateDestination(tx, id, { ...given, ...kept })) as DestinationRow;
        if (next.enabled) await releaseDeliveries(tx, id);
        return next;
      });
      circuits.forget(id);
      return view(changed);
    },
    async delete(id: string): Promise<void> {
      await load(id);
      await database.transaction(async (tx) => {
        await failDeliveriesOf(tx, id, 'The output destination was removed before this was delivered.');
        await deleteDestination(tx, id);
      });
      circuits.forget(id);
    },
    /** Sends a sample now; what goes wrong is an answer. */
    async test(id: string): Promise<z.output<typeof DestinationTest>> {
      const row = await load(id);
      const type = types[row.type];
      const secrets = openSecrets(sealing, row);
      const config = { ...(row.config as Config), ...secrets };
      const redactor = createRedactor(secretValues(secrets));
      const signal = AbortSignal.timeout(row.timeoutMs);
      const started = performance.now();
      try {
        const { target, response } = type.test
          ? await type.test(config, signal)
          : await type.deliver(sampleMessage(type, config), config, signal);
        circuits.forget(id);
        return {
          success: true,
          message: type.test ? (response ?? 'It works.') : `A sample was delivered to ${redactor.text(target)}.`,
          target: redactor.text(target),
          durationMs: performance.now() - started,
          response: response === null ? null : redactor.text(response),
        };
      } catch (error) {
        const fault = signal.aborted ? null : asDeliveryError(error, row.name);
        const message = fault?.message ?? `It did not answer within ${row.timeoutMs} ms.`;
        return {
          success: false,
          message: redactor.text(message),
          target: fault?.target ? redactor.text(fault.target) : null,
          durationMs: performance.now() - started,
          response: null,
        };
      }
    },
    /** Seals anew what another key or cipher than the first sealed; answers how many. */
    async reseal(): Promise<number> {
      let count = 0;
      for (const row of await destinationsSealedWithout(db, sealing)) {
        const { keyId, sealed } = sealSecrets(sealing, row.id, openSecrets(sealing, row));
        if (keyId !== null && sealed !== null && (await resealDestination(db, row, { keyId, sealed }))) count++;
      }
      return count;
    },
  };
}

function refuseStale(revision: number, expected: number): void {
  if (revision !== expected)
    throw new RatchetError(
      'REVISION_MISMATCH',
      `The output destination is at revision ${revision}, not ${expected}. Read it again.`,
      { expectedRevision: expected, currentRevision: revision },
    );
}
