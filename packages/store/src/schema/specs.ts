import { sql } from 'drizzle-orm';
import {
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
import { instant, ratchet, type StoredTree } from './columns.ts';
import { repositories } from './repositories.ts';

export interface StoredSpecTask {
  number: string | null;
  text: string;
  done: boolean;
  line: number;
  group: string | null;
  depth: number;
}

export interface StoredSpecSection {
  title: string;
  level: number;
  line: number;
  content: string;
}

export interface StoredSpecDelta {
  capability: string;
  operation: 'added' | 'modified' | 'removed' | 'renamed';
  requirement: string;
  from: string | null;
  scenarios: number;
  line: number;
}

export interface StoredSpecProblem {
  path: string;
  code: string;
  message: string;
  line?: number;
  severity: 'error' | 'warning' | 'info';
}

/**
 * One row is one change of a project, which is a repository of kind `openspec_change`. The tree is the truth; every typed
 * column is a projection of it.
 */
export const specs = ratchet.table(
  'specs',
  {
    id: uuid('id').primaryKey(),
    repositoryId: uuid('repository_id')
      .notNull()
      .references(() => repositories.id, { onDelete: 'cascade' }),
    repositoryPath: text('repository_path').notNull(),
    folder: text('folder').notNull(),
    archived: boolean('archived').notNull(),
    /** YYYY-MM-DD. */
    archivedOn: text('archived_on'),
    title: text('title').notNull(),
    status: text('status').$type<'no_tasks' | 'in_progress' | 'complete' | 'archived'>().notNull(),
    why: text('why'),
    whatChanges: text('what_changes'),
    impact: text('impact'),
    capabilities: text('capabilities'),
    proposalContent: text('proposal_content'),
    tasksContent: text('tasks_content'),
    designContent: text('design_content'),
    designSections: jsonb('design_sections').$type<StoredSpecSection[]>().notNull(),
    tasks: jsonb('tasks').$type<StoredSpecTask[]>().notNull(),
    deltas: jsonb('deltas').$type<StoredSpecDelta[]>().notNull(),
    problems: jsonb('problems').$type<StoredSpecProblem[]>().notNull(),
    tree: jsonb('tree').$type<StoredTree>().notNull(),
    checksum: text('checksum').notNull(),
    revision: integer('revision').notNull(),
    /** `error`: something kept it from being written to its files; `syncError` says what. */
    syncStatus: text('sync_status').$type<'synced' | 'modified' | 'conflict' | 'error'>().notNull(),
    syncError: text('sync_error'),
    /** The last edit that was made here. */
    localModifiedAt: instant('local_modified_at'),
    /** When its files were last seen to have changed. */
    filesystemModifiedAt: instant('filesystem_modified_at'),
    lastSyncedAt: instant('last_synced_at'),
    createdAt: instant('created_at').notNull().defaultNow(),
    updatedAt: instant('updated_at').notNull().defaultNow(),
    deletedAt: instant('deleted_at'),
  },
  (t) => [
    uniqueIndex('specs_place').on(t.repositoryId, t.repositoryPath).where(sql`${t.deletedAt} is null`),
    index('specs_folder').on(t.folder, t.id).where(sql`${t.deletedAt} is null`),
    index('specs_status').on(t.repositoryId, t.syncStatus).where(sql`${t.deletedAt} is null`),
  ],
);

/** Every revision a change ever had. Never rewritten. */
export const specVersions = ratchet.table(
  'spec_versions',
  {
    specId: uuid('spec_id')
      .notNull()
      .references(() => specs.id, { onDelete: 'cascade' }),
    revision: integer('revision').notNull(),
    repositoryPath: text('repository_path').notNull(),
    tree: jsonb('tree').$type<StoredTree>().notNull(),
    checksum: text('checksum').notNull(),
    changeDescription: text('change_description'),
    changedBy: text('changed_by').notNull(),
    changeSource: text('change_source').$type<'api' | 'sync' | 'rollback'>().notNull(),
    /** It is the revision of a deletion. */
    deleted: boolean('deleted').notNull().default(false),
    createdAt: instant('created_at').notNull().defaultNow(),
  },
  (t) => [primaryKey({ columns: [t.specId, t.revision] })],
);

/** Each time something of a change was carried from one side to the other, or could not be. */
export const specSyncs = ratchet.table(
  'spec_syncs',
  {
    id: uuid('id').primaryKey(),
    repositoryId: uuid('repository_id')
      .notNull()
      .references(() => repositories.id, { onDelete: 'cascade' }),
    specId: uuid('spec_id')
      .notNull()
      .references(() => specs.id, { onDelete: 'cascade' }),
    /** Where the change was then. */
    repositoryPath: text('repository_path').notNull(),
    direction: text('direction').$type<'fs_to_db' | 'db_to_fs'>().notNull(),
    trigger: text('trigger').$type<'file_watcher' | 'periodic' | 'user_edit' | 'manual'>().notNull(),
    status: text('status').$type<'success' | 'error' | 'conflict'>().notNull(),
    /** Paths within the change. */
    filesChanged: jsonb('files_changed').$type<string[]>().notNull(),
    error: text('error'),
    startedBy: text('started_by').notNull(),
    startedAt: instant('started_at').notNull().defaultNow(),
    durationMs: doublePrecision('duration_ms').notNull(),
  },
  (t) => [index('spec_syncs_spec').on(t.specId, t.startedAt), index('spec_syncs_started').on(t.startedAt)],
);
