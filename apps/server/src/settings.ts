import { homedir } from 'node:os';
import { join } from 'node:path';
import { RatchetError } from '@ratchet/contract/errors';
import * as z from 'zod';

/** What a server is started with; the command line and the environment, in this order, with defaults. */
export interface Settings {
  readonly host: string;
  readonly port: number;
  readonly dataDir: string;
  readonly databaseUrl: string | null;
  readonly role: 'all' | 'api' | 'worker';
  readonly examples: boolean;
  readonly logLevel: 'debug' | 'info' | 'warn' | 'error' | 'silent';
  /** Runner processes; each runs one task at a time. */
  readonly runners: number;
  /** Hosts, addresses and ranges that tasks may reach beyond public addresses. */
  readonly allowPrivate: readonly string[];
}

export interface StartOptions {
  host?: string | undefined;
  port?: number | undefined;
  dataDir?: string | undefined;
  databaseUrl?: string | undefined;
  role?: string | undefined;
  auth?: string | undefined;
  examples?: boolean | undefined;
  logLevel?: string | undefined;
  environment: Readonly<Record<string, string | undefined>>;
}

const Schema = z.object({
  host: z.string().min(1).default('127.0.0.1'),
  port: z.coerce.number().int().min(0).max(65_535).default(8080),
  dataDir: z.string().min(1),
  databaseUrl: z
    .string()
    .regex(/^postgres(ql)?:\/\//, 'must begin with postgresql://')
    .nullable()
    .default(null),
  role: z.enum(['all', 'api', 'worker']).default('all'),
  auth: z.enum(['none']).default('none'),
  logLevel: z.enum(['debug', 'info', 'warn', 'error', 'silent']).default('info'),
  runners: z.coerce.number().int().min(1).max(64).default(2),
  allowPrivate: z.array(z.string()).default([]),
});

const loopback = /^(127\.\d+\.\d+\.\d+|::1|localhost)$/;

/** Throws VALIDATION_FAILED with every setting that is wrong. */
export function settingsFrom(options: StartOptions): Settings {
  const { environment } = options;
  const result = Schema.safeParse({
    host: options.host ?? environment.RATCHET_SERVER_HOST,
    port: options.port ?? environment.RATCHET_SERVER_PORT,
    dataDir: options.dataDir ?? environment.RATCHET_DATA_DIR ?? join(homedir(), '.ratchet'),
    databaseUrl: options.databaseUrl ?? environment.DATABASE_URL,
    role: options.role ?? environment.RATCHET_ROLE,
    auth: options.auth ?? environment.RATCHET_AUTH,
    logLevel: options.logLevel ?? environment.RATCHET_LOG_LEVEL,
    runners: environment.RATCHET_EXECUTION_RUNNERS,
    allowPrivate: environment.RATCHET_EXECUTION_ALLOW_PRIVATE?.split(',')
      .map((part) => part.trim())
      .filter(Boolean),
  });
  if (!result.success) {
    const issues = result.error.issues.map((issue) => ({ path: issue.path.join('.'), message: issue.message }));
    throw new RatchetError('VALIDATION_FAILED', issues.map((i) => `${i.path}: ${i.message}`).join('; '), issues);
  }
  const { auth: _, ...settings } = result.data;
  if (!loopback.test(settings.host))
    throw new RatchetError(
      'VALIDATION_FAILED',
      `This server does not sign anyone in yet, so it only listens on loopback; ${settings.host} is not. Use 127.0.0.1 and put a proxy that signs people in before it.`,
    );
  return { ...settings, examples: options.examples ?? false };
}
