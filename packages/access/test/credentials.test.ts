import { randomBytes } from 'node:crypto';
import { credentialList } from '@ratchet/contract/operations/credentials';
import { newId } from '@ratchet/store/id';
import { credentialById } from '@ratchet/store/queries/credentials';
import { repositories } from '@ratchet/store/schema/repositories';
import { openTestDatabase, type TestDatabase } from '@ratchet/testing/database';
import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { credentials as makeCredentials } from '../src/credentials.ts';
import { keyRing } from '../src/key-ring.ts';
import type { Secret } from '../src/secret.ts';

const environment: Record<string, string> = {
  RATCHET_GIT_TOKEN: 'from outside',
  GIT_TOKEN: 'listed',
  HOME: '/root',
  RATCHET_KEY: 'own',
};
const rules = { allowed: ['GIT_TOKEN'], reserved: ['RATCHET_KEY'] };
const keys: [string, Uint8Array][] = [['first', randomBytes(32)]];
const pem = '-----BEGIN OPENSSH PRIVATE KEY-----\nabc\n-----END OPENSSH PRIVATE KEY-----\n';

let database: TestDatabase;
const credentials = (ring = keyRing(new Map(keys))) =>
  makeCredentials(database, ring, (name) => environment[name], rules);
beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(() => database.close());

async function repository(name: string, credentialId: string | null = null): Promise<string> {
  const id = newId();
  const pushPolicy = {
    branchStrategy: 'direct',
    conflictStrategy: 'merge',
    batchChanges: true,
    maxBatchSize: 50,
    autoPush: false,
    commitTemplate: null,
    prTemplate: null,
  } as const;
  const lists = { watchPatterns: [], ignorePatterns: [], metadata: {}, pushPolicy, conflictPolicy: 'manual' as const };
  await database.db
    .insert(repositories)
    .values({ id, name, repositoryType: 'git', uri: 'file:///r', credentialId, ...lists });
  return id;
}

const signsInWith = (id: string, credentialId: string | null) =>
  database.pool.query('update ratchet.repositories set credential_id = $2 where id = $1', [id, credentialId]);

