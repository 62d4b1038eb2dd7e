import { describe, expect, it } from 'vitest';
import { settingsFrom } from '../src/settings.ts';

const settings = (environment: Readonly<Record<string, string>>, options: { auth?: string; host?: string } = {}) =>
  settingsFrom({ ...options, dataDir: '/nowhere', environment });

describe('settings of who may come in', () => {
  it('sign people in unless told otherwise, and only then listen beyond loopback', () => {
    expect(settings({}).signIn).toMatchObject({ mode: 'password', registration: false, sessionDays: 30 });
    expect(settings({}, { host: '0.0.0.0' }).host).toBe('0.0.0.0');
    expect(settings({ RATCHET_AUTH: 'none' }).signIn.mode).toBe('none');
    for (const host of ['0.0.0.0', '::', '192.0.2.1', 'ratchet.example'])
      expect(() => settings({ RATCHET_AUTH: 'none' }, { host })).toThrow('only listens on loopback');
    for (const host of ['127.0.0.1', 'localhost', '::1'])
      expect(settings({ RATCHET_AUTH: 'none' }, { host }).host).toBe(host);
    expect(settings({ RATCHET_AUTH: 'none' }, { auth: 'password' }).signIn.mode).toBe('password');
  });

  it('read lists and words, and name what is wrong without quoting a secret', () => {
    expect(
      settings({
        RATCHET_SERVER_TRUST_PROXY: '10.0.0.1, 10.1.0.0/16',
        RATCHET_SERVER_CORS_ORIGINS: 'https://a.example,https://b.example',
        RATCHET_SERVER_PUBLIC_URL: 'https://ratchet.example',
      }).http,
    ).toMatchObject({
      trustProxy: ['10.0.0.1', '10.1.0.0/16'],
      corsOrigins: ['https://a.example', 'https://b.example'],
      publicUrl: 'https://ratchet.example',
    });
    expect(settings({ RATCHET_SERVER_TRUST_PROXY: 'true' }).http.trustProxy).toBe(true);
    for (const [name, value] of [
      ['RATCHET_AUTH', 'maybe'],
      ['RATCHET_AUTH_SESSION_DAYS', '0'],
      ['RATCHET_SECURITY_SIGN_IN_ATTEMPTS', 'many'],
      ['RATCHET_SERVER_PUBLIC_URL', 'ftp://x'],
    ] as const)
      expect(() => settings({ [name]: value })).toThrow(name === 'RATCHET_AUTH' ? 'auth' : name);
  });
});
