import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { KeyRing } from './key-ring.ts';

const prefix = 'rs_';
const idBytes = 16;
const randomPart = 32;
const macBytes = 16;
const length = idBytes + randomPart + macBytes;

export interface SessionToken {
  readonly sessionId: string;
  /** SHA-256, in hexadecimal: the only form in which it is stored. */
  readonly hash: string;
}

/** SHA-256 in hexadecimal of what is random and long, so that nothing slower is needed. */
export const hashOfToken = (token: string): string => createHash('sha256').update(token).digest('hex');

export type SessionTokens = ReturnType<typeof sessionTokens>;

/**
 * Refresh tokens, which are also what the session cookie holds: `rs_` and base64url of the session's id, 32 random bytes
 * and a MAC by a key derived from the ring. By the MAC, any token that was ever given out is known for one, however often
 * its session rotated since; what was not is refused without a look into the database.
 */
export function sessionTokens(ring: Pick<KeyRing, 'derive'>) {
  const keys = ring.derive('ratchet session tokens');
  const mac = (key: Uint8Array, content: Uint8Array) =>
    createHmac('sha256', key).update(content).digest().subarray(0, macBytes);
  return {
    make(sessionId: string): SessionToken & { readonly token: string } {
      const content = Buffer.concat([Buffer.from(sessionId.replaceAll('-', ''), 'hex'), randomBytes(randomPart)]);
      const token = prefix + Buffer.concat([content, mac(keys[0] as Uint8Array, content)]).toString('base64url');
      return { sessionId, token, hash: hashOfToken(token) };
    },
    /** Null: this server, or one with a key of the same ring, never gave it out. */
    read(token: string): SessionToken | null {
      if (!token.startsWith(prefix) || token.length > 200) return null;
      const bytes = Buffer.from(token.slice(prefix.length), 'base64url');
      if (bytes.length !== length || prefix + bytes.toString('base64url') !== token) return null;
      const content = bytes.subarray(0, idBytes + randomPart);
      const given = bytes.subarray(idBytes + randomPart);
      if (!keys.some((key) => timingSafeEqual(mac(key, content), given))) return null;
      const hex = content.subarray(0, idBytes).toString('hex');
      const sessionId = hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
      return { sessionId, hash: hashOfToken(token) };
    },
  };
}
