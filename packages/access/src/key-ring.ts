import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';
import { RatchetError } from '@ratchet/contract/errors';

export type Cipher = 'aes-256-gcm' | 'chacha20-poly1305';
/** By the number that stands first in what they seal. */
const ciphers: readonly Cipher[] = ['aes-256-gcm', 'chacha20-poly1305'];
const keyBytes = 32;
const nonceBytes = 12;
const tagBytes = 16;

/** Keys of 32 bytes by id. The first one seals, every one opens. */
export type Keys = ReadonlyMap<string, Uint8Array>;

export interface Sealed {
  readonly keyId: string;
  readonly sealed: Uint8Array;
}

export interface KeyRing {
  /** Id of the key that seals. */
  readonly sealingKey: string;
  /** `context` is bound to the secret: it opens under the same context only. */
  seal(secret: Uint8Array, context: string): Sealed;
  /** Throws UNAVAILABLE when the key is not of this ring, or what was sealed was changed. */
  open(keyId: string, sealed: Uint8Array, context: string): Uint8Array;
}

/**
 * A ring over some keys. `cipher` seals; what any cipher sealed opens. Layout of what is sealed: number of the cipher (1
 * byte), nonce (12 bytes), tag (16 bytes), ciphertext. Throws VALIDATION_FAILED for a key that is not of 32 bytes.
 */
export function keyRing(keys: Keys, cipher: Cipher = 'aes-256-gcm'): KeyRing {
  const [first] = keys;
  if (!first) throw new RatchetError('VALIDATION_FAILED', 'The key ring is empty: give it at least one key of 32 bytes.');
  for (const [id, key] of keys)
    if (key.length !== keyBytes)
      throw new RatchetError('VALIDATION_FAILED', `Key ${JSON.stringify(id)} has ${key.length} bytes; it needs ${keyBytes}.`);
  const [sealingKey, key] = first;
  return {
    sealingKey,
    seal(secret, context) {
      const nonce = randomBytes(nonceBytes);
      const coder = createCipheriv(typed(cipher), key, nonce, { authTagLength: tagBytes });
      coder.setAAD(Buffer.from(context, 'utf8'));
      const text = Buffer.concat([coder.update(secret), coder.final()]);
      const sealed = Buffer.concat([Buffer.from([ciphers.indexOf(cipher)]), nonce, coder.getAuthTag(), text]);
      return { keyId: sealingKey, sealed };
    },
    open(keyId, sealed, context) {
      const known = keys.get(keyId);
      if (!known)
        throw new RatchetError(
          'UNAVAILABLE',
          `A secret was sealed with key ${JSON.stringify(keyId)}, which this server does not have. Add that key to its ring.`,
        );
      try {
        return unseal(known, sealed, context);
      } catch (cause) {
        const message = 'A stored secret does not open: it was changed, or its key is another one.';
        throw new RatchetError('UNAVAILABLE', message, undefined, { cause });
      }
    },
  };
}

function unseal(key: Uint8Array, sealed: Uint8Array, context: string): Uint8Array {
  const cipher = ciphers[sealed[0] ?? -1];
  if (!cipher) throw new Error('The cipher is not known.');
  const [nonce, tag, text] = [
    sealed.subarray(1, 1 + nonceBytes),
    sealed.subarray(1 + nonceBytes, 1 + nonceBytes + tagBytes),
    sealed.subarray(1 + nonceBytes + tagBytes),
  ];
  const decoder = createDecipheriv(typed(cipher), key, nonce, { authTagLength: tagBytes });
  decoder.setAAD(Buffer.from(context, 'utf8'));
  decoder.setAuthTag(tag);
  return Buffer.concat([decoder.update(text), decoder.final()]);
}

/** Node's types know the two ciphers apart, though they are used alike. */
const typed = (cipher: Cipher) => cipher as 'aes-256-gcm';

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
