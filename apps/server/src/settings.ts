import { homedir } from 'node:os';
import { join } from 'node:path';
import { RatchetError } from '@ratchet/contract/errors';
import type { Retention } from '@ratchet/execution/retention';
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
  /** Hosts, addresses and ranges that webhooks may reach beyond public addresses. */
  readonly outputAllowPrivate: readonly string[];
  /** Folders below which files of outputs must lie; null: anywhere but in the data folder. */
  readonly allowedRoots: readonly string[] | null;
  /** Whether registries over HTTP may stand at private, loopback and link-local addresses. */
  readonly registryPrivateNetworks: boolean;
  /** The file that declares repositories; where none is named, the first of the usual places that has one. */
  readonly repositoriesFile: string | null;
  /** Whether folders and archives are watched; without, only their intervals tell of changes. */
  readonly watch: boolean;
  /** Keys that seal secrets, the first one first; without any, the data folder keeps one. */
  readonly secretKeys: readonly string[];
  /** Days that what has come to its end is kept; 0: for ever. */
  readonly retention: Retention;
  readonly mcp: {
    /** Whether what the protocol's conformance suite asks for is served too. */
    readonly fixtures: boolean;
    /** Tool calls at the same time over the whole server. */
    readonly maxConcurrency: number;
    /** Origins of pages of other servers that may use it. */
    readonly allowedOrigins: readonly string[];
  };
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

const days = (usual: number) => z.coerce.number().int().min(0).max(36_500).default(usual);

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
  outputAllowPrivate: z.array(z.string()).default([]),
  allowedRoots: z.array(z.string()).nullable().default(null),
  registryPrivateNetworks: z.stringbool().default(true),
  repositoriesFile: z.string().min(1).nullable().default(null),
  watch: z.stringbool().default(true),
  secretKeys: z.array(z.string()).default([]),
  retention: z.object({
    executions: days(30),
    logs: days(14),
    recordings: days(7),
    deliveries: days(30),
    blobs: days(7),
  }),
  mcp: z.object({
    fixtures: z.stringbool().default(false),
    maxConcurrency: z.coerce.number().int().min(1).max(10_000).default(16),
    allowedOrigins: z.array(z.string()).default([]),
  }),
});

/** The environment variables that configure the server: no credential may name them. */
export const settingNames = [
  'RATCHET_SERVER_HOST',
  'RATCHET_SERVER_PORT',
  'RATCHET_DATA_DIR',
  'RATCHET_ROLE',
  'RATCHET_AUTH',
  'RATCHET_LOG_LEVEL',
  'RATCHET_EXECUTION_RUNNERS',
  'RATCHET_EXECUTION_ALLOW_PRIVATE',
  'RATCHET_OUTPUT_ALLOW_PRIVATE',
  'RATCHET_SECURITY_ALLOWED_ROOTS',
  'RATCHET_REGISTRY_ALLOW_PRIVATE_NETWORKS',
  'RATCHET_SECRET_KEYS',
  'RATCHET_REPOSITORIES_FILE',
  'RATCHET_RETENTION_EXECUTIONS_DAYS',
  'RATCHET_RETENTION_LOGS_DAYS',
  'RATCHET_RETENTION_RECORDINGS_DAYS',
  'RATCHET_RETENTION_DELIVERIES_DAYS',
  'RATCHET_RETENTION_BLOBS_DAYS',
  'RATCHET_MCP_FIXTURES',
  'RATCHET_MCP_MAX_CONCURRENCY',
  'RATCHET_MCP_ALLOWED_ORIGINS',
] as const;

const loopback = /^(127\.\d+\.\d+\.\d+|::1|localhost)$/;

const listed = (text: string | undefined): string[] | undefined =>
  text
    ?.split(',')
    .map((part) => part.trim())
    .filter(Boolean);

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
    allowPrivate: listed(environment.RATCHET_EXECUTION_ALLOW_PRIVATE),
    outputAllowPrivate: listed(environment.RATCHET_OUTPUT_ALLOW_PRIVATE),
    allowedRoots: listed(environment.RATCHET_SECURITY_ALLOWED_ROOTS),
    registryPrivateNetworks: environment.RATCHET_REGISTRY_ALLOW_PRIVATE_NETWORKS,
    repositoriesFile: environment.RATCHET_REPOSITORIES_FILE,
    watch: environment.FILE_WATCHER_ENABLED,
    secretKeys: listed(environment.RATCHET_SECRET_KEYS),
    retention: {
      executions: environment.RATCHET_RETENTION_EXECUTIONS_DAYS,
      logs: environment.RATCHET_RETENTION_LOGS_DAYS,
      recordings: environment.RATCHET_RETENTION_RECORDINGS_DAYS,
      deliveries: environment.RATCHET_RETENTION_DELIVERIES_DAYS,
      blobs: environment.RATCHET_RETENTION_BLOBS_DAYS,
    },
    mcp: {
      fixtures: environment.RATCHET_MCP_FIXTURES,
      maxConcurrency: environment.RATCHET_MCP_MAX_CONCURRENCY,
      allowedOrigins: listed(environment.RATCHET_MCP_ALLOWED_ORIGINS),
    },
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
