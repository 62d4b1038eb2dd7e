import { createHash } from 'node:crypto';
import type { Actor, Surface } from '@ratchet/contract/dispatcher';
import type { TargetKind } from '@ratchet/contract/operation';
import type { AuditRow } from '@ratchet/store/queries/audit';
import { storableText } from '@ratchet/store/rows';

/** Something that happened, before it has its place in the chain. */
export interface AuditNote {
  readonly actor: Pick<Actor, 'kind' | 'id' | 'name'>;
  readonly surface: Surface;
  readonly operation: string;
  readonly outcome: 'done' | 'refused' | 'failed';
  readonly errorCode: string | null;
  readonly targetKind: TargetKind | null;
  readonly targetId: string | null;
  readonly beforeDigest: string | null;
  readonly afterDigest: string | null;
  readonly requestId: string;
  readonly address: string | null;
  readonly repeats: number;
  readonly at: Date;
}

/** What comes from outside is kept as long as it can be meant. */
const longest = 300;
const text = (given: string): string => storableText(given).slice(0, longest).toWellFormed();
const maybe = (given: string | null): string | null => (given === null ? null : text(given));

/** A note as a row of the chain. */
export function chained(note: AuditNote, id: string, sequence: number, previousHash: string): AuditRow {
  const row: Omit<AuditRow, 'hash'> = {
    id,
    sequence,
    at: note.at,
    actorKind: note.actor.kind,
    actorId: text(note.actor.id),
    actorName: text(note.actor.name),
    surface: note.surface,
    operation: note.operation,
    outcome: note.outcome,
    errorCode: note.errorCode,
    targetKind: note.targetKind,
    targetId: maybe(note.targetId),
    beforeDigest: note.beforeDigest,
    afterDigest: note.afterDigest,
    requestId: text(note.requestId),
    address: maybe(note.address),
    repeats: note.repeats,
    previousHash,
  };
  return { ...row, hash: hashOf(row) };
}

/**
 * SHA-256, hexadecimal, over the event and the hash of the one before: of the JSON array of, in this order, previousHash,
 * sequence, id, at (ISO 8601 with milliseconds), actorKind, actorId, actorName, surface, operation, outcome, errorCode,
 * targetKind, targetId, beforeDigest, afterDigest, requestId, address, repeats.
 */
export function hashOf(row: Omit<AuditRow, 'hash'>): string {
  const members = [
    row.previousHash,
    row.sequence,
    row.id,
    row.at.toISOString(),
    row.actorKind,
    row.actorId,
    row.actorName,
    row.surface,
    row.operation,
    row.outcome,
    row.errorCode,
    row.targetKind,
    row.targetId,
    row.beforeDigest,
    row.afterDigest,
    row.requestId,
    row.address,
    row.repeats,
  ];
  return createHash('sha256').update(JSON.stringify(members)).digest('hex');
}
