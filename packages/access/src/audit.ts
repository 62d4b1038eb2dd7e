import type { AuditCheck, AuditEvent } from '@ratchet/contract/entities/audit';
import { RatchetError } from '@ratchet/contract/errors';
import type { Output, Parsed } from '@ratchet/contract/operation';
import type { audit as auditOperations } from '@ratchet/contract/operations/audit';
import type { ListFields, ListRequest, Page } from '@ratchet/contract/paging';
import type { Database } from '@ratchet/store/database';
import {
  type AuditRow,
  chainState,
  countEvents,
  cutFront,
  eventsAfter,
  hasHash,
  lockChain,
  pageOfEvents,
} from '@ratchet/store/queries/audit';
import type * as z from 'zod';
import { csvLine } from './audit-csv.ts';
import { hashOf } from './audit-event.ts';

type Check = z.output<typeof AuditCheck>;
type Export = Output<(typeof auditOperations)['export']>;

export type Audit = ReturnType<typeof audit>;

const pageSize = 1000;
/** Events of one file: what an answer can carry. */
const mostExported = 200_000;

const columns = [
  'sequence',
  'at',
  'actorKind',
  'actorId',
  'actorName',
  'surface',
  'operation',
  'outcome',
  'errorCode',
  'targetKind',
  'targetId',
  'beforeDigest',
  'afterDigest',
  'requestId',
  'address',
  'repeats',
  'previousHash',
  'hash',
  'id',
] as const satisfies readonly (keyof AuditEvent)[];

/** The record of what was done and refused, as it is read, proved and let go. */
export function audit(database: Pick<Database, 'db' | 'transaction'>, now: () => Date = () => new Date()) {
  const { db } = database;

  /** Walks the chain as it stood when it was asked about. */
  async function walk(): Promise<Check> {
    const chain = await chainState(db);
    if (!chain) return whole(0, null, null, (await countEvents(db, {})) > 0 ? 'events stand outside the chain' : null);
    const { firstSequence, baseHash, lastSequence, lastHash } = chain;
    let [sequence, hash, checked] = [firstSequence - 1, baseHash, 0];
    const broken = (at: number, reason: string): Check => ({
      intact: false,
      checked,
      firstSequence,
      lastSequence,
      lastHash,
      brokenAt: at,
      reason,
    });
    // From the very first: what was put in before the chain's beginning shows too.
    for (let after = Number.MIN_SAFE_INTEGER; ; ) {
      const rows = await eventsAfter(db, after, pageSize, { upTo: lastSequence });
      for (const row of rows) {
        after = row.sequence;
        if (row.sequence !== sequence + 1)
          return broken(sequence + 1, row.sequence > sequence + 1 ? 'An event is missing.' : 'An event was put in.');
        if (row.previousHash !== hash) return broken(row.sequence, 'It does not follow the event before it.');
        if (hashOf(row) !== row.hash) return broken(row.sequence, 'It was changed.');
        [sequence, hash] = [row.sequence, row.hash];
        checked += 1;
      }
      if (rows.length < pageSize) break;
    }
    if (sequence !== lastSequence) return broken(sequence + 1, 'The end is missing.');
    if (hash !== lastHash) return broken(lastSequence, 'The chain does not end with it.');
    const [beyond] = await eventsAfter(db, lastSequence, 1);
    if (beyond) {
      // Appended since, or put in behind the chain's back.
      const later = await chainState(db);
      if (!later || later.lastSequence < beyond.sequence) return broken(beyond.sequence, 'An event was put in.');
    }
    return whole(checked, checked > 0 ? firstSequence : null, checked > 0 ? chain : null, null);
  }

  return {
    async list(fields: ListFields, request: ListRequest): Promise<Page<AuditEvent>> {
      const page = await pageOfEvents(db, fields, request);
      return { items: page.items.map(view), meta: page.meta };
    },

    /**
     * Whether every event is as it was written, in its place, and none is missing. With `lastHash`, a hash that was kept
     * elsewhere, a chain whose end was cut off together with the record of where it ends shows too.
     */
    async verify({ lastHash }: { lastHash?: string | undefined }): Promise<Check> {
      let check = await walk();
      // Retention may take from the front while the chain is walked: then it is walked once more.
      if (!check.intact && (await chainState(db))?.firstSequence !== check.firstSequence) check = await walk();
      if (!check.intact || lastHash === undefined) return check;
      const chain = await chainState(db);
      if (lastHash === (chain?.baseHash ?? '') || (await hasHash(db, lastHash))) return check;
      return {
        ...check,
        intact: false,
        brokenAt: (check.lastSequence ?? 0) + 1,
        reason: 'The chain does not have the hash that was kept: its end was cut off, or retention took that event.',
      };
    },

    /** Throws PAYLOAD_TOO_LARGE. */
    async export({ format, from, to }: Parsed<(typeof auditOperations)['export']>): Promise<Export> {
      const span = { from: from ? new Date(from) : undefined, to: to ? new Date(to) : undefined };
      const count = await countEvents(db, span);
      if (count > mostExported)
        throw new RatchetError(
          'PAYLOAD_TOO_LARGE',
          `These are ${count} events; ${mostExported} fit into one file. Export them in parts, with from and to.`,
        );
      const parts: string[] = format === 'csv' ? [csvLine(columns)] : [];
      let exported = 0;
      for (let after = Number.MIN_SAFE_INTEGER; ; ) {
        const rows = await eventsAfter(db, after, pageSize, span);
        for (const row of rows) {
          const event = view(row);
          parts.push(format === 'csv' ? csvLine(columns.map((name) => event[name])) : JSON.stringify(event));
          after = row.sequence;
        }
        exported += rows.length;
        if (rows.length < pageSize) break;
      }
      const text = format === 'csv' ? parts.join('') : `[\n${parts.join(',\n')}\n]\n`;
      const day = now().toISOString().slice(0, 10);
      return {
        format,
        fileName: `audit-${day}.${format}`,
        count: exported,
        content: Buffer.from(text, 'utf8').toString('base64'),
      };
    },

    /** Lets go of what is older than so many days, whole from the front; 0: nothing. Answers how many events. */
    async forget(days: number, signal?: AbortSignal): Promise<number> {
      if (days <= 0) return 0;
      const before = new Date(now().getTime() - days * 86_400_000);
      for (let gone = 0; ; ) {
        const cut = await database.transaction(async (tx) => cutFront(tx, await lockChain(tx), before, 10_000));
        gone += cut;
        if (cut < 10_000 || signal?.aborted) return gone;
      }
    },
  };
}

const whole = (
  checked: number,
  firstSequence: number | null,
  end: { readonly lastSequence: number; readonly lastHash: string } | null,
  reason: string | null,
): Check => ({
  intact: reason === null,
  checked,
  firstSequence,
  lastSequence: end?.lastSequence ?? null,
  lastHash: end?.lastHash ?? null,
  brokenAt: reason === null ? null : 1,
  reason,
});

const view = (row: AuditRow): AuditEvent => ({ ...row, at: row.at.toISOString() });
