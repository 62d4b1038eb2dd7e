import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { adminPassword, type Headers, type SignedInServer, signedInServer } from './signed-in-server.ts';

let server: SignedInServer;
let admin: Headers;
beforeAll(async () => {
  server = await signedInServer({
    RATCHET_SERVER_CORS_ORIGINS: 'https://friend.example',
    RATCHET_SERVER_PUBLIC_URL: 'https://ratchet.example',
    RATCHET_AUTH_REGISTRATION: 'true',
  });
  admin = server.bearer((await server.login()).body.accessToken);
});
afterAll(() => server?.close());

/** The status that a WebSocket to a debug session which is not there is answered with, once the connection has ended. */
const upgrade = (headers: Headers): Promise<[number | undefined, string]> =>
  new Promise((resolve, reject) => {
    const asked = request(`${server.address()}/api/v1/debug-sessions/x?token=y`, {
      agent: false,
      headers: {
        connection: 'Upgrade',
        upgrade: 'websocket',
        'sec-websocket-version': '13',
        'sec-websocket-key': 'AAAAAAAAAAAAAAAAAAAAAA==',
        ...headers,
      },
    });
    asked.on('error', reject);
    asked.on('response', (response) => {
      response.resume();
      response.socket.on('close', () => resolve([response.statusCode, 'closed']));
    });
    asked.end();
  });

const cookieOf = (headers: globalThis.Headers): string => (headers.get('set-cookie') ?? '').split(';')[0] ?? '';

describe('without a proof', () => {
  it.each([
    ['GET', '/api/v1/tasks'],
    ['POST', '/api/v1/tasks'],
    ['GET', '/api/v1/auth/me'],
    ['GET', '/api/v1/users'],
    ['GET', '/api/v1/registry/index.json'],
    ['PUT', '/api/v1/registry/a/b.js'],
    ['POST', '/api/v1/registry/.ratchet/changes'],
    ['GET', '/metrics'],
    ['GET', '/health/detailed'],
  ])('%s %s is refused', async (method, path) => {
    const { status, body, headers } = await server.call(method, path, method === 'GET' ? undefined : {});
    expect([status, body.code]).toEqual([401, 'UNAUTHENTICATED']);
    expect(headers.get('www-authenticate')).toBe('Bearer');
  });

  it.each(['/live', '/ready', '/health', '/docs', '/api-docs/openapi.json'])('%s is open', async (path) => {
    expect((await server.call('GET', path)).status).toBeLessThan(400);
  });

  it.each(['token', 'access_token', 'api_key', 'key', 'refreshToken', 'authorization', 'X-API-Key'])(
    'a key in the address as %s is none',
    async (name) => {
      const { body } = await server.api('POST', '/api-keys', { name: 'address' }, admin);
      const answer = await server.api('GET', `/auth/me?${name}=${body.key}`);
      expect(answer.status).toBeGreaterThanOrEqual(400);
      await server.api('DELETE', `/api-keys/${body.id}`, undefined, admin);
    },
  );
});

