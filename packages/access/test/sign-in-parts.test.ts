import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { keyRing } from '../src/key-ring.ts';
import { passwords } from '../src/passwords.ts';
import { rightsOfKey, rightsOfUser } from '../src/rights-of.ts';
import { sessionTokens } from '../src/session-token.ts';
import { signInLimits } from '../src/sign-in-limits.ts';
import { sourceOf } from '../src/source-of.ts';

describe('a source', () => {
  it.each([
    ['192.0.2.7', '192.0.2.7'],
    ['::ffff:192.0.2.7', '192.0.2.7'],
    ['::ffff:c000:207', '192.0.2.7'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:0DB8:1:2::1', '2001:db8:1:2::/64'],
    ['2001:db8::1', '2001:db8:0:0::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
    ['::1', '0:0:0:0::/64'],
    ['2001:db8::192.0.2.1', '2001:db8:0:0::/64'],
    [undefined, 'unknown'],
    ['', 'unknown'],
    ['x'.repeat(1000), 'x'.repeat(64)],
  ])('%s counts as %s', (address, source) => {
    expect(sourceOf(address)).toBe(source);
  });
});

describe('a session token', () => {
  const ring = (...keys: Uint8Array[]) => keyRing(new Map(keys.map((key, i) => [String(i), key])));
  const [first, second] = [randomBytes(32), randomBytes(32)];
  const tokens = sessionTokens(ring(first));

  it('is known by any server with its key, and by no other', () => {
    const id = crypto.randomUUID();
    const made = tokens.make(id);
    expect(tokens.read(made.token)).toEqual({ sessionId: id, hash: made.hash });
    expect(sessionTokens(ring(second, first)).read(made.token)?.sessionId).toBe(id);
    expect(sessionTokens(ring(second)).read(made.token)).toBeNull();
    expect(tokens.make(id).token).not.toBe(made.token);
  });

  it('does not survive a changed character, and nothing else is one', () => {
    const { token } = tokens.make(crypto.randomUUID());
    fc.assert(
      fc.property(fc.nat(token.length - 1), fc.constantFrom(...'Aa0_-=. '), (at, letter) => {
        const changed = token.slice(0, at) + letter + token.slice(at + 1);
        return changed === token || tokens.read(changed) === null;
      }),
    );
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary' }),
        (text) => tokens.read(text) === null && tokens.read(`rs_${text}`) === null,
      ),
    );
  });
});

describe('rights', () => {
  const key = { role: null, scopes: null, repositoryIds: null, taskPatterns: null, tools: null, maxConcurrency: null };
  const repository = crypto.randomUUID();

  it('come from the role; with narrowed access places come from grants alone', () => {
    expect(rightsOfUser({ role: 'readonly', access: 'all' }, [])).toMatchObject({
      permissions: ['read'],
      grants: null,
    });
    const none = rightsOfUser({ role: 'user', access: 'granted' }, []);
    expect(none.grants).toEqual([]);
    expect(none.permissions).toEqual(['read', 'create_repository']);
    const granted = { repositoryId: repository, taskPattern: 'safe-*', permissions: ['run', 'delete_repository'] };
    expect(rightsOfUser({ role: 'user', access: 'granted' }, [granted])).toMatchObject({
      permissions: ['read', 'run', 'delete_repository', 'create_repository'],
      grants: [{ repositoryId: repository, taskPattern: 'safe-*', permissions: ['read', 'run', 'delete_repository'] }],
    });
    // What a role may not even be granted is not given by a grant.
    expect(rightsOfUser({ role: 'readonly', access: 'granted' }, [granted]).permissions).toEqual(['read']);
  });

  it('of a key are never more than its owner’s', () => {
    const roles = ['admin', 'user', 'readonly', 'service'] as const;
    for (const role of roles)
      for (const narrowed of [null, ...roles]) {
        const owner = rightsOfUser({ role, access: 'all' }, []);
        const held = rightsOfKey({ role, access: 'all' }, [], { ...key, role: narrowed });
        expect(held.permissions.every((permission) => owner.permissions.includes(permission))).toBe(true);
        expect(
          rightsOfUser({ role: held.role, access: 'all' }, []).permissions.every((p) => owner.permissions.includes(p)),
        ).toBe(true);
      }
    expect(
      rightsOfKey({ role: 'admin', access: 'all' }, [], { ...key, scopes: ['run', 'administer'] }).permissions,
    ).toEqual(['run', 'administer']);
    expect(rightsOfKey({ role: 'readonly', access: 'all' }, [], { ...key, scopes: ['run'] }).permissions).toEqual([]);
    expect(rightsOfKey({ role: 'user', access: 'all' }, [], { ...key, tools: ['ratchet_get_*'] }).key?.tools).toEqual([
      'ratchet_get_*',
    ]);
  });
});

