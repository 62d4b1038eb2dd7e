import { randomBytes } from 'node:crypto';
import type { Proof } from '@ratchet/contract/proof';
import { newId } from '@ratchet/store/id';
import { openTestDatabase, type TestDatabase } from '@ratchet/testing/database';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { keyRing } from '../src/key-ring.ts';
import type { SecurityEvent } from '../src/security-event.ts';
import { type Access, startAccess } from '../src/start-access.ts';

const key = randomBytes(32);
const ring = (...keys: Uint8Array[]) =>
  keyRing(new Map(keys.map((each) => [Buffer.from(each).toString('hex').slice(0, 12), each])));
const from = { address: '192.0.2.1', userAgent: 'test' };
const password = 'correct horse battery';

let database: TestDatabase;
let access: Access;
const started: Access[] = [];
const events: SecurityEvent[] = [];
const start = async (with_ = ring(key)): Promise<Access> => {
  const made = await startAccess({
    database,
    ring: with_,
    registration: true,
    sessionDays: 30,
    accessTokenMinutes: 15,
    signIn: { attempts: 5, windowMinutes: 15 },
    redisUrl: null,
    passwordCost: { memoryCost: 64, timeCost: 1 },
    alarm: (event) => void events.push(event),
    warn: (message, error) => {
      throw new Error(message, { cause: error });
    },
  });
  started.push(made);
  return made;
};
const user = (username: string, role: 'admin' | 'user' | 'readonly' = 'user') =>
  access.users.create({ username, role, access: 'all', password, mustChangePassword: false });
const bearer = (value: string): Proof => ({ kind: 'bearer', value });
const codeOf = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    (value) => value,
    (error) => error.code ?? error,
  );
/** Resolves when a node hears that something changed. */
const heardBy = (node: Access) => new Promise<void>((resolve) => node.changes.heard(() => resolve()));

beforeAll(async () => {
  database = await openTestDatabase();
  access = await start();
  await user('root', 'admin');
});
afterAll(async () => {
  for (const each of started) await each.close();
  await database.close();
});
afterEach(() => void events.splice(0));

describe('signing in', () => {
  it('answers tokens by name or address, without case, and nothing for what is wrong', async () => {
    const ann = await user('ann');
    const signedIn = await access.desk.login('Ann', password, from);
    expect(signedIn).toMatchObject({ user: { id: ann.id }, tokenType: 'Bearer', expiresIn: 900 });
    expect(signedIn.user.lastLoginAt).not.toBeNull();
    const { rows } = await database.pool.query('select * from ratchet.sessions where id = $1', [signedIn.sessionId]);
    expect(rows[0]).toMatchObject({ ip_address: '192.0.2.1', user_agent: 'test', user_id: ann.id });
    expect(rows[0].token).toMatch(/^[0-9a-f]{64}$/);
    expect((await access.desk.login('ANN@localhost', password, from)).user.id).toBe(ann.id);
    expect(await access.identify(bearer(signedIn.accessToken), undefined)).toMatchObject({
      actor: { kind: 'user', id: ann.id, userId: ann.id },
      rights: { role: 'user', grants: null },
      sessionId: signedIn.sessionId,
    });
    expect(await codeOf(access.desk.login('ann', `${password} `, from))).toBe('UNAUTHENTICATED');
    expect(await codeOf(access.desk.login('nobody', password, from))).toBe('UNAUTHENTICATED');
    expect(await codeOf(access.desk.login('?', password, from))).toBe('UNAUTHENTICATED');
    expect(await codeOf(access.desk.login("' or 1=1 --", password, from))).toBe('UNAUTHENTICATED');
    expect(await codeOf(access.desk.login('\0', password, from))).not.toMatchObject({ user: {} });
  });

  it('keeps the newest hundred sessions of a user', async () => {
    const many = await user('many');
    await database.pool.query(
      `insert into ratchet.sessions (id, user_id, token, expires_at, created_at)
       select gen_random_uuid(), $1, md5(n::text), now() + interval '1 day', now() - interval '1 day' from generate_series(1, 150) n`,
      [many.id],
    );
    const { sessionId } = await access.desk.login('many', password, from);
    const { rows } = await database.pool.query('select id from ratchet.sessions where user_id = $1', [many.id]);
    expect(rows).toHaveLength(100);
    expect(rows.map(({ id }) => id)).toContain(sessionId);
  });

  it('does not let in whom a change of the password or a switch-off overtakes', async () => {
    const ben = await user('ben');
    const results = await Promise.allSettled([
      access.desk.login('ben', password, from),
      access.users.change(ben.id, { enabled: false }, undefined),
      access.desk.login('ben', password, from),
    ]);
    for (const result of results)
      if (result.status === 'fulfilled' && 'accessToken' in result.value)
        expect(await codeOf(access.identify(bearer(result.value.accessToken), undefined))).toBe('UNAUTHENTICATED');
    await access.users.change(ben.id, { enabled: true }, undefined);
    const { rows } = await database.pool.query('select id from ratchet.sessions where user_id = $1', [ben.id]);
    expect(rows).toEqual([]);
  });
});

