import { sql } from 'drizzle-orm';
import { bigint, boolean, index, integer, text, uniqueIndex, uuid } from 'drizzle-orm/pg-core';
import { instant, ratchet } from './columns.ts';
import { repositories } from './repositories.ts';

/*
 * Users, sessions, accounts, verifications and jwks have the columns that better-auth's adapter expects of them, besides
 * ours. What signs somebody in stands here only as a hash, or sealed with a key that is not in the database.
 */

export const users = ratchet.table(
  'users',
  {
    id: uuid('id').primaryKey(),
    name: text('name').notNull(),
    email: text('email').notNull(),
    emailVerified: boolean('email_verified').notNull().default(false),
    image: text('image'),
    username: text('username').notNull(),
    role: text('role').$type<'admin' | 'user' | 'readonly' | 'service'>().notNull().default('readonly'),
    access: text('access').$type<'all' | 'granted'>().notNull().default('all'),
    enabled: boolean('enabled').notNull().default(true),
    mustChangePassword: boolean('must_change_password').notNull().default(false),
    lastLoginAt: instant('last_login_at'),
    revision: integer('revision').notNull().default(1),
    createdAt: instant('created_at').notNull().defaultNow(),
    updatedAt: instant('updated_at').notNull().defaultNow(),
  },
  (t) => [
    uniqueIndex('users_username').on(sql`lower(${t.username})`),
    uniqueIndex('users_email').on(sql`lower(${t.email})`),
  ],
);

export const sessions = ratchet.table(
  'sessions',
  {
    id: uuid('id').primaryKey(),
    userId: uuid('user_id')
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    /** SHA-256 of the token that is good now. */
    token: text('token').notNull(),
    /** Of the one before: who comes with it again has copied it, and the session ends. */
    previousToken: text('previous_token'),
    rotatedAt: instant('rotated_at'),
    expiresAt: instant('expires_at').notNull(),
    ipAddress: text('ip_address'),
    userAgent: text('user_agent'),
    createdAt: instant('created_at').notNull().defaultNow(),
    updatedAt: instant('updated_at').notNull().defaultNow(),
  },
  (t) => [
    uniqueIndex('sessions_token').on(t.token),
    index('sessions_previous_token').on(t.previousToken),
    index('sessions_user').on(t.userId),
    index('sessions_expires').on(t.expiresAt),
  ],
);

/** How a user signs in: `credential` is a password, hashed with Argon2id. */
export const accounts = ratchet.table(
  'accounts',
  {
    id: uuid('id').primaryKey(),
    accountId: text('account_id').notNull(),
    providerId: text('provider_id').notNull(),
    userId: uuid('user_id')
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    accessToken: text('access_token'),
    refreshToken: text('refresh_token'),
    idToken: text('id_token'),
    accessTokenExpiresAt: instant('access_token_expires_at'),
    refreshTokenExpiresAt: instant('refresh_token_expires_at'),
    scope: text('scope'),
    password: text('password'),
    createdAt: instant('created_at').notNull().defaultNow(),
    updatedAt: instant('updated_at').notNull().defaultNow(),
  },
  (t) => [uniqueIndex('accounts_provider').on(t.providerId, t.accountId), index('accounts_user').on(t.userId)],
);

export const verifications = ratchet.table(
  'verifications',
  {
    id: uuid('id').primaryKey(),
    identifier: text('identifier').notNull(),
    value: text('value').notNull(),
    expiresAt: instant('expires_at').notNull(),
    createdAt: instant('created_at').notNull().defaultNow(),
    updatedAt: instant('updated_at').notNull().defaultNow(),
  },
  (t) => [index('verifications_identifier').on(t.identifier)],
);

/** Keys that sign access tokens; the private half is sealed. */
export const jwks = ratchet.table('jwks', {
  id: uuid('id').primaryKey(),
  publicKey: text('public_key').notNull(),
  privateKey: text('private_key').notNull(),
  createdAt: instant('created_at').notNull().defaultNow(),
  expiresAt: instant('expires_at'),
});

