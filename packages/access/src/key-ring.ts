import { createHash, hkdfSync, randomBytes, randomUUID } from 'node:crypto';
import {
  chmodSync,
  closeSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { RatchetError } from '@ratchet/contract/errors';
import { type Cipher, cipherNumber, seal, unseal } from './seal.ts';

const keyBytes = 32;

/** Keys of 32 bytes by id. The first one seals, every one opens. */
export type Keys = ReadonlyMap<string, Uint8Array>;

export interface KeyRing {
  /** Id of the key that seals. */
  readonly sealingKey: string;
  /** The number that stands first in what it seals. */
  readonly sealingCipher: number;
  /** `context` is bound to the secret: it opens under the same context only. */
  seal(secret: Uint8Array, context: string): { keyId: string; sealed: Uint8Array };
  /** Throws UNAVAILABLE when the key is not of this ring, or what was sealed was changed. */
  open(keyId: string, sealed: Uint8Array, context: string): Uint8Array;
  /** 32 bytes for one purpose (HKDF-SHA-256) from each key of the ring, the sealing one first. */
  derive(purpose: string): readonly Uint8Array[];
}

/** A ring over some keys. `cipher` seals; what either cipher sealed opens. Throws VALIDATION_FAILED for a bad key. */
export function keyRing(keys: Keys, cipher: Cipher = 'aes-256-gcm'): KeyRing {
  const [first] = keys;
  if (!first)
    throw new RatchetError('VALIDATION_FAILED', 'The key ring is empty: give it at least one key of 32 bytes.');
  for (const [id, key] of keys)
    if (key.length !== keyBytes)
      throw new RatchetError(
        'VALIDATION_FAILED',
        `Key ${JSON.stringify(id)} has ${key.length} bytes; it needs ${keyBytes}.`,
      );
  const [sealingKey, sealing] = first;
  return {
    sealingKey,
    sealingCipher: cipherNumber(cipher),
    seal: (secret, context) => ({ keyId: sealingKey, sealed: seal(sealing, cipher, secret, context) }),
    open(keyId, sealed, context) {
      const key = keys.get(keyId);
      if (!key)
        throw new RatchetError(
          'UNAVAILABLE',
          `A secret was sealed with key ${JSON.stringify(keyId)}, which this server does not have. Add that key to its ring.`,
        );
      try {
        return unseal(key, sealed, context);
      } catch (cause) {
        const message = 'A stored secret does not open: it was changed, or its key is another one.';
        throw new RatchetError('UNAVAILABLE', message, undefined, { cause });
      }
    },
    derive: (purpose) =>
      Array.from(keys.values(), (key) => new Uint8Array(hkdfSync('sha256', key, '', purpose, keyBytes))),
  };
}

/**
 * Keys that were given as text: 32 bytes each, in base64 or in hexadecimal. Their ids are derived from them. Throws
 * VALIDATION_FAILED, without the text.
 */
export function keysFromValues(values: readonly string[]): Keys {
  return new Map(
    values.map((value, i) => {
      const text = value.trim();
      const key = Buffer.from(text, /^[0-9a-f]{64}$/i.test(text) ? 'hex' : 'base64');
      if (key.length !== keyBytes)
        throw new RatchetError(
          'VALIDATION_FAILED',
          `Key ${i + 1} is not of ${keyBytes} bytes in base64 or hexadecimal. Make one with: openssl rand -base64 ${keyBytes}`,
        );
      return [createHash('sha256').update(key).digest('hex').slice(0, 8), key] as const;
    }),
  );
}

/**
 * The keys of a text: one a line, as `keysFromValues` takes them, or in the form of keys.json. Throws VALIDATION_FAILED,
 * without the text.
 */
export const keysFromText = (text: string): Keys =>
  text.trimStart().startsWith('{') ? parse(text) : keysFromValues(text.split(/\s+/).filter(Boolean));

/**
 * The keys of a file that only its owner may read; made with one random key where there is none. Throws VALIDATION_FAILED
 * for a file of another form.
 */
export function keysFromFile(path: string): Keys {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const draft = `${path}.${randomUUID()}`;
  if (statSync(path, { throwIfNoEntry: false }) === undefined)
    try {
      write(draft, [newKey()]);
      // Of two processes that come at once, one makes the file, whole, and both read it.
      linkSync(draft, path);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    } finally {
      rmSync(draft, { force: true });
    }
  if (statSync(path).mode & 0o077) chmodSync(path, 0o600);
  return parse(readFileSync(path, 'utf8'));
}

/**
 * Puts a new key before those of the file: it seals from the next start on, and the others go on opening what they
 * sealed. Throws STATE_CONFLICT while another process does the same.
 */
export function addKey(path: string): Keys {
  const keys = keysFromFile(path);
  const draft = `${path}.next`;
  try {
    write(draft, [newKey(), ...keys]);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'EEXIST') throw cause;
    const message =
      'The keys are being changed by another process. If none does, remove keys.json.next from the data folder.';
    throw new RatchetError('STATE_CONFLICT', message, undefined, { cause });
  }
  renameSync(draft, path);
  return keysFromFile(path);
}

const newKey = (): [string, Uint8Array] => [randomBytes(4).toString('hex'), randomBytes(32)];

/** A new file, on the disk when this returns: a lost key is every secret lost. */
function write(path: string, keys: Iterable<readonly [string, Uint8Array]>): void {
  const content = { keys: Array.from(keys, ([id, key]) => ({ id, key: Buffer.from(key).toString('base64') })) };
  const file = openSync(path, 'wx', 0o600);
  try {
    writeSync(file, `${JSON.stringify(content, null, 2)}\n`);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

/** `{"keys":[{"id":"…","key":"<base64, 32 bytes>"}]}`; the first one seals. */
function parse(text: string): Keys {
  try {
    const { keys }: { keys: { id: string; key: string }[] } = JSON.parse(text);
    return new Map(keys.map(({ id, key }) => [String(id), Buffer.from(key, 'base64')]));
  } catch {
    // The parser's own message would quote the file.
    throw new RatchetError(
      'VALIDATION_FAILED',
      'keys.json is not of the form {"keys":[{"id":"…","key":"<base64, 32 bytes>"}]}. Restore it from a backup.',
    );
  }
}