describe('a session', () => {
  it('is renewed once per token: of many who come at once one succeeds, the others come again', async () => {
    await user('tabs');
    const { refreshToken, sessionId } = await access.desk.login('tabs', password, from);
    const node = await start();
    const results = await Promise.all(
      Array.from({ length: 10 }, (_, i) => codeOf((i % 2 ? access : node).desk.refresh(refreshToken, from))),
    );
    const won = results.filter((result) => typeof result === 'object') as { refreshToken: string }[];
    expect(won).toHaveLength(1);
    expect(results.filter((result) => result === 'UNAUTHENTICATED')).toHaveLength(9);
    // The cookie of before is still on its way with requests of other tabs.
    expect(await access.identify({ kind: 'cookie', value: refreshToken }, undefined)).toMatchObject({ sessionId });
    const next = won[0]?.refreshToken ?? '';
    expect(await node.identify({ kind: 'cookie', value: next }, undefined)).toMatchObject({ sessionId });
    expect(await access.desk.refresh(next, from)).toMatchObject({ sessionId });
  });

  it.each(['the token before', 'one long before'])('ends when %s comes back', async (which) => {
    await user(which === 'one long before' ? 'late' : 'later');
    const first = await access.desk.login(which === 'one long before' ? 'late' : 'later', password, from);
    let last = await access.desk.refresh(first.refreshToken, from);
    if (which === 'one long before') last = await access.desk.refresh(last.refreshToken, from);
    await database.pool.query("update ratchet.sessions set rotated_at = now() - interval '1 minute' where id = $1", [
      first.sessionId,
    ]);
    const node = await start();
    expect(await access.identify(bearer(last.accessToken), undefined)).not.toBeNull();
    const heard = heardBy(access);
    expect(await codeOf(node.desk.refresh(first.refreshToken, from))).toBe('UNAUTHENTICATED');
    expect(events.map(({ kind }) => kind)).toEqual(['token_reused']);
    await heard;
    expect(await codeOf(access.identify(bearer(last.accessToken), undefined))).toBe('UNAUTHENTICATED');
    expect(await access.identify({ kind: 'cookie', value: last.refreshToken }, undefined)).toBeNull();
    expect(await codeOf(access.desk.refresh(last.refreshToken, from))).toBe('UNAUTHENTICATED');
  });

  it('ends at once, here and on other nodes: by logout, password, switch-off, role, deletion', async () => {
    const node = await start();
    const ways: [string, (id: string, sessionId: string) => Promise<unknown>][] = [
      ['out1', (_id, sessionId) => access.desk.logout({ sessionId, everywhere: false }, from)],
      ['out2', (_id, sessionId) => access.desk.logout({ sessionId, everywhere: true }, from)],
      ['pass', (id) => access.users.change(id, { password: 'another password' }, undefined)],
      ['off', (id) => access.users.change(id, { enabled: false }, undefined)],
      ['role', (id) => access.users.change(id, { role: 'readonly' }, undefined)],
      ['gone', (id) => access.users.remove(id)],
    ];
    for (const [name, end] of ways) {
      const { id } = await user(name);
      const signedIn = await access.desk.login(name, password, from);
      expect(await node.identify(bearer(signedIn.accessToken), undefined)).not.toBeNull();
      const heard = heardBy(node);
      await end(id, signedIn.sessionId);
      expect([name, await codeOf(access.identify(bearer(signedIn.accessToken), undefined))]).toEqual([
        name,
        'UNAUTHENTICATED',
      ]);
      await heard;
      expect([name, await codeOf(node.identify(bearer(signedIn.accessToken), undefined))]).toEqual([
        name,
        'UNAUTHENTICATED',
      ]);
      expect(await codeOf(node.desk.refresh(signedIn.refreshToken, from))).toBe('UNAUTHENTICATED');
    }
  });

  it('has the rights of now: a role that may more counts at once', async () => {
    const { id } = await user('riser', 'readonly');
    const { accessToken } = await access.desk.login('riser', password, from);
    expect((await access.identify(bearer(accessToken), undefined))?.rights.permissions).toEqual(['read']);
    await access.users.change(id, { role: 'user' }, undefined);
    expect((await access.identify(bearer(accessToken), undefined))?.rights.permissions).toContain('run');
  });

  it('stays when its own password is changed, and the others end', async () => {
    await user('changer');
    const [here, there] = [
      await access.desk.login('changer', password, from),
      await access.desk.login('changer', password, from),
    ];
    const change = (currentPassword: string, newPassword: string) =>
      codeOf(access.desk.changePassword(here.sessionId, { currentPassword, newPassword }, from));
    expect(await change('wrong', 'a new password')).toBe('UNAUTHENTICATED');
    expect(await change(password, password)).toBe('VALIDATION_FAILED');
    expect(await change(password, 'a new password')).toBeUndefined();
    expect(await codeOf(access.identify(bearer(there.accessToken), undefined))).toBe('UNAUTHENTICATED');
    expect(await access.identify(bearer(here.accessToken), undefined)).not.toBeNull();
    expect(await codeOf(access.desk.login('changer', password, from))).toBe('UNAUTHENTICATED');
    expect(await access.desk.login('changer', 'a new password', from)).toMatchObject({ tokenType: 'Bearer' });
  });

  it('is forgotten when it has run out, and is no proof before that', async () => {
    await user('old');
    const { accessToken, sessionId } = await access.desk.login('old', password, from);
    await database.pool.query("update ratchet.sessions set expires_at = now() - interval '1 second' where id = $1", [
      sessionId,
    ]);
    const node = await start();
    expect(await codeOf(node.identify(bearer(accessToken), undefined))).toBe('UNAUTHENTICATED');
    expect(await node.tidy()).toBeGreaterThan(0);
    const { rows } = await database.pool.query('select 1 from ratchet.sessions where id = $1', [sessionId]);
    expect(rows).toEqual([]);
  });
});