export const apiKeys = ratchet.table(
  'api_keys',
  {
    id: uuid('id').primaryKey(),
    userId: uuid('user_id')
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    name: text('name').notNull(),
    prefix: text('prefix').notNull(),
    /** SHA-256 of the key: it is random and long, so that nothing slower is needed. */
    hash: text('hash').notNull(),
    role: text('role').$type<'admin' | 'user' | 'readonly' | 'service'>(),
    scopes: text('scopes').array(),
    repositoryIds: uuid('repository_ids').array(),
    taskPatterns: text('task_patterns').array(),
    tools: text('tools').array(),
    maxConcurrency: integer('max_concurrency'),
    enabled: boolean('enabled').notNull().default(true),
    expiresAt: instant('expires_at'),
    lastUsedAt: instant('last_used_at'),
    revision: integer('revision').notNull().default(1),
    createdAt: instant('created_at').notNull().defaultNow(),
    updatedAt: instant('updated_at').notNull().defaultNow(),
  },
  (t) => [uniqueIndex('api_keys_hash').on(t.hash), index('api_keys_user').on(t.userId, t.createdAt)],
);

export const grants = ratchet.table(
  'grants',
  {
    id: uuid('id').primaryKey(),
    userId: uuid('user_id')
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    repositoryId: uuid('repository_id').references(() => repositories.id, { onDelete: 'cascade' }),
    taskPattern: text('task_pattern').notNull().default('*'),
    permissions: text('permissions').array().notNull(),
    createdBy: text('created_by').notNull(),
    revision: integer('revision').notNull().default(1),
    createdAt: instant('created_at').notNull().defaultNow(),
    updatedAt: instant('updated_at').notNull().defaultNow(),
  },
  (t) => [index('grants_user').on(t.userId), index('grants_repository').on(t.repositoryId)],
);

/** Append-only: every row carries the hash of the one before. */
export const auditEvents = ratchet.table(
  'audit_events',
  {
    id: uuid('id').primaryKey(),
    sequence: bigint('sequence', { mode: 'number' }).notNull(),
    at: instant('at').notNull(),
    actorKind: text('actor_kind').$type<'user' | 'api_key' | 'system' | 'anonymous'>().notNull(),
    actorId: text('actor_id').notNull(),
    actorName: text('actor_name').notNull(),
    surface: text('surface').notNull(),
    operation: text('operation').notNull(),
    outcome: text('outcome').$type<'done' | 'refused' | 'failed'>().notNull(),
    errorCode: text('error_code'),
    targetKind: text('target_kind'),
    targetId: text('target_id'),
    beforeDigest: text('before_digest'),
    afterDigest: text('after_digest'),
    requestId: text('request_id').notNull(),
    address: text('address'),
    /** Equal refusals that this row stands for. */
    repeats: integer('repeats').notNull().default(1),
    previousHash: text('previous_hash').notNull(),
    hash: text('hash').notNull(),
  },
  (t) => [
    uniqueIndex('audit_events_sequence').on(t.sequence),
    index('audit_events_at').on(t.at),
    index('audit_events_actor').on(t.actorId, t.sequence),
    index('audit_events_target').on(t.targetId, t.sequence),
    index('audit_events_operation').on(t.operation, t.sequence),
  ],
);

/** Where the chain stands: one row, locked by whoever appends. `since` is where what retention left begins. */
export const auditChain = ratchet.table('audit_chain', {
  id: integer('id').primaryKey(),
  lastSequence: bigint('last_sequence', { mode: 'number' }).notNull(),
  lastHash: text('last_hash').notNull(),
  firstSequence: bigint('first_sequence', { mode: 'number' }).notNull().default(1),
  /** The hash of the event before the first one that is kept. */
  baseHash: text('base_hash').notNull().default(''),
});

/** A bootstrap happens once: the first administrator is made by whoever inserts this row. */
export const firstStart = ratchet.table('first_start', {
  id: integer('id').primaryKey(),
  adminId: uuid('admin_id'),
  at: instant('at').notNull().defaultNow(),
});
