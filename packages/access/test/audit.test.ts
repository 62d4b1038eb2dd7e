import { auditList } from '@ratchet/contract/operations/audit';
import { auditEvents } from '@ratchet/store/schema/access';
import { openTestDatabase, type TestDatabase } from '@ratchet/testing/database';
import { sql } from 'drizzle-orm';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { audit as makeAudit } from '../src/audit.ts';
import { csvLine } from '../src/audit-csv.ts';
import type { AuditNote } from '../src/audit-event.ts';
import { type AuditTrail, auditTrail } from '../src/audit-trail.ts';

let database: TestDatabase;
let trail: AuditTrail;
const unexpected = (message: string, error: unknown) => {
  throw new Error(message, { cause: error });
};
beforeEach(async () => {
  database = await openTestDatabase();
  trail = auditTrail(database, unexpected);
});
afterEach(async () => {
  await trail.close();
  await database.close();
});

const note = (more: Partial<AuditNote> = {}): AuditNote => ({
  actor: { kind: 'user', id: 'u1', name: 'una' },
  surface: 'rest',
  operation: 'tasks.update',
  outcome: 'done',
  errorCode: null,
  targetKind: 'task',
  targetId: 't1',
  beforeDigest: 'a'.repeat(64),
  afterDigest: 'b'.repeat(64),
  requestId: 'r1',
  address: '127.0.0.1',
  repeats: 1,
  at: new Date('2026-01-02T03:04:05.678Z'),
  ...more,
});
const audit = () => makeAudit(database);
const append = (count: number) => trail.append(Array.from({ length: count }, (_, n) => note({ targetId: `t${n}` })));

/** As somebody does who holds the database: without the trigger that keeps the server from it. */
async function tamper(statement: ReturnType<typeof sql>): Promise<void> {
  await database.transaction(async (tx) => {
    await tx.execute(sql`alter table ratchet.audit_events disable trigger all`);
    await tx.execute(statement);
    await tx.execute(sql`alter table ratchet.audit_events enable trigger all`);
  });
}

describe('the chain of events', () => {
  it('numbers without gaps what many append at once, on two nodes', async () => {
    const other = auditTrail(database, unexpected);
    await Promise.all(
      Array.from({ length: 120 }, (_, n) => (n % 2 ? trail : other).append([note({ requestId: `r${n}` })])),
    );
    await other.close();
    const page = await audit().list(auditList, { page: 1, limit: 1000 });
    expect(page.items.map(({ sequence }) => sequence)).toEqual(Array.from({ length: 120 }, (_, n) => 120 - n));
    expect(new Set(page.items.map(({ requestId }) => requestId)).size).toBe(120);
    expect(await audit().verify({})).toMatchObject({ intact: true, checked: 120, firstSequence: 1, lastSequence: 120 });
  });

  it('holds for whatever comes from outside', async () => {
    const anything = fc.string({ unit: 'binary', maxLength: 400 });
    await fc.assert(
      fc.asyncProperty(anything, anything, anything, async (name, targetId, requestId) => {
        await trail.append([note({ actor: { kind: 'user', id: name, name }, targetId, requestId, address: name })]);
        expect(await audit().verify({})).toMatchObject({ intact: true });
      }),
      {
        numRuns: 30,
        examples: [
          ['\0', '\ud800', 'a'.repeat(400)],
          ['🙂'.repeat(150), '', '\n'],
        ],
      },
    );
  });

  it('is empty at first, and holds', async () => {
    expect(await audit().verify({})).toEqual({
      intact: true,
      checked: 0,
      firstSequence: null,
      lastSequence: null,
      lastHash: null,
      brokenAt: null,
      reason: null,
    });
  });

  it.each([
    ['changed', sql`update ratchet.audit_events set actor_name = 'somebody else' where sequence = 1500`, 1500],
    ['changed in its digests', sql`update ratchet.audit_events set after_digest = null where sequence = 7`, 7],
    ['changed in its time', sql`update ratchet.audit_events set at = at + interval '1 ms' where sequence = 2`, 2],
    ['missing', sql`delete from ratchet.audit_events where sequence = 1200`, 1200],
    ['missing at the front', sql`delete from ratchet.audit_events where sequence = 1`, 1],
    ['missing at the end', sql`delete from ratchet.audit_events where sequence > 2490`, 2491],
    [
      'put in',
      sql`insert into ratchet.audit_events (id, sequence, at, actor_kind, actor_id, actor_name, surface, operation, outcome, request_id, previous_hash, hash)
          select gen_random_uuid(), 0, at, actor_kind, actor_id, actor_name, surface, operation, outcome, request_id, previous_hash, hash
          from ratchet.audit_events where sequence = 5`,
      1,
    ],
    [
      'put in behind the end',
      sql`insert into ratchet.audit_events (id, sequence, at, actor_kind, actor_id, actor_name, surface, operation, outcome, request_id, previous_hash, hash)
          select gen_random_uuid(), 2501, at, actor_kind, actor_id, actor_name, surface, operation, outcome, request_id, hash, 'x'
          from ratchet.audit_events where sequence = 2500`,
      2501,
    ],
    [
      'in another place',
      sql`update ratchet.audit_events set sequence = case sequence when 10 then 11 else 10 end + 100000 where sequence in (10, 11);
          update ratchet.audit_events set sequence = sequence - 100000 where sequence > 100000`,
      10,
    ],
  ])('shows an event that is %s', async (_, statement, brokenAt) => {
    await append(2500);
    expect(await audit().verify({})).toMatchObject({ intact: true, checked: 2500 });
    await tamper(statement);
    expect(await audit().verify({})).toMatchObject({ intact: false, brokenAt });
  });

  it('shows an end that was cut off together with where it ends, by a hash that was kept', async () => {
    await append(10);
    const { lastHash } = await audit().verify({});
    await append(5);
    expect(await audit().verify({ lastHash: lastHash ?? '' })).toMatchObject({ intact: true, checked: 15 });
    await tamper(sql`delete from ratchet.audit_events where sequence > 8`);
    await database.db.execute(sql`
      update ratchet.audit_chain set last_sequence = 8,
        last_hash = (select hash from ratchet.audit_events where sequence = 8)`);
    expect(await audit().verify({})).toMatchObject({ intact: true, checked: 8 });
    expect(await audit().verify({ lastHash: lastHash ?? '' })).toMatchObject({ intact: false, brokenAt: 9 });
  });

  it('lets nobody change or delete events by a plain statement', async () => {
    await append(3);
    const { db } = database;
    for (const statement of [
      sql`update ratchet.audit_events set actor_name = 'x'`,
      sql`delete from ratchet.audit_events`,
      sql`truncate ratchet.audit_events`,
    ])
      await expect(db.execute(statement)).rejects.toThrow();
    expect(await audit().verify({})).toMatchObject({ intact: true, checked: 3 });
  });

  it('goes whole from the front when it is old enough, and holds', async () => {
    const old = new Date(Date.now() - 10 * 86_400_000);
    await trail.append([note({ at: old }), note({ at: old }), note({ at: new Date() }), note({ at: old })]);
    expect(await audit().forget(0)).toBe(0);
    expect(await audit().forget(365)).toBe(0);
    expect(await audit().forget(5)).toBe(2);
    expect(await audit().verify({})).toMatchObject({ intact: true, checked: 2, firstSequence: 3 });
    await append(1);
    expect(await audit().verify({})).toMatchObject({ intact: true, checked: 3, lastSequence: 5 });
    const [row] = await database.db.select().from(auditEvents).orderBy(auditEvents.sequence).limit(1);
    expect(await audit().verify({ lastHash: row?.previousHash ?? '' })).toMatchObject({ intact: true });
  });
});