describe('passwords', () => {
  const cost = { memoryCost: 64, timeCost: 1 };

  it('are Argon2id, whatever way they are composed, and nothing else matches', async () => {
    const { hash, verify } = passwords({ cost });
    const made = await hash('pässword');
    expect(made).toMatch(/^\$argon2id\$v=19\$m=64,t=1,p=1\$/);
    expect(await verify(made, 'pa\u0308ssword')).toBe(true);
    expect(await verify(made, 'password')).toBe(false);
    expect(await verify('not a hash', 'password')).toBe(false);
  });

  it('wait in a queue that has an end', async () => {
    const { hash } = passwords({ cost, atOnce: 1, waiting: 3 });
    const results = await Promise.allSettled(Array.from({ length: 10 }, () => hash('x')));
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(4);
    expect(results.find(({ status }) => status === 'rejected')).toMatchObject({ reason: { code: 'UNAVAILABLE' } });
    expect(await hash('x')).toContain('argon2id');
  });
});

describe('limits of sign-ins', () => {
  const wrong = new Error('wrong');
  const fail = async () => Promise.reject(wrong);
  const limits = (attempts: number, heard: string[] = []) =>
    signInLimits({
      attempts,
      windowMinutes: 15,
      warn: () => undefined,
      alarm: ({ kind, address }) => void heard.push(`${kind} ${address}`),
    });

  it('stop a source at one name, then at all, and nobody else', async () => {
    const heard: string[] = [];
    const { attempt } = limits(3, heard);
    const tryOnce = (address: string, name: string, work: () => Promise<unknown> = fail) =>
      attempt({ address, name }, work, (error) => error === wrong).catch((error) => error.code ?? error.message);
    const at = async (address: string, name: string, times: number) => {
      const seen: unknown[] = [];
      for (let i = 0; i < times; i++) seen.push(await tryOnce(address, name));
      return seen;
    };
    expect(await at('192.0.2.1', 'ann', 5)).toEqual(['wrong', 'wrong', 'wrong', 'RATE_LIMITED', 'RATE_LIMITED']);
    expect(await tryOnce('192.0.2.1', 'ANN', async () => 'in')).toBe('RATE_LIMITED');
    expect(await tryOnce('192.0.2.2', 'ann', async () => 'in')).toBe('in');
    expect(await tryOnce('192.0.2.1', 'ben', async () => 'in')).toBe('in');
    for (const name of ['b', 'c', 'd', 'e']) await at('192.0.2.1', name, 3);
    expect(await tryOnce('192.0.2.1', 'ben', async () => 'in')).toBe('RATE_LIMITED');
    // One customer's network counts as one.
    await at('2001:db8::1', 'ann', 3);
    expect(await tryOnce('2001:db8::ffff', 'ann')).toBe('RATE_LIMITED');
    expect(heard).toEqual(
      ['failed_sign_ins 192.0.2.1', 'failed_sign_ins 2001:db8::1'].map((line) =>
        expect.stringContaining(line.slice(0, 24)),
      ),
    );
  });

  it('count attempts that come at once, and give back what succeeded or was not the visitor’s fault', async () => {
    const { attempt } = limits(3);
    let ran = 0;
    const results = await Promise.allSettled(
      Array.from({ length: 500 }, () =>
        attempt(
          { address: '192.0.2.9', name: 'ann' },
          async () => {
            ran++;
            return fail();
          },
          () => true,
        ),
      ),
    );
    expect(ran).toBe(3);
    expect(results.filter((r) => r.status === 'rejected' && r.reason.code === 'RATE_LIMITED')).toHaveLength(497);
    for (let i = 0; i < 10; i++) {
      await attempt(
        { address: '192.0.2.10', name: 'ann' },
        async () => 'in',
        () => true,
      );
      await attempt({ address: '192.0.2.10', name: 'ann' }, fail, () => false).catch(() => undefined);
    }
    expect(
      await attempt(
        { address: '192.0.2.10', name: 'ann' },
        async () => 'in',
        () => true,
      ),
    ).toBe('in');
  });
});
