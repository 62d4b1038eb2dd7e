import type { FirstAdmin } from '@ratchet/access/first-admin';
import { RatchetError } from '@ratchet/contract/errors';
import * as z from 'zod';

/** Who may come in, and from where. */
export interface AuthSettings {
  readonly signIn: {
    readonly mode: 'password' | 'none';
    readonly registration: boolean;
    readonly sessionDays: number;
    readonly accessTokenMinutes: number;
    readonly signIn: { readonly attempts: number; readonly windowMinutes: number };
    readonly redisUrl: string | null;
  };
  readonly admin: FirstAdmin;
  readonly http: {
    readonly publicUrl: string | null;
    readonly trustProxy: boolean | string[];
    readonly corsOrigins: readonly string[];
    readonly corsCredentials: boolean;
    readonly allowedHosts: readonly string[];
    readonly allowedAddresses: readonly string[];
    readonly metricsPublic: boolean;
  };
}

const listed = z.string().transform((text) =>
  text
    .split(',')
    .map((part) => part.trim())
    .filter(Boolean),
);
const whole = (usual: number, least: number, most: number) =>
  z.coerce.number().int().min(least).max(most).default(usual);

const Environment = z.object({
  RATCHET_AUTH_REGISTRATION: z.stringbool().default(false),
  RATCHET_AUTH_SESSION_DAYS: whole(30, 1, 365),
  RATCHET_AUTH_ACCESS_TOKEN_MINUTES: whole(15, 1, 60),
  RATCHET_ADMIN_USERNAME: z.string().min(1).default('admin'),
  RATCHET_ADMIN_EMAIL: z.string().min(1).default('admin@localhost'),
  RATCHET_ADMIN_PASSWORD: z.string().min(1).nullable().default(null),
  RATCHET_SECURITY_SIGN_IN_ATTEMPTS: whole(10, 1, 10_000),
  RATCHET_SECURITY_SIGN_IN_WINDOW_MINUTES: whole(15, 1, 1440),
  RATCHET_SECURITY_RATE_LIMITS_REDIS_URL: z.string().min(1).nullable().default(null),
  RATCHET_SERVER_PUBLIC_URL: z
    .url({ protocol: /^https?$/ })
    .nullable()
    .default(null),
  RATCHET_SERVER_TRUST_PROXY: z
    .string()
    .default('false')
    .transform((text) => (text === 'true' || text === 'false' ? text === 'true' : listed.parse(text))),
  RATCHET_SERVER_CORS_ORIGINS: listed.default([]),
  RATCHET_SERVER_CORS_CREDENTIALS: z.stringbool().default(false),
  RATCHET_SERVER_ALLOWED_HOSTS: listed.default([]),
  RATCHET_SERVER_ALLOWED_ADDRESSES: listed.default([]),
  RATCHET_OBSERVABILITY_METRICS_PUBLIC: z.stringbool().default(false),
});

export const authSettingNames = [
  'RATCHET_AUTH',
  ...(Object.keys(Environment.shape) as (keyof z.input<typeof Environment>)[]),
];

/** Throws VALIDATION_FAILED with every setting that is wrong. */
export function authSettingsFrom(
  mode: AuthSettings['signIn']['mode'],
  environment: Readonly<Record<string, string | undefined>>,
): AuthSettings {
  const result = Environment.safeParse(environment);
  if (!result.success) {
    const issues = result.error.issues.map(({ path, message }) => ({ path: path.join('.'), message }));
    throw new RatchetError('VALIDATION_FAILED', issues.map((i) => `${i.path}: ${i.message}`).join('; '), issues);
  }
  const given = result.data;
  return {
    signIn: {
      mode,
      registration: given.RATCHET_AUTH_REGISTRATION,
      sessionDays: given.RATCHET_AUTH_SESSION_DAYS,
      accessTokenMinutes: given.RATCHET_AUTH_ACCESS_TOKEN_MINUTES,
      signIn: {
        attempts: given.RATCHET_SECURITY_SIGN_IN_ATTEMPTS,
        windowMinutes: given.RATCHET_SECURITY_SIGN_IN_WINDOW_MINUTES,
      },
      redisUrl: given.RATCHET_SECURITY_RATE_LIMITS_REDIS_URL,
    },
    admin: {
      username: given.RATCHET_ADMIN_USERNAME,
      email: given.RATCHET_ADMIN_EMAIL,
      password: given.RATCHET_ADMIN_PASSWORD,
    },
    http: {
      publicUrl: given.RATCHET_SERVER_PUBLIC_URL,
      trustProxy: given.RATCHET_SERVER_TRUST_PROXY,
      corsOrigins: given.RATCHET_SERVER_CORS_ORIGINS,
      corsCredentials: given.RATCHET_SERVER_CORS_CREDENTIALS,
      allowedHosts: given.RATCHET_SERVER_ALLOWED_HOSTS,
      allowedAddresses: given.RATCHET_SERVER_ALLOWED_ADDRESSES,
      metricsPublic: given.RATCHET_OBSERVABILITY_METRICS_PUBLIC,
    },
  };
}