describe('a credential', () => {
  it.each<[Parameters<ReturnType<typeof credentials>['create']>[1], Secret]>([
    ['token', { token: 'hush', username: 'me' }],
    ['bearer', { token: 'hush' }],
    ['basic', { username: 'me', password: 'hush' }],
    ['api_key', { token: 'hush' }],
    ['header', { headerName: 'X-Key', token: 'hush' }],
    ['ssh_key', { privateKey: pem, knownHosts: 'host ssh-ed25519 AAAA' }],
    ['github_app', { appId: '1', installationId: '2', privateKey: pem }],
  ])('of type %s is kept sealed, shown without its secret and opened with it', async (type, secret) => {
    const made = await credentials().create(`kept ${type}`, type, secret);
    expect(made).toEqual({
      id: made.id,
      name: `kept ${type}`,
      type,
      revision: 1,
      createdAt: made.createdAt,
      rotatedAt: null,
    });
    expect(await credentials().get(made.id)).toEqual(made);
    expect(await credentials().openSecret(made.id)).toEqual({ ...secret, type });
    const { rows } = await database.pool.query('select * from ratchet.credentials where id = $1', [made.id]);
    expect(Buffer.from(rows[0].sealed).toString('latin1')).not.toMatch(/hush|PRIVATE/);
  });

  it.each<[string, Secret, string]>([
    ['token', {}, 'needs token or tokenEnv'],
    ['token', { token: '' }, 'needs token or tokenEnv'],
    ['basic', { password: 'p' }, 'needs username'],
    ['basic', { username: 'u' }, 'needs password or tokenEnv'],
    ['header', { token: 't' }, 'needs headerName'],
    ['header', { headerName: 'X Key', token: 't' }, 'name of a header'],
    ['bearer', { token: 'a\nInjected: b' }, 'one line'],
    ['ssh_key', {}, 'needs privateKey'],
    ['ssh_key', { privateKey: 'ssh-ed25519 AAAA' }, 'not a private key'],
    ['github_app', { installationId: '2', privateKey: pem }, 'needs appId'],
    ['token', { tokenEnv: 'HOME' }, 'tokenEnv'],
    ['token', { tokenEnv: 'RATCHET_KEY' }, 'tokenEnv'],
  ])('of type %s is refused with %j', async (type, secret, message) => {
    const made = credentials().create('refused', type as 'token', secret);
    await expect(made).rejects.toMatchObject({
      code: 'VALIDATION_FAILED',
      message: expect.stringContaining(message),
      details: [expect.objectContaining({ path: expect.any(String) })],
    });
  });

  it('has a name of its own', async () => {
    await credentials().create('taken', 'token', { token: 't' });
    await expect(credentials().create('taken', 'token', { token: 't' })).rejects.toMatchObject({
      code: 'ALREADY_EXISTS',
    });
  });

  it('reads the environment when it is used, and only what it may', async () => {
    const { id } = await credentials().create('outside', 'token', { tokenEnv: 'RATCHET_GIT_TOKEN' });
    expect(await credentials().openSecret(id)).toMatchObject({ token: 'from outside' });
    environment.RATCHET_GIT_TOKEN = 'changed';
    expect(await credentials().openSecret(id)).toMatchObject({ token: 'changed' });
    environment.RATCHET_GIT_TOKEN = '';
    await expect(credentials().openSecret(id)).rejects.toThrow('RATCHET_GIT_TOKEN is not set');

    const basic = await credentials().create('listed', 'basic', { username: 'u', tokenEnv: 'GIT_TOKEN' });
    expect(await credentials().openSecret(basic.id)).toMatchObject({ username: 'u', password: 'listed' });
    const stricter = makeCredentials(database, keyRing(new Map(keys)), (name) => environment[name]);
    await expect(stricter.openSecret(basic.id)).rejects.toThrow('GIT_TOKEN is not set');
  });

  it('is replaced whole', async () => {
    const { id, createdAt } = await credentials().create('replaced', 'basic', { username: 'u', password: 'old' });
    const rotated = await credentials().rotate(id, { username: 'v', tokenEnv: 'GIT_TOKEN' });
    expect(rotated).toMatchObject({ id, createdAt, revision: 2, rotatedAt: expect.any(String) });
    expect(await credentials().openSecret(id)).toMatchObject({ username: 'v', password: 'listed' });
    await expect(credentials().rotate(id, { username: 'v' })).rejects.toMatchObject({ code: 'VALIDATION_FAILED' });
    await expect(credentials().rotate(newId(), { token: 't' })).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it('stays while a repository signs in with it', async () => {
    const { id } = await credentials().create('used', 'token', { token: 't' });
    const user = await repository('its user', id);
    await expect(credentials().delete(id)).rejects.toMatchObject({
      code: 'STATE_CONFLICT',
      message: expect.stringContaining('its user'),
    });
    await signsInWith(user, null);
    await credentials().delete(id);
    await expect(credentials().get(id)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(credentials().delete(id)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it('does not open in the place of another', async () => {
    const [mine, yours] = await Promise.all(
      ['mine', 'yours'].map((name) => credentials().create(name, 'token', { token: name })),
    );
    await database.pool.query(
      'update ratchet.credentials set sealed = (select sealed from ratchet.credentials where id = $1) where id = $2',
      [yours?.id, mine?.id],
    );
    await expect(credentials().openSecret(mine?.id ?? '')).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    await credentials().delete(mine?.id ?? '');
  });

  it('is listed without its secret', async () => {
    const { items, meta } = await credentials().list(credentialList, {
      page: 1,
      limit: 2,
      filters: [{ field: 'type', op: 'eq', value: 'token' }],
    });
    expect(items).toHaveLength(2);
    expect(meta.total).toBeGreaterThan(2);
    expect(Object.keys(items[0] ?? {}).sort()).toEqual(['createdAt', 'id', 'name', 'revision', 'rotatedAt', 'type']);
  });
});

describe('a repository’s own credential', () => {
  it('is made, replaced and taken away with its authConfig', async () => {
    const id = await repository('owner');
    const keep = (auth: Parameters<ReturnType<typeof credentials>['keep']>[2]) =>
      database.transaction((tx) => credentials().keep(tx, { id, name: 'owner', had: null }, auth));
    const first = (await keep({ type: 'token', token: 'a' })) as string;
    await signsInWith(id, first);
    expect(await keep({ type: 'basic', username: 'u', password: 'b' })).toBe(first);
    expect(await credentials().openSecret(first)).toEqual({ type: 'basic', username: 'u', password: 'b' });
    expect(await keep({ type: 'none' })).toBeNull();
    await expect(credentials().get(first)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });
});

describe('another cipher', () => {
  const sealedWith = async (id: string) => (await credentialById(database.db, id))?.sealed[0];
  it('under the same key seals everything anew, and either opens what the other sealed', async () => {
    const aes = keyRing(new Map(keys), 'aes-256-gcm');
    const chacha = keyRing(new Map(keys), 'chacha20-poly1305');
    const { id } = await credentials(aes).create('two ciphers', 'token', { token: 'the same' });
    const hooked = await repository('hooked by either');
    await database.db
      .update(repositories)
      .set(credentials(aes).sealWebhook(hooked, 'a secret of hooks'))
      .where(eq(repositories.id, hooked));
    expect(await credentials(chacha).openSecret(id)).toMatchObject({ token: 'the same' });
    expect(await sealedWith(id)).toBe(0);
    expect(await credentials(chacha).reseal()).toBeGreaterThan(1);
    expect(await sealedWith(id)).toBe(1);
    expect(await credentials(chacha).reseal()).toBe(0);
    expect(await credentials(aes).openSecret(id)).toMatchObject({ token: 'the same' });
    const [row] = await database.db.select().from(repositories).where(eq(repositories.id, hooked));
    expect(row?.webhookSecret?.[0]).toBe(1);
    expect(row && (await credentials(aes).openWebhook(row))).toBe('a secret of hooks');
    expect(await credentials(aes).reseal()).toBeGreaterThan(1);
    expect(await sealedWith(id)).toBe(0);
  });
});

describe('another key', () => {
  it('seals everything anew, and the old one is needed no more', async () => {
    const { id } = await credentials().create('resealed', 'token', { token: 'still here' });
    const [first] = keys as [[string, Uint8Array]];
    const second: [string, Uint8Array] = ['second', randomBytes(32)];
    const both = keyRing(new Map([second, first]), 'chacha20-poly1305');
    const count = await credentials(both).reseal();
    expect(count).toBeGreaterThan(3);
    expect(await credentials(both).reseal()).toBe(0);
    const renewed = credentials(keyRing(new Map([second])));
    expect(await renewed.openSecret(id)).toEqual({ type: 'token', token: 'still here' });
    expect(await renewed.get(id)).toMatchObject({ revision: 1, rotatedAt: null });
    await expect(credentials().openSecret(id)).rejects.toThrow('key "second"');
  });
});