describe('a person', () => {
  it('signs in, refreshes, and is out at once after logging out', async () => {
    const { status, body, headers } = await server.login('admin');
    expect(status).toBe(200);
    expect(headers.get('set-cookie')).toMatch(
      /^ratchet_session=rs_[\w-]+; Path=\/; Expires=[^;]+; HttpOnly; SameSite=Strict$/,
    );
    expect(headers.get('cache-control')).toBe('no-store');
    const me = await server.api('GET', '/auth/me', undefined, server.bearer(body.accessToken));
    expect(me.body).toMatchObject({ kind: 'user', role: 'admin', everywhere: true, sessionId: body.sessionId });
    const next = await server.api('POST', '/auth/refresh', { refreshToken: body.refreshToken });
    expect(next.body).toMatchObject({ sessionId: body.sessionId });
    const again = await server.api('POST', '/auth/refresh', { refreshToken: body.refreshToken });
    expect([again.status, again.body.details]).toEqual([401, { exchangedWithinSeconds: 10 }]);
    const out = await server.api('POST', '/auth/logout', undefined, server.bearer(next.body.accessToken));
    expect([out.status, out.headers.get('set-cookie')]).toEqual([
      204,
      expect.stringMatching(/^ratchet_session=; .*Max-Age=0/),
    ]);
    for (const token of [body.accessToken, next.body.accessToken])
      expect((await server.api('GET', '/auth/me', undefined, server.bearer(token))).status).toBe(401);
    expect((await server.api('POST', '/auth/refresh', { refreshToken: next.body.refreshToken })).status).toBe(401);
  });

  it('over TLS has a cookie that no other host can set', async () => {
    const over = { 'x-forwarded-proto': 'https', 'x-forwarded-host': 'ratchet.example' };
    const { headers } = await server.login('admin', adminPassword, over);
    const cookie = headers.get('set-cookie') ?? '';
    expect(cookie).toMatch(
      /^__Host-ratchet_session=rs_[\w-]+; Path=\/; Expires=[^;]+; HttpOnly; Secure; SameSite=Strict$/,
    );
    expect(headers.get('strict-transport-security')).toMatch(/max-age=\d+/);
    const token = cookieOf(headers).split('=')[1];
    const me = (name: string) => server.api('GET', '/auth/me', undefined, { ...over, cookie: `a=b; ${name}=${token}` });
    expect((await me('__Host-ratchet_session')).status).toBe(200);
    expect((await me('ratchet_session')).status).toBe(401);
  });

  it('with a stale cookie may still sign in, and is nobody until then', async () => {
    const cookie = { cookie: `ratchet_session=rs_${'A'.repeat(86)}` };
    expect((await server.api('GET', '/auth/me', undefined, cookie)).status).toBe(401);
    expect((await server.login('admin', adminPassword, cookie)).status).toBe(200);
  });

  it('in a browser refreshes and logs out by the cookie alone', async () => {
    const { headers } = await server.login('admin');
    const own = { origin: server.address() };
    const refreshed = await server.api('POST', '/auth/refresh', undefined, { ...own, cookie: cookieOf(headers) });
    expect(refreshed.status).toBe(200);
    const cookie = cookieOf(refreshed.headers);
    expect(cookie).not.toBe(cookieOf(headers));
    expect((await server.api('GET', '/tasks', undefined, { cookie })).status).toBe(200);
    expect((await server.api('POST', '/auth/logout', undefined, { ...own, cookie })).status).toBe(204);
    expect((await server.api('GET', '/tasks', undefined, { cookie })).status).toBe(401);
  });

  it('who must change the password can do nothing else before', async () => {
    const { accessToken, password } = await server.signedIn('fresh', 'admin', { mustChangePassword: true });
    const as = server.bearer(accessToken);
    expect((await server.api('GET', '/auth/me', undefined, as)).body).toMatchObject({
      user: { mustChangePassword: true },
    });
    for (const [method, path, body] of [
      ['GET', '/tasks'],
      ['GET', '/users'],
      ['POST', '/api-keys', { name: 'x' }],
      ['PATCH', '/auth/me', { name: 'x' }],
      ['GET', '/registry/index.json'],
    ] as const)
      expect([path, (await server.api(method, path, body, as)).body.code]).toEqual([path, 'PERMISSION_DENIED']);
    const change = (newPassword: string) =>
      server.api('POST', '/auth/change-password', { currentPassword: password, newPassword }, as);
    expect((await change('short')).status).toBe(400);
    expect((await change('long enough now')).status).toBe(204);
    expect((await server.api('GET', '/tasks', undefined, as)).status).toBe(200);
  });

  it('makes an account where the server allows it, which only reads', async () => {
    const given = { email: 'new@example.org', password: 'a long password' };
    const made = await server.api('POST', '/auth/register', given);
    expect([made.status, made.headers.get('location')]).toEqual([201, '/api/v1/auth/me']);
    expect(made.body.user).toMatchObject({ username: 'new', role: 'readonly' });
    const as = server.bearer(made.body.accessToken);
    expect((await server.api('GET', '/tasks', undefined, as)).status).toBe(200);
    expect((await server.api('POST', '/repositories', {}, as)).status).toBe(403);
    expect((await server.api('PATCH', '/auth/me', { role: 'admin' }, as)).status).toBe(400);
    expect((await server.api('PATCH', '/auth/me', { name: 'Renamed' }, as)).body).toMatchObject({
      name: 'Renamed',
      role: 'readonly',
    });
    expect((await server.api('POST', '/auth/register', given)).status).toBe(409);
  });

  it('who is switched off is out at once, with their keys', async () => {
    const { id, accessToken, refreshToken, password } = await server.signedIn('leaver', 'user');
    const key = (await server.api('POST', '/api-keys', { name: 'k' }, server.bearer(accessToken))).body.key;
    expect((await server.api('GET', '/tasks', undefined, { 'x-api-key': key })).status).toBe(200);
    expect((await server.api('PATCH', `/users/${id}`, { enabled: false }, admin)).status).toBe(200);
    expect((await server.api('GET', '/tasks', undefined, server.bearer(accessToken))).status).toBe(401);
    expect((await server.api('GET', '/tasks', undefined, { 'x-api-key': key })).status).toBe(401);
    expect((await server.api('POST', '/auth/refresh', { refreshToken })).status).toBe(401);
    expect((await server.login('leaver', password)).status).toBe(401);
  });

  it('changes an account at the revision they saw', async () => {
    const { id } = await server.signedIn('revised', 'user');
    const got = await server.api('GET', `/users/${id}`, undefined, admin);
    const edit = (match: string) => server.api('PATCH', `/users/${id}`, { name: 'x' }, { ...admin, 'if-match': match });
    expect((await edit('"99"')).status).toBe(412);
    expect((await edit(got.headers.get('etag') ?? '')).status).toBe(200);
    expect((await server.api('DELETE', `/users/${id}`, undefined, admin)).status).toBe(204);
    expect((await server.api('GET', `/users/${id}`, undefined, admin)).status).toBe(404);
  });
});