describe('an access token', () => {
  it('is ours, whole, unexpired, or nothing', async () => {
    await user('token');
    const { accessToken } = await access.desk.login('token', password, from);
    const [head = '', body = '', signature = ''] = accessToken.split('.');
    const b64 = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const claims = JSON.parse(Buffer.from(body, 'base64url').toString());
    expect(Object.keys(claims).sort()).toEqual(['aud', 'exp', 'iat', 'iss', 'sid', 'sub']);
    expect(claims.exp - claims.iat).toBe(900);
    for (const forged of [
      `${b64({ alg: 'none' })}.${body}.`,
      `${b64({ alg: 'none', kid: JSON.parse(Buffer.from(head, 'base64url').toString()).kid })}.${body}.${signature}`,
      `${head}.${b64({ ...claims, sub: newId() })}.${signature}`,
      `${head}.${body}.${signature.slice(0, -4)}AAAA`,
      `${b64({ alg: 'HS256', kid: 'x' })}.${body}.${signature}`,
      `${head}.${body}`,
      '..',
      'x'.repeat(100_000),
    ])
      expect(await codeOf(access.identify(bearer(forged), undefined))).toBe('UNAUTHENTICATED');
  });

  it('outlives a new key of the ring, and its signing key is sealed anew', async () => {
    await user('rotating');
    const { accessToken } = await access.desk.login('rotating', password, from);
    const next = randomBytes(32);
    const node = await start(ring(next, key));
    expect(await node.identify(bearer(accessToken), undefined)).not.toBeNull();
    expect(await node.reseal()).toBeGreaterThan(0);
    expect(await node.reseal()).toBe(0);
    const alone = await start(ring(next));
    expect(await alone.identify(bearer(accessToken), undefined)).not.toBeNull();
    // Back again, for the other tests.
    expect(await (await start(ring(key, next))).reseal()).toBeGreaterThan(0);
  });
});

