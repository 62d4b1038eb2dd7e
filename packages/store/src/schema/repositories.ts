import { sql } from 'drizzle-orm';
import {
  bigint,
  boolean,
  doublePrecision,
  index,
  integer,
  jsonb,
  primaryKey,
  text,
  uniqueIndex,
  uuid,
} from 'drizzle-orm/pg-core';
import { bytea, instant, ratchet, type StoredProblem, type StoredTree } from './columns.ts';

/** Secrets, sealed. `keyId` names the key of the ring that sealed it. */
export const credentials = ratchet.table(
  'credentials',
  {
    id: uuid('id').primaryKey(),
    name: text('name').notNull(),
    type: text('type').notNull(),
    keyId: text('key_id').notNull(),
    sealed: bytea('sealed').notNull(),
    /** Made from a repository's authConfig: goes when that repository goes. */
    ownedByRepository: uuid('owned_by_repository'),
    revision: integer('revision').notNull().default(1),
    createdAt: instant('created_at').notNull().defaultNow(),
    rotatedAt: instant('rotated_at'),
  },
  (t) => [uniqueIndex('credentials_name').on(t.name)],
);

export type DocumentKind = 'task' | 'openspec_change';

export interface StoredPushPolicy {
  branchStrategy: 'direct' | 'feature_branch';
  conflictStrategy: 'fail' | 'merge' | 'create_pr';
  batchChanges: boolean;
  maxBatchSize: number;
  autoPush: boolean;
  commitTemplate: string | null;
  prTemplate: string | null;
  requireApproval?: boolean;
}

export const repositories = ratchet.table(
  'repositories',
  {
    id: uuid('id').primaryKey(),
    name: text('name').notNull(),
    repositoryType: text('repository_type').$type<'filesystem' | 'git' | 'http' | 'zip'>().notNull(),
    /** Of what it is: one with changes of OpenSpec is a project, and shown as such alone. */
    documentKind: text('document_kind').$type<DocumentKind>().notNull().default('task'),
    uri: text('uri').notNull(),
    branch: text('branch'),
    subPath: text('sub_path'),
    credentialId: uuid('credential_id').references(() => credentials.id),
    syncEnabled: boolean('sync_enabled').notNull().default(true),
    syncIntervalMinutes: doublePrecision('sync_interval_minutes').notNull().default(5),
    priority: integer('priority').notNull().default(0),
    isDefault: boolean('is_default').notNull().default(false),
    isWritable: boolean('is_writable').notNull().default(true),
    watchPatterns: jsonb('watch_patterns').$type<string[]>().notNull(),
    ignorePatterns: jsonb('ignore_patterns').$type<string[]>().notNull(),
    pushOnChange: boolean('push_on_change').notNull().default(false),
    pushPolicy: jsonb('push_policy').$type<StoredPushPolicy>().notNull(),
    conflictPolicy: text('conflict_policy').$type<'manual' | 'take_local' | 'take_remote' | 'merge'>().notNull(),
    metadata: jsonb('metadata').$type<Record<string, unknown>>().notNull(),
    syncStatus: text('sync_status').$type<'pending' | 'success' | 'error'>().notNull().default('pending'),
    syncError: text('sync_error'),
    lastSyncAt: instant('last_sync_at'),
    /** Head of the remote that the last run took over wholly. Null: look again. */
    seenHead: text('seen_head'),
    /** Digest of uri, branch, sub-path and patterns of that run: where it differs, absence means detached, not deleted. */
    seenScope: text('seen_scope'),
    /** What kept documents of that head from loading. */
    seenProblems: jsonb('seen_problems').$type<StoredProblem[]>().notNull().default([]),
    consecutiveFailures: integer('consecutive_failures').notNull().default(0),
    nextSyncAt: instant('next_sync_at'),
    /** Since when it cannot be reached: until it can, nothing is pushed to it. */
    unreachableSince: instant('unreachable_since'),
    /** Sealed, with the key of the ring that sealed it. */
    webhookSecret: bytea('webhook_secret'),
    webhookSecretKey: text('webhook_secret_key'),
    /** A configuration file declares it. */
    declared: boolean('declared').notNull().default(false),
    revision: integer('revision').notNull().default(1),
    createdAt: instant('created_at').notNull().defaultNow(),
    updatedAt: instant('updated_at').notNull().defaultNow(),
  },
  (t) => [
    uniqueIndex('repositories_name').on(t.name),
    uniqueIndex('repositories_default').on(t.isDefault).where(sql`${t.isDefault}`),
  ],
);

