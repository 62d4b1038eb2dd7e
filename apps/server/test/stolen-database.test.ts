import { afterAll, beforeAll, expect, it } from 'vitest';
import { adminPassword, type SignedInServer, signedInServer } from './signed-in-server.ts';

let server: SignedInServer;
beforeAll(async () => {
  server = await signedInServer({ RATCHET_SECURITY_SIGN_IN_ATTEMPTS: '10000' });
});
afterAll(() => server?.close());

/** Every text in a value; bytes as they are read, too. */
function* texts(value: unknown): Generator<string> {
  if (typeof value === 'string') {
    yield value;
    if (value.startsWith('\\x')) yield Buffer.from(value.slice(2), 'hex').toString('latin1');
    if (value.includes(':')) yield* value.split(':').slice(1);
    if (/^[{[]/.test(value))
      try {
        yield* texts(JSON.parse(value));
      } catch {
        // Text that only begins like JSON.
      }
  } else if (value !== null && typeof value === 'object')
    for (const member of Object.values(value)) yield* texts(member);
}

it('a stolen database holds nothing that lets anybody in', async () => {
  const { body } = await server.login();
  const as = server.bearer(body.accessToken);
  const key = (await server.api('POST', '/api-keys', { name: 'stolen' }, as)).body.key as string;
  const { password, refreshToken, accessToken } = await server.signedIn('victim', 'user');
  const renewed = (await server.api('POST', '/auth/refresh', { refreshToken })).body;
  await server.api('POST', '/credentials', { name: 'c', type: 'token', token: 'a-secret-of-a-forge' }, as);
  await server.api('POST', '/secrets', { name: 'S', value: 'a-secret-of-a-task' }, as);

  const rows = await server.dump();
  expect(rows.map(({ table }) => table)).toEqual(
    expect.arrayContaining([
      'ratchet.users',
      'ratchet.sessions',
      'ratchet.api_keys',
      'ratchet.jwks',
      'ratchet.accounts',
    ]),
  );
  const found = new Set(rows.flatMap(({ row }) => [...texts(row)]));
  const whole = [...found].join('\n');
  const secrets = [
    adminPassword,
    password,
    key,
    refreshToken,
    accessToken,
    body.accessToken,
    body.refreshToken,
    renewed.refreshToken,
    renewed.accessToken,
  ];
  for (const secret of [...secrets, 'a-secret-of-a-forge', 'a-secret-of-a-task']) expect(whole).not.toContain(secret);
  // The private half of a JSON Web Key.
  expect(whole).not.toMatch(/"d"\s*:/);
  // What is good is good still: the server was only away.
  expect((await server.api('GET', '/auth/me', undefined, { 'x-api-key': key })).status).toBe(200);

  const candidates = [...found].filter((text) => text.length >= 8 && text.length <= 1000);
  expect(candidates.length).toBeGreaterThan(30);
  const header = (text: string) => text.replace(/[^\x20-\x7e]/g, '');
  const opened: string[] = [];
  for (const text of candidates)
    for (const form of new Set([text, `rk_${text}`, `rs_${text}`])) {
      const plain = header(form);
      const answers = await Promise.all([
        server.api('GET', '/auth/me', undefined, server.bearer(plain)),
        server.api('GET', '/auth/me', undefined, { 'x-api-key': plain }),
        server.api('GET', '/auth/me', undefined, { cookie: `ratchet_session=${plain.replace(/;/g, '')}` }),
        server.api('POST', '/auth/refresh', { refreshToken: form.slice(0, 500) }),
      ]);
      if (answers.some(({ status }) => status < 400)) opened.push(form);
    }
  for (const text of candidates.filter((each) => each.startsWith('$argon2') || /^[0-9a-f]{64}$/.test(each)))
    if ((await server.login('admin', text)).status < 400) opened.push(text);
  expect(opened).toEqual([]);
});
