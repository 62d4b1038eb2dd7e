import { grantList } from '@ratchet/contract/operations/grants';
import { newId } from '@ratchet/store/id';
import { users } from '@ratchet/store/schema/access';
import { openTestDatabase, type TestDatabase } from '@ratchet/testing/database';
import { eq } from 'drizzle-orm';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Grants, grants as makeGrants } from '../src/grants.ts';

let database: TestDatabase;
let grants: Grants;
let told: string[];
beforeEach(async () => {
  database = await openTestDatabase();
  told = [];
  grants = makeGrants(database, async (subject, work) => {
    const done = await database.transaction(work);
    told.push(subject);
    return done;
  });
});
afterEach(() => database.close());

async function user(role: 'admin' | 'user' | 'readonly'): Promise<string> {
  const id = newId();
  await database.db.insert(users).values({ id, role, name: role, username: `${role}-${id}`, email: `${id}@localhost` });
  return id;
}
const accessOf = async (id: string) => (await database.db.select().from(users).where(eq(users.id, id)))[0]?.access;
const wish = { repositoryId: null, taskPattern: 'safe-*', permissions: ['run' as const] };

describe('grants', () => {
  it('leave their user nothing but what is granted, from the first one on', async () => {
    const id = await user('user');
    expect(await accessOf(id)).toBe('all');
    const made = await grants.create(id, wish, 'una');
    expect(made).toMatchObject({ userId: id, taskPattern: 'safe-*', permissions: ['read', 'run'], revision: 1 });
    expect(await accessOf(id)).toBe('granted');
    await grants.delete(made.id);
    expect(await accessOf(id)).toBe('granted');
    expect(told).toEqual([`user:${id}`, `user:${id}`]);
    await expect(grants.get(made.id)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it('are changed in part, at the revision that was seen', async () => {
    const made = await grants.create(await user('user'), wish, 'una');
    const changed = await grants.update(made.id, { permissions: ['edit'] }, 1);
    expect(changed).toMatchObject({ taskPattern: 'safe-*', permissions: ['read', 'edit'], revision: 2 });
    await expect(grants.update(made.id, { taskPattern: '*' }, 1)).rejects.toMatchObject({ code: 'REVISION_MISMATCH' });
    expect((await grants.list(grantList, { page: 1, limit: 10 })).items).toEqual([changed]);
  });

  it('give no role more than it can have, and an admin nothing', async () => {
    const [admin, reader] = [await user('admin'), await user('readonly')];
    await expect(grants.create(admin, wish, 'una')).rejects.toMatchObject({ code: 'STATE_CONFLICT' });
    await expect(grants.create(reader, wish, 'una')).rejects.toMatchObject({ code: 'VALIDATION_FAILED' });
    await expect(grants.create(newId(), wish, 'una')).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(grants.create(reader, { ...wish, repositoryId: newId() }, 'una')).rejects.toMatchObject({
      code: 'NOT_FOUND',
    });
    expect(await accessOf(reader)).toBe('all');
    expect(told).toEqual([]);
  });
});
