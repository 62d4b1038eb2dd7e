import { randomBytes, randomUUID } from 'node:crypto';
import { secretList } from '@ratchet/contract/operations/secrets';
import { newId } from '@ratchet/store/id';
import { addTask } from '@ratchet/testing/add-task';
import { openTestDatabase, type TestDatabase } from '@ratchet/testing/database';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { keyRing } from '../src/key-ring.ts';
import { secrets as makeSecrets } from '../src/secrets.ts';

const keys: [string, Uint8Array][] = [['first', randomBytes(32)]];
let database: TestDatabase;
const secrets = (ring = keyRing(new Map(keys))) => makeSecrets(database, ring);
beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(() => database.close());

const task = (uuid = randomUUID(), version = '1.0.0'): Promise<string> =>
  addTask(database, '() => 1', { uuid, version });
const create = (name: string, value: string, taskIds: string[] = []) =>
  secrets().create({ name, value, taskIds, description: 'for tests' }, 'una');

describe('a secret', () => {
  it('is kept sealed, never shown, and given to the tasks that are granted it', async () => {
    const [one, other] = [await task(), await task()];
    const made = await create('API_KEY', 'hush-hush', [one]);
    expect(made).toMatchObject({ name: 'API_KEY', taskIds: [one], createdBy: 'una', revision: 1, rotatedAt: null });
    expect(JSON.stringify([made, await secrets().get(made.id)])).not.toContain('hush');
    const { rows } = await database.pool.query('select sealed from ratchet.secrets where id = $1', [made.id]);
    expect(Buffer.from(rows[0].sealed).toString('latin1')).not.toContain('hush');
    expect(await secrets().ofTask(one)).toEqual({ API_KEY: 'hush-hush' });
    expect(await secrets().ofTask(other)).toEqual({});
    expect([...(await secrets().namesOf(one))]).toEqual(['API_KEY']);
    await secrets().delete(made.id);
    expect(await secrets().ofTask(one)).toEqual({});
    await expect(secrets().get(made.id)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(secrets().delete(made.id)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it('is changed in parts, each time at a known revision', async () => {
    const id = await task();
    const made = await create('CHANGED', 'first-value');
    const changed = await secrets().update(made.id, { value: 'second-value' }, 'una');
    expect(changed).toMatchObject({ revision: 2, description: 'for tests', rotatedAt: expect.any(String) });
    const granted = await secrets().update(made.id, { taskIds: [id], expectedRevision: 2 }, 'una');
    expect(granted).toMatchObject({ revision: 3, taskIds: [id] });
    expect(await secrets().ofTask(id)).toEqual({ CHANGED: 'second-value' });
    await expect(secrets().update(made.id, { taskIds: [], expectedRevision: 2 }, 'una')).rejects.toMatchObject({
      code: 'REVISION_MISMATCH',
    });
    expect(await secrets().update(made.id, {}, 'una')).toMatchObject({ revision: 3 });
    expect(await secrets().update(made.id, { taskIds: [], description: null }, 'una')).toMatchObject({
      taskIds: [],
      description: null,
    });
  });

  it('is granted by uuid to every version, and not across repositories by chance', async () => {
    const uuid = randomUUID();
    const both = [await task(uuid, '1.0.0'), await task(uuid, '2.0.0')];
    const made = await create('BY_UUID', 'some-value', [uuid]);
    expect([...made.taskIds].sort()).toEqual([...both].sort());
    await expect(create('NOBODY', 'some-value', [randomUUID()])).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect((await secrets().list(secretList, { page: 1, limit: 10, q: 'nobody' })).items).toEqual([]);
    const repository = newId();
    await database.pool.query(
      `insert into ratchet.repositories (id, name, repository_type, uri, watch_patterns, ignore_patterns, metadata, push_policy, conflict_policy)
       values ($1, 'other', 'git', 'file:///r', '{}', '{}', '{}', '{}', 'manual')`,
      [repository],
    );
    const stranger = await task(uuid);
    await database.pool.query('update ratchet.tasks set repository_id = $1 where id = $2', [repository, stranger]);
    await expect(create('AMBIGUOUS', 'some-value', [uuid])).rejects.toMatchObject({
      code: 'VALIDATION_FAILED',
      message: expect.stringContaining(stranger),
    });
  });

  it('forgets tasks that are deleted, and has nothing for one made anew in their place', async () => {
    const id = await task();
    const made = await create('GONE', 'some-value', [id]);
    await database.pool.query('update ratchet.tasks set deleted_at = now() where id = $1', [id]);
    expect((await secrets().get(made.id)).taskIds).toEqual([]);
    expect(await secrets().ofTask(await task())).toEqual({});
  });

  it.each([
    ['too short', ' ab '],
    ['half a character', 'abc\ud800def'],
  ])('is refused when it is %s', async (_, value) => {
    await expect(create('BAD', value)).rejects.toMatchObject({ code: 'VALIDATION_FAILED' });
  });

  it('has one name', async () => {
    await create('TWICE', 'some-value');
    await expect(create('TWICE', 'other-value')).rejects.toMatchObject({
      code: 'ALREADY_EXISTS',
      message: expect.stringContaining('secret of this name'),
    });
  });

  it('is sealed anew with the first key, and says so plainly when its key is lost', async () => {
    const id = await task();
    await create('KEPT', 'kept-value', [id]);
    const rotated = keyRing(new Map([['second', randomBytes(32)], ...keys]));
    expect(await secrets(rotated).reseal()).toBeGreaterThan(0);
    expect(await secrets(rotated).reseal()).toBe(0);
    expect(await secrets(rotated).ofTask(id)).toEqual({ KEPT: 'kept-value' });
    await expect(secrets().ofTask(id)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  });
});