describe('an API key', () => {
  it('may what its scopes say, and never keys, users or passwords', async () => {
    const make = async (settings: object): Promise<Headers> => ({
      'x-api-key': (await server.api('POST', '/api-keys', { name: 'k', ...settings }, admin)).body.key,
    });
    const reader = await make({ scopes: ['read'] });
    expect((await server.api('GET', '/tasks', undefined, reader)).status).toBe(200);
    expect((await server.api('POST', '/registry/push-all-pending', undefined, reader)).status).toBe(403);
    expect((await server.api('PUT', '/registry/x/y.js', 'x', { ...reader, 'content-type': 'text/plain' })).status).toBe(
      403,
    );
    const readonly = await make({ role: 'readonly' });
    expect((await server.api('GET', '/auth/me', undefined, readonly)).body).toMatchObject({
      kind: 'api_key',
      role: 'readonly',
      permissions: ['read'],
      user: { username: 'admin' },
    });
    const full = await make({});
    const { id } = (await server.api('GET', '/auth/me', undefined, full)).body.user;
    for (const [method, path, body] of [
      ['POST', '/api-keys', { name: 'another' }],
      ['POST', '/users', { username: 'by-key', password: 'long enough' }],
      ['PATCH', `/users/${id}`, { name: 'x' }],
      ['DELETE', `/users/${id}`],
      ['POST', '/auth/change-password', { currentPassword: adminPassword, newPassword: 'something else' }],
      ['PATCH', '/auth/me', { name: 'x' }],
    ] as const)
      expect([path, (await server.api(method, path, body, full)).status]).toEqual([path, 403]);
    expect((await server.api('GET', '/users', undefined, full)).status).toBe(200);
    // As Bearer too; two that contradict are none.
    const bearer = { authorization: `Bearer ${full['x-api-key']}` };
    expect((await server.api('GET', '/tasks', undefined, bearer)).status).toBe(200);
    expect((await server.api('GET', '/tasks', undefined, { ...bearer, ...reader })).status).toBe(401);
    expect((await server.api('GET', '/tasks', undefined, { authorization: 'Bearer ' })).status).toBe(401);
  });

  it('shows its secret once, and a list never does', async () => {
    const { body } = await server.api('POST', '/api-keys', { name: 'once' }, admin);
    expect(body.key).toMatch(/^rk_[\w-]{43}$/);
    const rest = await Promise.all([
      server.api('GET', '/api-keys?name=once', undefined, admin),
      server.api('GET', `/api-keys/${body.id}`, undefined, admin),
    ]);
    for (const { status, body: shown } of rest) {
      expect(status).toBe(200);
      expect(JSON.stringify(shown)).not.toContain(body.key);
      expect(JSON.stringify(shown)).toContain(body.prefix);
    }
  });

  it('of others is seen by whoever manages users alone', async () => {
    const one = await server.signedIn('key-owner', 'user');
    const two = await server.signedIn('key-other', 'user');
    const { body } = await server.api('POST', '/api-keys', { name: 'own' }, server.bearer(one.accessToken));
    const get = (as: Headers) => server.api('GET', `/api-keys/${body.id}`, undefined, as);
    expect((await get(server.bearer(two.accessToken))).status).toBe(404);
    expect((await get(admin)).status).toBe(200);
    const list = await server.api('GET', '/api-keys', undefined, server.bearer(two.accessToken));
    expect(list.body.items).toEqual([]);
    const forOther = { name: 'x', userId: one.id };
    expect((await server.api('POST', '/api-keys', forOther, server.bearer(two.accessToken))).status).toBe(403);
    expect((await server.api('POST', '/api-keys', forOther, admin)).status).toBe(201);
  });
});