describe('an API key', () => {
  it('is good until it expires, is switched off, or its owner is; and is never stored', async () => {
    const owner = await user('owner');
    const made = await access.apiKeys.create(owner.id, { name: 'ci', scopes: ['read'], tools: ['ratchet_get_*'] });
    expect(made.key.startsWith(made.prefix)).toBe(true);
    const node = await start();
    const proof: Proof = { kind: 'api_key', value: made.key };
    for (const each of [access, node])
      expect(await each.identify(proof, undefined)).toMatchObject({
        actor: { kind: 'api_key', id: made.id, userId: owner.id, name: 'ci' },
        rights: { permissions: ['read'], key: { tools: ['ratchet_get_*'] } },
      });
    expect(await access.identify(bearer(made.key), undefined)).not.toBeNull();
    const both = async () => [
      await codeOf(access.identify(proof, undefined)),
      await codeOf(node.identify(proof, undefined)),
    ];
    const ways: [() => Promise<unknown>, () => Promise<unknown>][] = [
      [
        () => access.apiKeys.change(made.id, { enabled: false }, undefined, owner.id),
        () => access.apiKeys.change(made.id, { enabled: true }, undefined, null),
      ],
      [
        () => access.users.change(owner.id, { enabled: false }, undefined),
        () => access.users.change(owner.id, { enabled: true }, undefined),
      ],
      [() => access.apiKeys.remove(made.id, owner.id), async () => undefined],
    ];
    for (const [off, on] of ways) {
      let heard = heardBy(node);
      await off();
      await heard;
      expect(await both()).toEqual(['UNAUTHENTICATED', 'UNAUTHENTICATED']);
      if (off === ways[2]?.[0]) break;
      heard = heardBy(node);
      await on();
      await heard;
      expect(await both()).toEqual([
        expect.objectContaining({ actor: expect.anything() }),
        expect.objectContaining({ actor: expect.anything() }),
      ]);
    }
  });

  it('expires to the moment, though it is remembered', async () => {
    const owner = await user('expiring');
    const made = await access.apiKeys.create(owner.id, {
      name: 'short',
      expiresAt: new Date(Date.now() + 3_600_000).toISOString(),
    });
    const proof: Proof = { kind: 'api_key', value: made.key };
    expect(await access.identify(proof, undefined)).not.toBeNull();
    await database.pool.query("update ratchet.api_keys set expires_at = now() - interval '1 second' where id = $1", [
      made.id,
    ]);
    expect(await codeOf((await start()).identify(proof, undefined))).toBe('UNAUTHENTICATED');
    expect(await codeOf(access.apiKeys.create(owner.id, { name: 'past', expiresAt: new Date(0).toISOString() }))).toBe(
      'VALIDATION_FAILED',
    );
  });

  it('is not guessed: what has not its form, or is not known, is refused', async () => {
    for (const value of ['rk_', `rk_${'a'.repeat(43)}`, `rk_${'a'.repeat(10_000)}`, "rk_' or 1=1", 'rk_\0'])
      expect(await codeOf(access.identify({ kind: 'api_key', value }, undefined))).toBe('UNAUTHENTICATED');
  });

  it('notes its use to the minute, with one write for many', async () => {
    const owner = await user('using');
    const made = await access.apiKeys.create(owner.id, { name: 'used' });
    for (let i = 0; i < 100; i++) await access.identify({ kind: 'api_key', value: made.key }, undefined);
    expect((await access.apiKeys.get(made.id, null)).lastUsedAt).toBeNull();
    await access.storeUses();
    expect((await access.apiKeys.get(made.id, null)).lastUsedAt).toMatch(/T\d\d:\d\d:00\.000Z$/);
  });

  it('is seen and changed by its owner alone', async () => {
    const [one, two] = [await user('one'), await user('two')];
    const made = await access.apiKeys.create(one.id, { name: 'mine' });
    expect(await codeOf(access.apiKeys.get(made.id, two.id))).toBe('NOT_FOUND');
    expect(await codeOf(access.apiKeys.change(made.id, { name: 'x' }, undefined, two.id))).toBe('NOT_FOUND');
    expect(await codeOf(access.apiKeys.remove(made.id, two.id))).toBe('NOT_FOUND');
    expect(await codeOf(access.apiKeys.change(made.id, { name: 'x' }, 9, one.id))).toBe('REVISION_MISMATCH');
    expect(await access.apiKeys.get(made.id, one.id)).toMatchObject({ name: 'mine', revision: 1 });
    expect(await codeOf(access.apiKeys.create(newId(), { name: 'x' }))).toBe('NOT_FOUND');
  });
});

