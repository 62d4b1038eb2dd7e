import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { addKey, keyRing, keysFromFile, keysFromValues } from '../src/key-ring.ts';

const bytes = (text: string) => Buffer.from(text, 'utf8');
const [one, two] = [randomBytes(32), randomBytes(32)];

describe('a key ring', () => {
  it.each(['aes-256-gcm', 'chacha20-poly1305'] as const)(
    'opens what it sealed with %s, and nothing that was changed',
    (cipher) => {
      const ring = keyRing(new Map([['a', one]]), cipher);
      fc.assert(
        fc.property(fc.uint8Array({ maxLength: 300 }), fc.string(), fc.nat(), (secret, context, at) => {
          const { keyId, sealed } = ring.seal(secret, context);
          expect(Buffer.compare(ring.open(keyId, sealed, context), secret)).toBe(0);
          expect(() => ring.open(keyId, sealed, `${context}!`)).toThrow('does not open');
          const changed = Buffer.from(sealed);
          changed[at % changed.length] = (changed[at % changed.length] ?? 0) ^ 1;
          expect(() => ring.open(keyId, changed, context)).toThrow('does not open');
          expect(() => ring.open(keyId, sealed.subarray(0, at % sealed.length), context)).toThrow('does not open');
        }),
      );
    },
  );

  it('never seals the same secret twice alike', () => {
    const ring = keyRing(new Map([['a', one]]));
    const sealed = Array.from({ length: 100 }, () => Buffer.from(ring.seal(bytes('s'), 'c').sealed).toString('hex'));
    expect(new Set(sealed).size).toBe(100);
  });

  it('opens under older keys and either cipher, and seals with the first', () => {
    const before = keyRing(new Map([['old', one]]), 'chacha20-poly1305').seal(bytes('s'), 'c');
    const ring = keyRing(
      new Map([
        ['new', two],
        ['old', one],
      ]),
    );
    expect(Buffer.from(ring.open(before.keyId, before.sealed, 'c')).toString()).toBe('s');
    expect([ring.sealingKey, ring.seal(bytes('s'), 'c').keyId]).toEqual(['new', 'new']);
    expect(() => keyRing(new Map([['new', two]])).open(before.keyId, before.sealed, 'c')).toThrow('key "old"');
    expect(() => keyRing(new Map([['old', two]])).open(before.keyId, before.sealed, 'c')).toThrow('does not open');
  });

  it.each([
    ['no key', new Map<string, Uint8Array>()],
    ['a short key', new Map([['a', one.subarray(1)]])],
    [
      'a bad key beside a good one',
      new Map<string, Uint8Array>([
        ['a', one],
        ['b', new Uint8Array(0)],
      ]),
    ],
  ])('refuses %s', (_, keys) => {
    expect(() => keyRing(keys)).toThrow(/32/);
  });
});

describe('keys from values', () => {
  it('are taken in base64 and hexadecimal, and named after themselves', () => {
    const keys = keysFromValues([one.toString('base64'), ` ${two.toString('hex')}\n`]);
    expect([...keys.values()].map((key) => Buffer.from(key).toString('hex'))).toEqual([
      one.toString('hex'),
      two.toString('hex'),
    ]);
    expect([...keysFromValues([one.toString('hex')]).keys()]).toEqual([[...keys.keys()][0]]);
  });
  it.each(['', 'short', `${'x'.repeat(60)}secret`])('are refused without being repeated: %j', (value) => {
    const failing = () => keysFromValues([value]);
    expect(failing).toThrow('Key 1 is not of 32 bytes');
    expect(failing).not.toThrow('secret');
  });
});

describe('keys from a file', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'ratchet-keys-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));
  const path = () => join(folder, 'data', 'keys.json');
  const asText = (keys: ReadonlyMap<string, Uint8Array>) =>
    Array.from(keys, ([id, key]) => `${id} ${Buffer.from(key).toString('hex')}`);

  it('are made once, for their owner alone', () => {
    const keys = keysFromFile(path());
    expect(statSync(path()).mode & 0o777).toBe(0o600);
    expect(asText(keysFromFile(path()))).toEqual(asText(keys));
    expect([...keys.values()][0]?.length).toBe(32);
    chmodSync(path(), 0o644);
    keysFromFile(path());
    expect(statSync(path()).mode & 0o777).toBe(0o600);
  });

  it('are the same for processes that start at once', async () => {
    const code = `import { keysFromFile } from ${JSON.stringify(new URL('../src/key-ring.ts', import.meta.url).href)};
      for (const [id] of keysFromFile(${JSON.stringify(path())})) console.log(id);`;
    const start = () =>
      new Promise<string>((resolve, reject) => {
        const child = spawn(process.execPath, ['--input-type=module', '-e', code], {
          stdio: ['ignore', 'pipe', 'inherit'],
        });
        let said = '';
        child.stdout.on('data', (text) => {
          said += text;
        });
        child.on('error', reject);
        child.on('close', () => resolve(said));
      });
    const ids = await Promise.all(Array.from({ length: 4 }, start));
    expect(ids[0]).toMatch(/^[0-9a-f]{8}\n$/);
    expect(new Set(ids).size).toBe(1);
    expect(readdirSync(join(folder, 'data'))).toEqual(['keys.json']);
  });

  it('take a new key before the others', () => {
    const before = keysFromFile(path());
    const after = addKey(path());
    expect(asText(after).slice(1)).toEqual(asText(before));
    expect(after.size).toBe(2);
    expect(asText(keysFromFile(path()))).toEqual(asText(after));
    expect(statSync(path()).mode & 0o777).toBe(0o600);
    writeFileSync(`${path()}.next`, '');
    expect(() => addKey(path())).toThrow('keys.json.next');
    expect(asText(keysFromFile(path()))).toEqual(asText(after));
  });

  it.each(['', '{', '[]', '{"keys":7}', '{"keys":[{"id":"secret"}]}'])(
    'are not taken from %j, nor is the file replaced',
    (text) => {
      keysFromFile(path());
      writeFileSync(path(), text);
      expect(() => keysFromFile(path())).toThrow('keys.json is not of the form');
      expect(readFileSync(path(), 'utf8')).toBe(text);
    },
  );
});
