import { errors, type JWTVerifyGetKey, jwtVerify } from 'jose';
import { BoundedCache } from './bounded-cache.ts';
import type { SigningKeys } from './signing-keys.ts';

export interface AccessClaims {
  readonly userId: string;
  readonly sessionId: string;
  /** Milliseconds since 1970. */
  readonly expiresAt: number;
}

const mostTokens = 10_000;
const longest = 2000;

/**
 * Reads access tokens: signed by us with Ed25519, not expired. Whether their session still lives is for the caller to look.
 * A token that was good once is good until it expires, without another look at its signature.
 */
export function accessTokens(keys: Pick<SigningKeys, 'publicKey'>, issuer: string) {
  const good = new BoundedCache<AccessClaims>(mostTokens, 3_600_000);
  const keyOf: JWTVerifyGetKey = async ({ kid }) => {
    const key = typeof kid === 'string' ? await keys.publicKey(kid) : null;
    if (!key) throw new errors.JWKSNoMatchingKey();
    return key;
  };
  return {
    /** Null: it is no token of ours, or not any more. */
    async read(token: string): Promise<AccessClaims | null> {
      if (token.length > longest) return null;
      const known = good.get(token);
      if (known) return known.expiresAt > Date.now() ? known : null;
      try {
        const { payload } = await jwtVerify(token, keyOf, { algorithms: ['EdDSA'], issuer, audience: issuer });
        const { sub, sid, exp } = payload;
        if (typeof sub !== 'string' || typeof sid !== 'string' || typeof exp !== 'number') return null;
        const claims = { userId: sub, sessionId: sid, expiresAt: exp * 1000 };
        good.set(token, claims);
        return claims;
      } catch (error) {
        if (error instanceof errors.JOSEError) return null;
        throw error;
      }
    },
  };
}