describe('users', () => {
  it('are told apart without case, and made of what is given', async () => {
    const made = await access.users.create({
      email: 'Zoë.Ann+x@Example.org',
      role: 'user',
      access: 'all',
      password,
      mustChangePassword: true,
    });
    expect(made).toMatchObject({ email: 'zoë.ann+x@example.org', mustChangePassword: true, revision: 1 });
    expect(made.username).toMatch(/^[a-z0-9][a-z0-9._-]*$/);
    expect(
      await codeOf(
        access.users.create({
          username: 'x',
          email: 'ZOË.ann+x@example.org',
          role: 'user',
          access: 'all',
          password,
          mustChangePassword: false,
        }),
      ),
    ).toBe('ALREADY_EXISTS');
    expect(
      await codeOf(
        access.users.create({ username: 'root', role: 'user', access: 'all', password, mustChangePassword: false }),
      ),
    ).toBe('ALREADY_EXISTS');
    expect(
      await codeOf(access.users.create({ role: 'user', access: 'all', password, mustChangePassword: false })),
    ).toBe('VALIDATION_FAILED');
    expect(await codeOf(access.users.change(made.id, { name: 'x' }, 7))).toBe('REVISION_MISMATCH');
    expect(await codeOf(access.users.change(newId(), { name: 'x' }, undefined))).toBe('NOT_FOUND');
  });

  it('keep one who administers, however many are taken away at once', async () => {
    const admins = async (): Promise<string[]> => {
      const { rows } = await database.pool.query("select id from ratchet.users where role = 'admin' and enabled");
      return rows.map(({ id }) => id);
    };
    const ways = [
      (id: string) => access.users.remove(id),
      (id: string) => access.users.change(id, { enabled: false }, undefined),
      (id: string) => access.users.change(id, { role: 'user' }, undefined),
    ];
    for (const [i, way] of ways.entries()) {
      const [there = ''] = await admins();
      const { id } = await user(`second${i}`, 'admin');
      expect(
        (await Promise.all([codeOf(way(there)), codeOf(way(id))])).filter((said) => said === 'STATE_CONFLICT'),
      ).toHaveLength(1);
      expect(await admins()).toHaveLength(1);
    }
  });
});

describe('the first start', () => {
  it('makes one administrator, whoever comes at once, and none later', async () => {
    const empty = await openTestDatabase();
    try {
      const first = (password: string | null) => ({ username: 'admin', email: 'admin@localhost', password });
      const nodes = await Promise.all(
        [1, 2, 3].map(() =>
          startAccess({
            database: empty,
            ring: ring(key),
            registration: false,
            sessionDays: 1,
            accessTokenMinutes: 15,
            signIn: { attempts: 5, windowMinutes: 15 },
            redisUrl: null,
            passwordCost: { memoryCost: 64, timeCost: 1 },
            alarm: () => undefined,
            warn: () => undefined,
          }),
        ),
      );
      const [node] = nodes as [Access, ...Access[]];
      expect(await codeOf(node.makeFirstAdmin(first('short')))).toBe('VALIDATION_FAILED');
      expect(await codeOf(node.makeFirstAdmin({ ...first(null), username: 'Not a name' }))).toBe('VALIDATION_FAILED');
      const said = await Promise.all(nodes.map((each) => each.makeFirstAdmin(first(null))));
      const passwords = said.filter((each) => each !== null);
      expect(passwords).toHaveLength(1);
      expect(await node.makeFirstAdmin(first(null))).toBeNull();
      const { user: admin, accessToken } = await node.desk.login('admin', passwords[0] ?? '', from);
      expect(admin).toMatchObject({ role: 'admin', mustChangePassword: true });
      expect(await node.identify(bearer(accessToken), undefined)).toMatchObject({
        mustChangePassword: true,
        rights: { permissions: ['read'], key: { tools: expect.arrayContaining(['ratchet_change_password']) } },
      });
      expect(await codeOf(node.desk.register({ email: 'a@b.example', password }, from))).toBe('PERMISSION_DENIED');
      for (const each of nodes) await each.close();
    } finally {
      await empty.close();
    }
  });
});
