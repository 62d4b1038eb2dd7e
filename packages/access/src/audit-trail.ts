import type { Database } from '@ratchet/store/database';
import { newId } from '@ratchet/store/id';
import { type AuditRow, appendEvents, lockChain } from '@ratchet/store/queries/audit';
import { type AuditNote, chained } from './audit-event.ts';

/** Rows of one transaction, at most. */
const mostAtOnce = 500;
const windowMs = 60_000;
/** Sources of refusals that are told apart in one window; beyond them only operation and code are. */
const mostSources = 500;

interface Folded {
  readonly note: AuditNote;
  more: number;
  last: Date;
}

export interface AuditTrail {
  /** Resolves when the events are stored. */
  append(notes: readonly AuditNote[]): Promise<void>;
  /**
   * The first of equal refusals is stored like any event. Those that follow it within a minute make one event, at the end
   * of that minute, which says how many they were; nobody waits for it.
   */
  refused(note: AuditNote): Promise<void>;
  /** Stores what is gathered. */
  close(): Promise<void>;
}

/**
 * Appends to the chain of events. What comes while a transaction runs goes into the next one together, so that many callers
 * share one lock of the chain.
 */
export function auditTrail(
  { transaction }: Pick<Database, 'transaction'>,
  warn: (message: string, error: unknown) => void,
): AuditTrail {
  const waiting: { notes: readonly AuditNote[]; stored: () => void; failed: (error: unknown) => void }[] = [];
  let flushing: Promise<void> | null = null;
  const folds = new Map<string, Folded>();

  async function flush(): Promise<void> {
    while (waiting.length > 0) {
      let count = 0;
      const upTo = waiting.findIndex(({ notes }) => {
        count += notes.length;
        return count > mostAtOnce;
      });
      const group = waiting.splice(0, upTo < 0 ? waiting.length : Math.max(1, upTo));
      try {
        await transaction(async (tx) => {
          const chain = await lockChain(tx);
          let { lastSequence: sequence, lastHash: hash } = chain;
          const rows: AuditRow[] = [];
          for (const note of group.flatMap(({ notes }) => notes)) {
            const row = chained(note, newId(), ++sequence, hash);
            rows.push(row);
            hash = row.hash;
          }
          await appendEvents(tx, rows);
        });
        for (const { stored } of group) stored();
      } catch (error) {
        for (const { failed } of group) failed(error);
      }
    }
    flushing = null;
  }

  const append = (notes: readonly AuditNote[]): Promise<void> =>
    new Promise((stored, failed) => {
      if (notes.length === 0) return stored();
      waiting.push({ notes, stored, failed });
      flushing ??= flush();
    });

  /** Ends the window of every fold. */
  async function unfold(): Promise<void> {
    const notes = [...folds.values()]
      .filter(({ more }) => more > 0)
      .map(({ note, more, last }) => ({ ...note, repeats: more, at: last }));
    folds.clear();
    await append(notes);
  }
  const timer = setInterval(
    () => void unfold().catch((error) => warn('Refused calls could not be noted in the audit.', error)),
    windowMs,
  );
  timer.unref();

  return {
    append,
    async refused(note) {
      const { actor, address, operation, errorCode } = note;
      const precise = JSON.stringify([actor.kind, actor.id, address, operation, errorCode]);
      const known = folds.has(precise) || folds.size < mostSources;
      const key = known ? precise : JSON.stringify([operation, errorCode]);
      const fold = folds.get(key);
      if (fold) {
        fold.more += 1;
        fold.last = note.at;
        return;
      }
      // Of many, it is nobody's in particular.
      const folded = known ? note : { ...note, actor: unknown, address: null };
      folds.set(key, { note: { ...folded, targetKind: null, targetId: null }, more: 0, last: note.at });
      await append([note]);
    },
    async close() {
      clearInterval(timer);
      await unfold();
      await flushing;
    },
  };
}

const unknown = { kind: 'anonymous', id: 'many', name: 'many' } as const;