export interface StoredRunProblem {
  path: string;
  code: string;
  message: string;
  line?: number;
}

export const syncRuns = ratchet.table(
  'sync_runs',
  {
    id: uuid('id').primaryKey(),
    repositoryId: uuid('repository_id')
      .notNull()
      .references(() => repositories.id, { onDelete: 'cascade' }),
    trigger: text('trigger').$type<'file_watcher' | 'periodic' | 'webhook' | 'user_edit' | 'manual'>().notNull(),
    direction: text('direction').$type<'pull' | 'push'>().notNull(),
    status: text('status').$type<'running' | 'success' | 'error' | 'conflict' | 'guarded'>().notNull(),
    tasksAdded: integer('tasks_added').notNull().default(0),
    tasksUpdated: integer('tasks_updated').notNull().default(0),
    tasksDeleted: integer('tasks_deleted').notNull().default(0),
    tasksMerged: integer('tasks_merged').notNull().default(0),
    conflicts: integer('conflicts').notNull().default(0),
    problems: jsonb('problems').$type<StoredRunProblem[]>().notNull(),
    head: text('head'),
    error: text('error'),
    startedBy: text('started_by').notNull(),
    nodeId: uuid('node_id'),
    startedAt: instant('started_at').notNull().defaultNow(),
    finishedAt: instant('finished_at'),
    durationMs: doublePrecision('duration_ms'),
  },
  (t) => [index('sync_runs_repository').on(t.repositoryId, t.startedAt)],
);

/** One document that someone asked to push. */
export interface RequestedDocument {
  path: string;
  taskId: string | null;
  name: string;
  change: 'added' | 'modified' | 'deleted';
  /** The revision that is to go out; a later one is not approved with it. */
  revision: number;
}

/** A push that waits for someone's approval, or what became of it. */
export const pushRequests = ratchet.table(
  'push_requests',
  {
    id: uuid('id').primaryKey(),
    repositoryId: uuid('repository_id')
      .notNull()
      .references(() => repositories.id, { onDelete: 'cascade' }),
    status: text('status').$type<'awaiting' | 'approved' | 'rejected'>().notNull(),
    documents: jsonb('documents').$type<RequestedDocument[]>().notNull(),
    message: text('message'),
    reason: text('reason'),
    requestedBy: text('requested_by').notNull(),
    decidedBy: text('decided_by'),
    createdAt: instant('created_at').notNull().defaultNow(),
    decidedAt: instant('decided_at'),
  },
  (t) => [index('push_requests_repository').on(t.repositoryId, t.status, t.createdAt)],
);

/** One document that a pull request carries. */
export interface ProposedDocument {
  path: string;
  taskId: string | null;
  name: string;
  change: 'added' | 'modified' | 'deleted';
  revision: number | null;
  /** What the branch holds; null: the document is deleted there. */
  tree: StoredTree | null;
}

/** A branch of ours and its pull request. `opening`: the branch is to be sent, or was, and no pull request is known yet. */
export const pullRequests = ratchet.table(
  'pull_requests',
  {
    id: uuid('id').primaryKey(),
    repositoryId: uuid('repository_id')
      .notNull()
      .references(() => repositories.id, { onDelete: 'cascade' }),
    status: text('status').$type<'opening' | 'open' | 'merged' | 'closed'>().notNull(),
    branch: text('branch').notNull(),
    baseBranch: text('base_branch').notNull(),
    number: integer('number'),
    url: text('url'),
    title: text('title').notNull(),
    /** Commits that our branch may stand at: the last one sent, and the one before it. */
    commit: text('commit'),
    previousCommit: text('previous_commit'),
    documents: jsonb('documents').$type<ProposedDocument[]>().notNull(),
    error: text('error'),
    createdBy: text('created_by').notNull(),
    createdAt: instant('created_at').notNull().defaultNow(),
    updatedAt: instant('updated_at').notNull().defaultNow(),
    closedAt: instant('closed_at'),
  },
  (t) => [
    uniqueIndex('pull_requests_open').on(t.repositoryId).where(sql`${t.status} in ('opening', 'open')`),
    index('pull_requests_status').on(t.status, t.createdAt),
  ],
);

