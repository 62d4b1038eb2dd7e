import { describe, expect, it } from 'vitest';
import { type RequestGateOptions, requestGate } from '../src/http/request-gate.ts';
import { createApp } from '../src/rest/create-app.ts';

const usual: RequestGateOptions = {
  signedIn: true,
  allowedHosts: [],
  publicUrl: null,
  origins: [],
  allowedAddresses: [],
  except: (path) => path.startsWith('/hooks/'),
  alsoFrom: () => false,
};

async function asked(
  options: Partial<RequestGateOptions>,
  request: { url?: string; method?: 'GET' | 'POST'; remoteAddress?: string; headers: Record<string, string> },
): Promise<number> {
  const app = createApp({ log: () => undefined });
  await requestGate(app, { ...usual, ...options });
  app.route({ method: ['GET', 'POST'], url: '/*', handler: async () => ({}) });
  const { statusCode } = await app.inject({ url: '/', method: 'GET', ...request });
  await app.close();
  return statusCode;
}

describe('hosts', () => {
  it.each<[string, Partial<RequestGateOptions>, number]>([
    ['localhost:80', { signedIn: false }, 200],
    ['127.0.0.1', { signedIn: false }, 200],
    ['[::1]:8080', { signedIn: false }, 200],
    ['192.0.2.1', { signedIn: false }, 403],
    ['ratchet.example', { signedIn: false, allowedHosts: ['ratchet.example'] }, 403],
    ['localhost.example', { signedIn: false }, 403],
    ['192.0.2.1:8080', {}, 200],
    ['[2001:db8::1]', {}, 200],
    ['localhost', {}, 200],
    ['ratchet.example', {}, 403],
    ['1.2.3.4.example', {}, 403],
    ['ratchet.example', { publicUrl: 'https://ratchet.example/below' }, 200],
    ['RATCHET.example:443', { publicUrl: 'https://ratchet.example' }, 200],
    ['192.0.2.1', { publicUrl: 'https://ratchet.example' }, 200],
    ['192.0.2.1', { allowedHosts: ['ratchet.example'] }, 403],
    ['192.0.2.1', { allowedHosts: ['192.0.2.1'] }, 200],
    ['a.example.org', { allowedHosts: ['*.example.org'] }, 200],
    ['example.org', { allowedHosts: ['*.example.org'] }, 403],
    ['evilexample.org', { allowedHosts: ['*.example.org'] }, 403],
  ])('%s with %j: %i', async (host, options, expected) => {
    expect(await asked(options, { headers: { host } })).toBe(expected);
  });

  it('are not looked at where requests prove themselves', async () => {
    const headers = { host: 'anything.example', origin: 'https://forge.example' };
    expect(await asked({}, { url: '/hooks/1', method: 'POST', headers })).toBe(200);
  });
});

describe('addresses', () => {
  const headers = { host: 'localhost' };
  it.each([
    ['10.1.2.3', 200],
    ['10.2.0.1', 403],
    ['::ffff:10.1.2.3', 200],
    ['2001:db8::7', 200],
    ['2001:db9::7', 403],
    ['192.0.2.9', 200],
  ])('%s: %i', async (remoteAddress, expected) => {
    const allowedAddresses = ['10.1.0.0/16', '2001:db8::/32', '192.0.2.9'];
    expect(await asked({ allowedAddresses }, { remoteAddress, headers })).toBe(expected);
    expect(await asked({ allowedAddresses }, { url: '/hooks/1', remoteAddress, headers })).toBe(expected);
  });

  it.each(['here', '10.0.0.0/33', '10.0.0.0/x', '::1/129'])('%s is none', async (address) => {
    await expect(asked({ allowedAddresses: [address] }, { headers })).rejects.toMatchObject({
      code: 'VALIDATION_FAILED',
    });
  });
});

describe('origins', () => {
  const host = 'localhost:8080';
  const cookie = 'ratchet_session=x';
  it.each<[string, 'GET' | 'POST', Partial<RequestGateOptions>, Record<string, string>, number]>([
    ['one’s own', 'POST', {}, { origin: 'http://localhost:8080', cookie }, 200],
    ['another port', 'POST', {}, { origin: 'http://localhost:8081', cookie }, 403],
    ['another one that only reads', 'GET', {}, { origin: 'https://evil.example', cookie }, 200],
    [
      'another one that only reads, where nobody signs in',
      'GET',
      { signedIn: false },
      { origin: 'https://evil.example' },
      403,
    ],
    ['another one with a key', 'POST', {}, { origin: 'https://evil.example', 'x-api-key': 'rk_x' }, 200],
    [
      'another one with a key, where nobody signs in',
      'POST',
      { signedIn: false },
      { origin: 'https://evil.example', 'x-api-key': 'x' },
      403,
    ],
    [
      'another one with a proxy’s password',
      'POST',
      {},
      { origin: 'https://evil.example', authorization: 'Basic eDp4', cookie },
      403,
    ],
    ['a friend', 'POST', { origins: ['https://friend.example'] }, { origin: 'https://friend.example', cookie }, 200],
    [
      'the public address',
      'POST',
      { publicUrl: 'https://ratchet.example/x' },
      { origin: 'https://ratchet.example', cookie },
      200,
    ],
    ['nonsense', 'POST', {}, { origin: 'nonsense', cookie }, 403],
    ['none, with a cookie and no word', 'POST', {}, { cookie }, 403],
    ['none, with X-Requested-With', 'POST', {}, { cookie, 'x-requested-with': 'curl' }, 200],
    ['none, without a cookie', 'POST', {}, {}, 200],
  ])('%s', async (_name, method, options, headers, expected) => {
    expect(await asked(options, { method, headers: { host, ...headers } })).toBe(expected);
  });
});