describe('refusals', () => {
  const refusal = (more: Partial<AuditNote> = {}) =>
    note({ outcome: 'refused', errorCode: 'PERMISSION_DENIED', beforeDigest: null, afterDigest: null, ...more });

  it('of one source are folded into two events', async () => {
    await trail.refused(refusal());
    for (let n = 0; n < 500; n++) await trail.refused(refusal({ targetId: `guess ${n}` }));
    expect((await audit().list(auditList, { page: 1, limit: 10 })).meta.total).toBe(1);
    await trail.close();
    const { items } = await audit().list(auditList, { page: 1, limit: 10 });
    expect(items.map(({ repeats, targetId }) => [repeats, targetId])).toEqual([
      [500, null],
      [1, 't1'],
    ]);
  });

  it('of very many sources do not make the table grow without bound', async () => {
    for (let n = 0; n < 3000; n++)
      await trail.refused(
        refusal({ actor: { kind: 'anonymous', id: 'anonymous', name: 'anonymous' }, address: `a${n}` }),
      );
    await trail.close();
    const { items, meta } = await audit().list(auditList, { page: 1, limit: 1000 });
    expect(meta.total).toBeLessThan(510);
    expect(items.reduce((sum, { repeats }) => sum + repeats, 0)).toBe(3000);
  });
});

describe('the audit as a file', () => {
  it('is JSON or CSV, of a time', async () => {
    await trail.append([
      note({ at: new Date('2026-01-01T00:00:00Z'), targetId: 'before' }),
      note({
        at: new Date('2026-01-02T00:00:00Z'),
        targetId: '=1+1',
        actor: { kind: 'user', id: 'u', name: 'a "b",\nc' },
      }),
      note({ at: new Date('2026-01-03T00:00:00Z'), targetId: 'after' }),
    ]);
    const span = { from: '2026-01-02T00:00:00Z', to: '2026-01-03T00:00:00Z' };
    const json = await audit().export({ format: 'json', ...span });
    expect(JSON.parse(Buffer.from(json.content, 'base64').toString())).toMatchObject([
      { sequence: 2, targetId: '=1+1' },
    ]);
    const csv = await audit().export({ format: 'csv', ...span });
    expect(csv).toMatchObject({ count: 1, fileName: expect.stringMatching(/^audit-\d{4}-\d\d-\d\d\.csv$/) });
    const text = Buffer.from(csv.content, 'base64').toString();
    expect(text).toContain(`,"a ""b"",\nc",`);
    expect(text).toContain(`,'=1+1,`);
  });

  it.each([
    ['=cmd()', "'=cmd()"],
    ['+1', "'+1"],
    ['-1', "'-1"],
    ['@x', "'@x"],
    [' =1', "' =1"],
    ['\t=1', "'\t=1"],
    ['＝1', "'＝1"],
    ['plain', 'plain'],
    ['a,b', '"a,b"'],
    ['"', '""""'],
  ])('writes %j as %s', (cell, written) => {
    expect(csvLine([cell, 1, null])).toBe(`${written},1,\r\n`);
  });
});
