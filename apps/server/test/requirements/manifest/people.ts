import { expect } from 'vitest';
import type { Requirement } from '../requirement.ts';
import { restWire } from '../wires/rest.ts';
import { nobody, type World } from '../world.ts';

const password = 'a-long-enough-password';
const newUser = async ({ call, unique }: World, role: 'admin' | 'user' | 'readonly' | 'service' = 'user') => {
  const username = unique('user');
  return call('users.create', { username, email: `${username}@example.org`, name: 'Una', role, password });
};
/** The same world as somebody who has signed in. */
const signedIn = async ({ call, wire }: World, username: string, word = password) => {
  const session = await call('auth.login', { username, password: word });
  return { session, as: wire.as({ token: session.accessToken }) };
};

const signedInElsewhere = async ({ callAs, ground }: World, username: string) => {
  const { accessToken: token } = await callAs(restWire(ground.address), 'auth.login', { username, password });
  return { token };
};

/** Users, keys, grants, sign-in. */
export const peopleRequirements: readonly Requirement[] = [
  {
    id: 'users.made',
    says: 'An account is made, read, listed and changed, and its password is never answered',
    cites: ['users.create', 'users.get', 'users.list', 'users.update'],
    async run(world) {
      const { call, refused } = world;
      const made = await newUser(world, 'readonly');
      expect(made).toMatchObject({ role: 'readonly', access: 'all', enabled: true, lastLoginAt: null, revision: 1 });
      expect(JSON.stringify(made)).not.toContain(password);
      expect(await call('users.get', { id: made.id })).toEqual(made);
      const filters = [{ field: 'username', op: 'eq' as const, value: made.username }];
      expect((await call('users.list', { filters })).items).toEqual([made]);
      const changed = await call('users.update', { id: made.id, role: 'user', name: 'Una B', expectedRevision: 1 });
      expect(changed).toMatchObject({ role: 'user', name: 'Una B', username: made.username, revision: 2 });
      expect((await refused('users.update', { id: made.id, name: 'x', expectedRevision: 1 })).code).toBe(
        'REVISION_MISMATCH',
      );
      expect((await refused('users.create', { username: made.username, password })).code).toBe('ALREADY_EXISTS');
      const short = await refused('users.create', { username: 'short', password: 'short' });
      expect(short).toMatchObject({ code: 'VALIDATION_FAILED' });
      expect(short.message).not.toContain('"short"');
    },
  },
  {
    id: 'users.delete.gone',
    says: 'A deleted account is gone with its keys',
    cites: ['users.delete'],
    async run(world) {
      const { call, refused } = world;
      const user = await newUser(world);
      const key = await call('apiKeys.create', { name: 'theirs', userId: user.id });
      await call('users.delete', { id: user.id });
      expect((await refused('users.get', { id: user.id })).code).toBe('NOT_FOUND');
      expect((await refused('apiKeys.get', { id: key.id })).code).toBe('NOT_FOUND');
    },
  },
  {
    id: 'apiKeys.limited',
    says: 'A key is answered with its secret once, narrowed, listed, changed and taken back',
    cites: ['apiKeys.create', 'apiKeys.get', 'apiKeys.list', 'apiKeys.update', 'apiKeys.delete'],
    async run(world) {
      const { call, refused, unique } = world;
      const user = await newUser(world);
      const name = unique('key');
      const made = await call('apiKeys.create', { name, userId: user.id, scopes: ['read'], taskPatterns: ['safe-*'] });
      expect(made).toMatchObject({ name, userId: user.id, scopes: ['read'], taskPatterns: ['safe-*'], enabled: true });
      expect(made.key.startsWith(made.prefix)).toBe(true);
      const { key, ...shown } = made;
      expect(await call('apiKeys.get', { id: made.id })).toEqual(shown);
      const { items } = await call('apiKeys.list', { filters: [{ field: 'name', op: 'eq', value: name }] });
      expect(JSON.stringify(items)).not.toContain(key);
      expect(items.map((one) => one.id)).toEqual([made.id]);
      const changed = await call('apiKeys.update', { id: made.id, enabled: false, expectedRevision: made.revision });
      expect(changed).toMatchObject({ enabled: false, scopes: ['read'] });
      await call('apiKeys.delete', { id: made.id });
      expect((await refused('apiKeys.get', { id: made.id })).code).toBe('NOT_FOUND');
    },
  },
  {
    id: 'grants.kept',
    says: 'A grant is made, narrows what somebody sees, is changed and taken back',
    cites: ['grants.create', 'grants.get', 'grants.list', 'grants.update', 'grants.delete'],
    async run(world) {
      const { call, refused, newRepository } = world;
      const user = await newUser(world);
      const { id: repositoryId } = await newRepository();
      const made = await call('grants.create', { userId: user.id, repositoryId, permissions: ['run'] });
      expect(made).toMatchObject({ userId: user.id, repositoryId, taskPattern: '*' });
      expect([...made.permissions].sort()).toEqual(['read', 'run']);
      expect((await call('users.get', { id: user.id })).access).toBe('granted');
      expect(await call('grants.get', { id: made.id })).toEqual(made);
      const { items } = await call('grants.list', { filters: [{ field: 'userId', op: 'eq', value: user.id }] });
      expect(items).toEqual([made]);
      const changed = await call('grants.update', { id: made.id, taskPattern: 'safe-*', permissions: ['read'] });
      expect(changed).toMatchObject({ taskPattern: 'safe-*', permissions: ['read'], repositoryId });
      await call('grants.delete', { id: made.id });
      expect((await refused('grants.get', { id: made.id })).code).toBe('NOT_FOUND');
      expect((await refused('grants.create', { userId: nobody, permissions: ['read'] })).code).toBe('NOT_FOUND');
    },
  },
  {
    id: 'auth.me.says',
    says: 'Whoever asks is told who they are and what they may do',
    cites: ['auth.me'],
    async run({ call }) {
      const me = await call('auth.me');
      expect(me).toMatchObject({ kind: 'anonymous', user: null, role: 'admin', everywhere: true, apiKeyId: null });
      expect(me.permissions).toContain('administer');
    },
  },
  {
    id: 'auth.login.signsIn',
    says: 'A password signs in, the token says who asks, and signing out ends it at once',
    cites: ['auth.login', 'auth.logout', 'auth.me'],
    signedIn: true,
    async run(world) {
      const { call, callAs, refused } = world;
      const user = await newUser(world);
      const wrong = await refused('auth.login', { username: user.username, password: 'not-this-one' });
      expect(wrong.code).toBe('UNAUTHENTICATED');
      const unknown = await refused('auth.login', { username: 'nobody-at-all', password: 'not-this-one' });
      expect([unknown.code, unknown.message]).toEqual([wrong.code, wrong.message]);
      const { session, as } = await signedIn(world, user.username);
      expect(session).toMatchObject({ tokenType: 'Bearer', user: { id: user.id } });
      expect(await callAs(as, 'auth.me')).toMatchObject({
        kind: 'user',
        id: user.id,
        role: 'user',
        user: { id: user.id },
      });
      await callAs(as, 'auth.logout');
      expect((await refused('auth.me', {}, as)).code).toBe('UNAUTHENTICATED');
      expect((await call('users.get', { id: user.id })).lastLoginAt).toEqual(expect.any(String));
    },
  },
  {
    id: 'auth.refresh.rotates',
    says: 'A refresh token is exchanged once; one used twice ends its session',
    cites: ['auth.refresh'],
    signedIn: true,
    async run(world) {
      const { call, callAs, refused, wire } = world;
      const user = await newUser(world);
      const { session } = await signedIn(world, user.username);
      const next = await call('auth.refresh', { refreshToken: session.refreshToken });
      expect(next).toMatchObject({ user: { id: user.id }, sessionId: session.sessionId });
      expect(next.refreshToken).not.toBe(session.refreshToken);
      const as = wire.as({ token: next.accessToken });
      expect(await callAs(as, 'auth.me')).toMatchObject({ id: user.id });
      // A moment later it may be another tab's; when its successor was exchanged too, somebody has a copy.
      expect((await refused('auth.refresh', { refreshToken: session.refreshToken })).code).toBe('UNAUTHENTICATED');
      const third = await call('auth.refresh', { refreshToken: next.refreshToken });
      expect((await refused('auth.refresh', { refreshToken: session.refreshToken })).code).toBe('UNAUTHENTICATED');
      expect((await refused('auth.refresh', { refreshToken: third.refreshToken })).code).toBe('UNAUTHENTICATED');
    },
  },
  {
    id: 'auth.register.refusedByDefault',
    says: 'Nobody makes themselves an account where the server does not allow it',
    cites: ['auth.register'],
    async run({ call, refused, unique }) {
      const email = `${unique('self')}@example.org`;
      expect((await refused('auth.register', { email, password })).code).toBe('PERMISSION_DENIED');
      expect((await call('users.list', { filters: [{ field: 'email', op: 'eq', value: email }] })).items).toEqual([]);
    },
  },
  {
    id: 'auth.changePassword.endsOthers',
    says: 'A changed password counts at once and ends every other session',
    cites: ['auth.changePassword'],
    signedIn: true,
    async run(world) {
      const { callAs, refused } = world;
      const user = await newUser(world);
      const { as } = await signedIn(world, user.username);
      const other = await signedIn(world, user.username);
      const newPassword = 'another-long-password';
      const wrong = await refused('auth.changePassword', { currentPassword: 'not-this-one', newPassword }, as);
      expect(wrong.code).toBe('UNAUTHENTICATED');
      await callAs(as, 'auth.changePassword', { currentPassword: password, newPassword });
      expect((await refused('auth.me', {}, other.as)).code).toBe('UNAUTHENTICATED');
      expect((await refused('auth.login', { username: user.username, password })).code).toBe('UNAUTHENTICATED');
      await signedIn(world, user.username, newPassword);
    },
  },
  {
    id: 'auth.updateMe.ownName',
    says: 'Somebody changes their own name, and keeps the rest',
    cites: ['auth.updateMe'],
    signedIn: true,
    async run(world) {
      const { callAs, call } = world;
      const user = await newUser(world);
      // An agent is given a token by whoever signed in elsewhere.
      const { token } = await signedInElsewhere(world, user.username);
      const as = world.wire.as({ token });
      const changed = await callAs(as, 'auth.updateMe', { name: 'Una Renamed' });
      expect(changed).toMatchObject({ id: user.id, name: 'Una Renamed', email: user.email });
      expect((await call('users.get', { id: user.id })).name).toBe('Una Renamed');
    },
  },
];
