import { drizzleAdapter } from '@better-auth/drizzle-adapter';
import type { Database } from '@ratchet/store/database';
import { newId } from '@ratchet/store/id';
import { accounts, jwks, sessions, users, verifications } from '@ratchet/store/schema/access';
import { betterAuth } from 'better-auth/minimal';
import { jwt } from 'better-auth/plugins/jwt';
import { username } from 'better-auth/plugins/username';
import type { KeyRing } from './key-ring.ts';
import type { Passwords } from './passwords.ts';
import { hashOfToken } from './session-token.ts';
import type { SigningKeys } from './signing-keys.ts';

export interface BetterAuthOptions {
  readonly database: Pick<Database, 'db'>;
  readonly ring: KeyRing;
  readonly passwords: Passwords;
  readonly keys: SigningKeys;
  /** Who access tokens are from and for. */
  readonly issuer: string;
  readonly sessionDays: number;
  readonly accessTokenMinutes: number;
  readonly warn: (message: string) => void;
}

/** Takes the address along, which better-auth reads from headers. */
const addressHeader = 'x-ratchet-address';
/** No name of a user: letters, digits, dots, dashes and underlines. */
const nobody = '?';

export type BetterAuth = ReturnType<typeof startBetterAuth>;

/**
 * better-auth as far as it carries: it checks passwords, begins sessions and signs access tokens. Its own routes are not
 * served. Sessions get a token that nobody ever sees, already hashed; ours takes its place at once.
 */
export function startBetterAuth(options: BetterAuthOptions) {
  const { database, ring, passwords, keys, issuer } = options;
  const [secret = new Uint8Array()] = ring.derive('ratchet better-auth');
  const auth = betterAuth({
    secret: Buffer.from(secret).toString('base64url'),
    baseURL: 'http://localhost',
    database: drizzleAdapter(database.db, {
      provider: 'pg',
      schema: { user: users, session: sessions, account: accounts, verification: verifications, jwks },
    }),
    advanced: {
      // Signing keys do not go through the adapter, so their table lacks columns that the check would miss.
      database: { generateId: () => newId(), validateSchema: false },
      ipAddress: { ipAddressHeaders: [addressHeader] },
      disableCSRFCheck: true,
    },
    telemetry: { enabled: false },
    rateLimit: { enabled: false },
    logger: {
      level: 'error',
      // What it says may quote values; that something went wrong is enough, the caller hears of it too.
      log: (_level, message) => options.warn(`better-auth: ${message}`),
    },
    session: { expiresIn: options.sessionDays * 86_400, cookieCache: { enabled: false } },
    databaseHooks: {
      session: { create: { before: async (session) => ({ data: { ...session, token: hashOfToken(session.token) } }) } },
    },
    emailAndPassword: {
      enabled: true,
      disableSignUp: true,
      maxPasswordLength: 1000,
      password: {
        hash: passwords.hash,
        verify: ({ hash, password }) => passwords.verify(hash, password),
      },
    },
    plugins: [
      username({
        displayUsername: false,
        minUsernameLength: 1,
        maxUsernameLength: 64,
        usernameValidator: () => true,
      }),
      jwt({
        disableSettingJwtHeader: true,
        jwks: { disablePrivateKeyEncryption: true, keyPairConfig: { alg: 'EdDSA', crv: 'Ed25519' } },
        jwt: { issuer, audience: issuer, expirationTime: `${options.accessTokenMinutes}m` },
        // Sealed by the key ring.
        adapter: {
          getJwks: async () => (await keys.all()).map((key) => ({ ...key, alg: 'EdDSA' as const })),
          createJwk: async (pair) => ({ ...(await keys.add(pair)), alg: 'EdDSA' as const }),
        },
      }),
    ],
  });
  return {
    /**
     * Begins a session of whoever this is: answers the stored token of it. Null: the password is wrong, or there is no
     * such user (`name` null), which takes as long.
     */
    async signIn(
      name: string | null,
      password: string,
      from: { readonly address: string | undefined; readonly userAgent: string | undefined },
    ): Promise<string | null> {
      const headers = new Headers();
      if (from.address) headers.set(addressHeader, from.address);
      if (from.userAgent) headers.set('user-agent', printable(from.userAgent));
      try {
        const { token } = await auth.api.signInUsername({ body: { username: name ?? nobody, password }, headers });
        return token;
      } catch (error) {
        if (statusOf(error) === 401) return null;
        throw error;
      }
    },
    async signToken(payload: { readonly sub: string; readonly sid: string }): Promise<string> {
      const iat = Math.floor(Date.now() / 1000);
      const { token } = await auth.api.signJWT({ body: { payload: { ...payload, iat } } });
      return token;
    },
  };
}

const printable = (text: string): string => text.replace(/[^\x20-\x7e]/g, '?').slice(0, 500);

const statusOf = (error: unknown): number => (error as { statusCode?: number } | null)?.statusCode ?? 500;
