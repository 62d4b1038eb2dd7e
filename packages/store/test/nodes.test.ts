import { openTestDatabase, type TestDatabase } from '@ratchet/testing/database';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newId } from '../src/id.ts';
import { heartbeat, listStaleNodes, markNode, otherNodes, registerNode } from '../src/queries/nodes.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(() => database.close());

const load = { running: 0, runners: 0, completed: 0, failed: 0, rssBytes: 0, cpu: 0 };

describe('nodes', () => {
  it('count as living until their heartbeat stops or they are marked', async () => {
    const [quiet, living, stopped] = [newId(), newId(), newId()];
    for (const id of [quiet, living, stopped])
      await registerNode(database.db, { id, hostname: 'h', pid: 1, role: 'all', version: '1' });
    await database.db.execute(sql`update ratchet.nodes set heartbeat_at = now() - interval '1 minute'`);
    await markNode(database.db, stopped, 'stopped');
    const report = { workerIds: ['w'], concurrency: 2, load };
    expect(await heartbeat(database.db, living, report)).toEqual({ status: 'active', desiredConcurrency: null });
    expect(await heartbeat(database.db, stopped, report)).toBeNull();
    expect(await heartbeat(database.db, newId(), report)).toBeNull();

    const ids = (rows: { id: string }[]) => rows.map(({ id }) => id);
    expect(ids(await listStaleNodes(database.db, 30))).toEqual([quiet]);
    expect(ids(await listStaleNodes(database.db, 90))).toEqual([]);
    expect(ids(await otherNodes(database.db, living))).toEqual([quiet]);
    await markNode(database.db, quiet, 'dead');
    expect(await listStaleNodes(database.db, 30)).toEqual([]);
  });
});
