import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';

export type Cipher = 'aes-256-gcm' | 'chacha20-poly1305';
/** By the number that stands first in what they seal. */
const ciphers: readonly Cipher[] = ['aes-256-gcm', 'chacha20-poly1305'];
export const cipherNumber = (cipher: Cipher): number => ciphers.indexOf(cipher);
const nonceBytes = 12;
const tagBytes = 16;

/**
 * Seals a secret with a key of 32 bytes; `context` is bound to it. Layout: number of the cipher (1 byte), nonce (12
 * bytes), tag (16 bytes), ciphertext.
 */
export function seal(key: Uint8Array, cipher: Cipher, secret: Uint8Array, context: string): Uint8Array {
  const nonce = randomBytes(nonceBytes);
  const coder = createCipheriv(typed(cipher), key, nonce, { authTagLength: tagBytes });
  coder.setAAD(Buffer.from(context, 'utf8'));
  const text = Buffer.concat([coder.update(secret), coder.final()]);
  return Buffer.concat([Buffer.from([cipherNumber(cipher)]), nonce, coder.getAuthTag(), text]);
}

/** Throws where the key or the context is another one, or a byte was changed. */
export function unseal(key: Uint8Array, sealed: Uint8Array, context: string): Uint8Array {
  const cipher = ciphers[sealed[0] ?? -1];
  if (!cipher) throw new Error('The cipher is not known.');
  const nonce = sealed.subarray(1, 1 + nonceBytes);
  const tag = sealed.subarray(1 + nonceBytes, 1 + nonceBytes + tagBytes);
  const decoder = createDecipheriv(typed(cipher), key, nonce, { authTagLength: tagBytes });
  decoder.setAAD(Buffer.from(context, 'utf8'));
  decoder.setAuthTag(tag);
  return Buffer.concat([decoder.update(sealed.subarray(1 + nonceBytes + tagBytes)), decoder.final()]);
}

/** Node's types know the two ciphers apart, though they are used alike. */
const typed = (cipher: Cipher) => cipher as 'aes-256-gcm';
