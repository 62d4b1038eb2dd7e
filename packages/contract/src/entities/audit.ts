import * as z from 'zod';
import { Id, Time } from '../json.ts';
import { pageOf } from '../paging.ts';

export const AuditOutcome = z
  .enum(['done', 'refused', 'failed'])
  .meta({ id: 'AuditOutcome', description: 'refused: it was not allowed; failed: it was, and went wrong' });

export const AuditEvent = z
  .object({
    id: Id,
    sequence: z.int().describe('Grows by one; no number is left out'),
    at: Time,
    actorKind: z.enum(['user', 'api_key', 'system', 'anonymous']),
    actorId: z.string(),
    actorName: z.string(),
    surface: z.string(),
    operation: z.string(),
    outcome: AuditOutcome,
    errorCode: z.string().nullable(),
    targetKind: z.string().nullable(),
    targetId: z.string().nullable(),
    beforeDigest: z.string().nullable().describe('SHA-256 of the target’s row before; null where there was none'),
    afterDigest: z.string().nullable(),
    requestId: z.string(),
    address: z.string().nullable(),
    repeats: z.int().describe('How often it happened: equal refusals within a minute make one event'),
    previousHash: z.string().describe('The hash of the event before'),
    hash: z.string().describe('SHA-256 over this event and the hash of the one before'),
  })
  .meta({ id: 'AuditEvent', description: 'Something that was done, or was refused; chained so that a change shows' });
export type AuditEvent = z.output<typeof AuditEvent>;
export const AuditEventPage = pageOf(AuditEvent, 'AuditEventPage');

export const AuditCheck = z
  .object({
    intact: z.boolean(),
    checked: z.int().describe('Events looked at'),
    firstSequence: z.int().nullable(),
    lastSequence: z.int().nullable(),
    lastHash: z.string().nullable().describe('Keep it elsewhere: with it a chain that was cut short shows'),
    brokenAt: z.int().nullable().describe('The first sequence number that does not fit'),
    reason: z.string().nullable(),
  })
  .meta({ id: 'AuditCheck', description: 'Whether the chain of the audit holds' });