describe('pages of other servers', () => {
  const evil = 'https://evil.example';
  let cookie: string;
  beforeAll(async () => {
    cookie = cookieOf((await server.login()).headers);
  });

  it.each<[string, Headers, number]>([
    ['a form of another origin', { origin: evil, 'content-type': 'application/x-www-form-urlencoded' }, 403],
    ['a text form of another origin', { origin: evil, 'content-type': 'text/plain' }, 403],
    ['an origin that is hidden', { origin: 'null', 'content-type': 'text/plain' }, 403],
    ['a cross-site fetch', { 'sec-fetch-site': 'cross-site', 'content-type': 'application/json' }, 403],
    ['a neighbouring host', { 'sec-fetch-site': 'same-site', 'content-type': 'application/json' }, 403],
    ['a form of who says nothing', { 'content-type': 'application/x-www-form-urlencoded' }, 403],
    ['its own page', { 'sec-fetch-site': 'same-origin', 'content-type': 'application/json' }, 200],
    ['a program', { 'content-type': 'application/json' }, 200],
    ['a friend’s page', { origin: 'https://friend.example', 'content-type': 'application/json' }, 200],
  ])('cannot change anything with a cookie: %s', async (_name, headers, expected) => {
    const { status } = await server.call('POST', '/api/v1/registry/push-all-pending', '{}', { cookie, ...headers });
    expect(status).toBe(expected);
  });

  it('cannot sign anybody in, nor open a socket', async () => {
    expect((await server.login('admin', adminPassword, { origin: evil })).status).toBe(403);
    // The server ends the connection, or it could not be closed itself.
    expect(await upgrade({ origin: evil, cookie })).toEqual([403, 'closed']);
    expect(await upgrade({ cookie })).toEqual([403, 'closed']);
    expect(await upgrade({ origin: server.address(), cookie })).toEqual([404, 'closed']);
  });

  it('read nothing unless they are named: CORS is closed', async () => {
    const preflight = (origin: string) =>
      server.call('OPTIONS', '/api/v1/tasks', undefined, {
        origin,
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'authorization',
      });
    expect((await preflight(evil)).headers.get('access-control-allow-origin')).toBeNull();
    const allowed = await preflight('https://friend.example');
    expect(allowed.headers.get('access-control-allow-origin')).toBe('https://friend.example');
    const read = (origin: string) => server.api('GET', '/tasks', undefined, { ...admin, origin });
    expect((await read(evil)).headers.get('access-control-allow-origin')).toBeNull();
    const { status, headers } = await read('https://friend.example');
    expect([status, headers.get('access-control-allow-origin')]).toEqual([200, 'https://friend.example']);
    for (const name of ['X-Total-Count', 'ETag', 'Location', 'Retry-After', 'X-Request-Id'])
      expect(headers.get('access-control-expose-headers')).toContain(name);
    expect(headers.get('access-control-allow-credentials')).toBeNull();
    // A proof in a header is no browser's own: whoever has the key may use it from wherever.
    expect((await server.api('POST', '/registry/push-all-pending', undefined, { ...admin, origin: evil })).status).toBe(
      200,
    );
  });

  it('cannot reach it by a name pointed at its address', async () => {
    const status = async (host: string) =>
      (await server.api('GET', '/auth/me', undefined, { ...admin, 'x-forwarded-host': host })).status;
    for (const host of ['evil.example', 'localhost.evil.example', '127.0.0.1.evil.example', ''])
      expect([host, await status(host)]).toEqual([host, host === '' ? 200 : 403]);
    for (const host of ['ratchet.example', '192.0.2.1:8080', '[2001:db8::1]:8080', 'localhost:1'])
      expect([host, await status(host)]).toEqual([host, 200]);
  });

  it('are told how to treat every answer', async () => {
    for (const path of ['/live', '/docs/', '/api/v1/tasks', '/nothing']) {
      const { headers } = await server.call('GET', path);
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('x-frame-options')).toMatch(/DENY|SAMEORIGIN/);
      expect(headers.get('content-security-policy')).toMatch(/default-src/);
      expect(headers.get('content-security-policy')).not.toMatch(/unsafe-eval|https?:/);
    }
  });
});

