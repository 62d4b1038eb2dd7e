import { sql } from 'drizzle-orm';
import { bigint, boolean, index, integer, jsonb, primaryKey, text, uniqueIndex, uuid } from 'drizzle-orm/pg-core';
import { bytea, instant, ratchet, type StoredProblem, type StoredTree } from './columns.ts';
import { repositories } from './repositories.ts';

/** Content by its own SHA-256. Never changed; what nothing refers to is collected after its retention. */
export const blobs = ratchet.table('blobs', {
  digest: text('digest').primaryKey(),
  size: integer('size').notNull(),
  bytes: bytea('bytes').notNull(),
  createdAt: instant('created_at').notNull().defaultNow(),
  /** When it was first seen that no tree names it. Whoever stores the content again takes the mark away. */
  unreferencedSince: instant('unreferenced_since'),
});

/** One row is one document. The tree is the truth; every typed column is a projection of it. */
export const tasks = ratchet.table(
  'tasks',
  {
    id: uuid('id').primaryKey(),
    uuid: text('uuid').notNull(),
    name: text('name').notNull(),
    label: text('label'),
    description: text('description'),
    version: text('version').notNull(),
    tags: text('tags').array().notNull().default(sql`'{}'`),
    metadata: jsonb('metadata').$type<Record<string, unknown>>().notNull(),
    inputSchema: jsonb('input_schema').$type<Record<string, unknown> | boolean>(),
    outputSchema: jsonb('output_schema').$type<Record<string, unknown> | boolean>(),
    sourceCode: text('source_code').notNull(),
    sourceType: text('source_type').$type<'javascript' | 'typescript'>().notNull(),
    storageType: text('storage_type').$type<'folder' | 'pair' | 'manifest' | 'script'>().notNull(),
    /** Path within the tree of the file that holds the code. */
    entry: text('entry').notNull(),
    problems: jsonb('problems').$type<StoredProblem[]>().notNull(),
    tree: jsonb('tree').$type<StoredTree>().notNull(),
    checksum: text('checksum').notNull(),
    revision: integer('revision').notNull(),
    repositoryId: uuid('repository_id').references(() => repositories.id),
    repositoryPath: text('repository_path'),
    /** The commit (or other token) the content last came from or went to. */
    repositoryCommit: text('repository_commit'),
    syncStatus: text('sync_status').$type<'synced' | 'modified' | 'conflict' | 'pending_push'>().notNull(),
    pushStatus: text('push_status')
      .$type<'not_required' | 'pending' | 'in_progress' | 'completed' | 'failed' | 'conflict'>()
      .notNull(),
    pushMessage: text('push_message'),
    needsPush: boolean('needs_push').notNull().default(false),
    localModifiedAt: instant('local_modified_at'),
    lastSyncedAt: instant('last_synced_at'),
    sourceModifiedAt: instant('source_modified_at'),
    isEditable: boolean('is_editable').notNull().default(true),
    enabled: boolean('enabled').notNull().default(true),
    createdFrom: text('created_from').$type<'pull' | 'api' | 'import'>().notNull(),
    createdAt: instant('created_at').notNull().defaultNow(),
    updatedAt: instant('updated_at').notNull().defaultNow(),
    deletedAt: instant('deleted_at'),
  },
  (t) => [
    uniqueIndex('tasks_place').on(t.repositoryId, t.repositoryPath).where(sql`${t.deletedAt} is null`),
    // With the version, so that no planner that knows nothing of the rows yet joins it with an index of all of them.
    index('tasks_uuid').on(t.uuid, t.version),
    index('tasks_name').on(t.name, t.id).where(sql`${t.deletedAt} is null`),
    index('tasks_updated').on(t.updatedAt, t.id).where(sql`${t.deletedAt} is null`),
    /**
     * What lists are filtered and ordered by, apart from the wide rows: a sixth of them to read, and of an order that begins
     * with the status one group.
     */
    index('tasks_listed')
      .on(
        t.syncStatus,
        t.revision,
        t.id,
        t.updatedAt,
        t.createdAt,
        t.enabled,
        t.pushStatus,
        t.needsPush,
        t.sourceType,
        t.storageType,
        t.repositoryId,
      )
      .where(sql`${t.deletedAt} is null`),
    /** Small beside the rows: lists are counted by it. */
    index('tasks_living').on(t.syncStatus, t.enabled).where(sql`${t.deletedAt} is null`),
    /** Deleted tasks by their places. Living ones have `tasks_place` alone: there is no worse index to mistake for it. */
    index('tasks_deleted').on(t.repositoryId, t.repositoryPath).where(sql`${t.deletedAt} is not null`),
    index('tasks_waiting').on(t.repositoryId).where(sql`${t.needsPush} and ${t.deletedAt} is null`),
    index('tasks_tags').using('gin', t.tags),
  ],
);

/** Every revision a task ever had. Never rewritten. */
export const taskVersions = ratchet.table(
  'task_versions',
  {
    taskId: uuid('task_id').notNull(),
    revision: integer('revision').notNull(),
    version: text('version').notNull(),
    entry: text('entry').notNull(),
    tree: jsonb('tree').$type<StoredTree>().notNull(),
    checksum: text('checksum').notNull(),
    changeDescription: text('change_description'),
    changedBy: text('changed_by').notNull(),
    changeSource: text('change_source').$type<'api' | 'sync' | 'file' | 'import' | 'rollback'>().notNull(),
    repositoryCommit: text('repository_commit'),
    /** The sync run that wrote it, so that the run can be undone. */
    runId: uuid('run_id'),
    /** It is the revision of a deletion. */
    deleted: boolean('deleted').notNull().default(false),
    createdAt: instant('created_at').notNull().defaultNow(),
  },
  (t) => [
    primaryKey({ columns: [t.taskId, t.revision] }),
    index('task_versions_run').on(t.runId).where(sql`${t.runId} is not null`),
  ],
);

/** What both sides last agreed on, per document. Written only in the transaction that makes it true. */
export const syncBases = ratchet.table(
  'sync_bases',
  {
    repositoryId: uuid('repository_id')
      .notNull()
      .references(() => repositories.id, { onDelete: 'cascade' }),
    path: text('path').notNull(),
    documentKind: text('document_kind').notNull().default('task'),
    documentId: uuid('document_id'),
    tree: jsonb('tree').$type<StoredTree>().notNull(),
    checksum: text('checksum').notNull(),
    /** Digest over the endpoint's own file tokens: equal means the remote document is certainly unchanged. */
    remoteToken: text('remote_token').notNull(),
    remoteCommit: text('remote_commit'),
    /** Fencing token of the lease under which it was written. */
    fence: bigint('fence', { mode: 'number' }).notNull().default(0),
    updatedAt: instant('updated_at').notNull().defaultNow(),
  },
  (t) => [primaryKey({ columns: [t.repositoryId, t.path] })],
);
