import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { closeSync, mkdirSync, openSync, readFileSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { RatchetError } from '@ratchet/contract/errors';

export type Cipher = 'aes-256-gcm' | 'chacha20-poly1305';
const ciphers: readonly Cipher[] = ['aes-256-gcm', 'chacha20-poly1305'];
const nonceBytes = 12;
const tagBytes = 16;

/** Keys by id; the first one seals, every one opens. */
export interface KeyRing {
  readonly sealingKey: string;
  /** `context` is bound to the secret: it opens under the same context only. */
  seal(secret: Uint8Array, context: string): { keyId: string; sealed: Uint8Array };
  open(keyId: string, sealed: Uint8Array, context: string): Uint8Array;
}

/** A ring of 32-byte keys. Layout of what it seals: cipher number, nonce (12 bytes), tag (16 bytes), ciphertext. */
export function keyRing(keys: ReadonlyMap<string, Uint8Array>, cipher: Cipher = 'aes-256-gcm'): KeyRing {
  const [first] = keys;
  if (!first) throw new RatchetError('VALIDATION_FAILED', 'The key ring is empty: give it at least one 32-byte key.');
  for (const [id, key] of keys)
    if (key.length !== 32) throw new RatchetError('VALIDATION_FAILED', `Key ${id} has ${key.length} bytes; it needs 32.`);
  const [sealingKey, key] = first;
  return {
    sealingKey,
    seal(secret, context) {
      const nonce = randomBytes(nonceBytes);
      const coder = createCipheriv(cipher as 'aes-256-gcm', key, nonce, { authTagLength: tagBytes });
      coder.setAAD(Buffer.from(context, 'utf8'));
      const text = Buffer.concat([coder.update(secret), coder.final()]);
      return { keyId: sealingKey, sealed: Buffer.concat([Buffer.from([ciphers.indexOf(cipher)]), nonce, coder.getAuthTag(), text]) };
    },
    open(keyId, sealed, context) {
      const known = keys.get(keyId);
      if (!known)
        throw new RatchetError('UNAVAILABLE', `A secret was sealed with key ${keyId}, which this server does not have. Add that key to its ring.`);
      const bytes = Buffer.from(sealed);
      const name = ciphers[bytes[0] ?? -1];
      try {
        const nonce = bytes.subarray(1, 1 + nonceBytes);
        const decoder = createDecipheriv(name as 'aes-256-gcm', known, nonce, { authTagLength: tagBytes });
        decoder.setAAD(Buffer.from(context, 'utf8'));
        decoder.setAuthTag(bytes.subarray(1 + nonceBytes, 1 + nonceBytes + tagBytes));
        return Buffer.concat([decoder.update(bytes.subarray(1 + nonceBytes + tagBytes)), decoder.final()]);
      } catch (error) {
        throw new RatchetError('UNAVAILABLE', 'A stored secret does not open: it was changed, or its key is another one.', undefined, { cause: error });
      }
    },
  };
}

/** The keys of a file that only its owner may read; made with one random key where there is none. */
export function keysFromFile(path: string): Map<string, Uint8Array> {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  try {
    const file = openSync(path, 'wx', 0o600);
    writeSync(file, JSON.stringify({ keys: [{ id: randomBytes(4).toString('hex'), key: randomBytes(32).toString('base64') }] }));
    closeSync(file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  return parseKeys(readFileSync(path, 'utf8'));
}

/** `{"keys":[{"id":"…","key":"<base64, 32 bytes>"}]}`; the first one seals. */
export function parseKeys(text: string): Map<string, Uint8Array> {
  try {
    const { keys } = JSON.parse(text) as { keys: { id: string; key: string }[] };
    return new Map(keys.map(({ id, key }) => [String(id), Buffer.from(key, 'base64')]));
  } catch (error) {
    throw new RatchetError('VALIDATION_FAILED', 'The key file is not of the form {"keys":[{"id":"…","key":"<base64>"}]}.', undefined, { cause: error });
  }
}