describe('ten thousand wrong passwords', () => {
  // Ten thousand requests take their time on a machine that has other work.
  it('lock nothing but their source', { timeout: 600_000 }, async () => {
    const { password } = await server.signedIn('target', 'user');
    const attacker = { 'x-forwarded-for': '203.0.113.9' };
    const codes = new Map<string, number>();
    const before = process.memoryUsage().rss;
    let longest = 0;
    await Promise.all(
      Array.from({ length: 50 }, async (_, worker) => {
        for (let i = 0; i < 200; i++) {
          const { body, headers } = await server.login('target', `wrong ${worker} ${i}`, attacker);
          codes.set(body.code, (codes.get(body.code) ?? 0) + 1);
          longest = Math.max(longest, Number(headers.get('retry-after') ?? 0));
        }
      }),
    );
    expect(Object.fromEntries(codes)).toEqual({ UNAUTHENTICATED: 10, RATE_LIMITED: 9990 });
    expect(longest).toBeGreaterThan(600);
    const own = await server.login('target', password, attacker);
    expect([own.status, own.body.details.retryAfterMs]).toEqual([429, expect.any(Number)]);
    expect((await server.login('target', password, { 'x-forwarded-for': '203.0.113.10' })).status).toBe(200);
    expect((await server.login('target', password)).status).toBe(200);
    expect(process.memoryUsage().rss - before).toBeLessThan(400 * 1024 * 1024);
  });
});