/** Webhook deliveries that were taken, so that one that is sent again is known. */
export const webhookDeliveries = ratchet.table(
  'webhook_deliveries',
  {
    repositoryId: uuid('repository_id')
      .notNull()
      .references(() => repositories.id, { onDelete: 'cascade' }),
    delivery: text('delivery').notNull(),
    receivedAt: instant('received_at').notNull().defaultNow(),
  },
  (t) => [primaryKey({ columns: [t.repositoryId, t.delivery] })],
);

/** One document of a push: what the base becomes when the push is known to have arrived. */
export interface IntendedDocument {
  path: string;
  /** The revision captured; later edits stay ahead of the base. null: a deletion. */
  revision: number | null;
  /** null: the push deletes the document. */
  tree: StoredTree | null;
  /** The files get it before the database does: what arrived is taken over from them, should the rest never come. */
  ahead?: boolean;
}

/** Written before a push leaves, so that a crash in the middle can be told from a push that never left. */
export const pushIntents = ratchet.table(
  'push_intents',
  {
    id: uuid('id').primaryKey(),
    repositoryId: uuid('repository_id')
      .notNull()
      .references(() => repositories.id, { onDelete: 'cascade' }),
    status: text('status').$type<'prepared' | 'confirmed' | 'abandoned'>().notNull(),
    baseHead: text('base_head'),
    /** The commit (git) or journal entry that the push carries. */
    token: text('token').notNull(),
    documents: jsonb('documents').$type<IntendedDocument[]>().notNull(),
    fence: bigint('fence', { mode: 'number' }).notNull(),
    createdAt: instant('created_at').notNull().defaultNow(),
    finishedAt: instant('finished_at'),
  },
  (t) => [index('push_intents_open').on(t.repositoryId).where(sql`${t.status} = 'prepared'`)],
);

export const conflicts = ratchet.table(
  'conflicts',
  {
    id: uuid('id').primaryKey(),
    repositoryId: uuid('repository_id')
      .notNull()
      .references(() => repositories.id, { onDelete: 'cascade' }),
    path: text('path').notNull(),
    documentKind: text('document_kind').notNull().default('task'),
    documentId: uuid('document_id'),
    conflictType: text('conflict_type')
      .$type<'both_modified' | 'local_deleted' | 'remote_deleted' | 'no_base' | 'name_clash'>()
      .notNull(),
    baseTree: jsonb('base_tree').$type<StoredTree | null>(),
    localTree: jsonb('local_tree').$type<StoredTree | null>(),
    remoteTree: jsonb('remote_tree').$type<StoredTree | null>(),
    localRevision: integer('local_revision'),
    remoteToken: text('remote_token'),
    remoteCommit: text('remote_commit'),
    status: text('status').$type<'open' | 'resolved' | 'superseded'>().notNull(),
    resolution: text('resolution'),
    revision: integer('revision').notNull().default(1),
    createdAt: instant('created_at').notNull().defaultNow(),
    resolvedAt: instant('resolved_at'),
    resolvedBy: text('resolved_by'),
  },
  (t) => [
    uniqueIndex('conflicts_open').on(t.repositoryId, t.path).where(sql`${t.status} = 'open'`),
    index('conflicts_status').on(t.status, t.createdAt),
  ],
);

/** Leases are rows, never advisory locks: embedded mode has one session. Expiry is by the database's clock. */
export const leases = ratchet.table('leases', {
  name: text('name').primaryKey(),
  holder: text('holder').notNull(),
  /** Grows with every new holder; what a holder writes checks it. */
  fence: bigint('fence', { mode: 'number' }).notNull(),
  expiresAt: instant('expires_at').notNull(),
});
