import * as z from 'zod';
import { Id, JsonObject, Time } from '../json.ts';
import { Name } from '../name.ts';
import { pageOf } from '../paging.ts';
import { credentialSecret } from './credential.ts';

export const RepositoryType = z
  .enum(['filesystem', 'git', 'http', 'zip'])
  .meta({ id: 'RepositoryType', description: 'Where its files are' });
export type RepositoryType = z.output<typeof RepositoryType>;

export const BranchStrategy = z.enum(['direct', 'feature_branch']).meta({
  id: 'BranchStrategy',
  description: 'Push to the branch itself, or to a branch of our own with a pull request',
});
export const ConflictStrategy = z
  .enum(['fail', 'merge', 'create_pr'])
  .meta({ id: 'ConflictStrategy', description: 'What a push does when the branch does not take it' });
export const ConflictPolicy = z
  .enum(['manual', 'take_local', 'take_remote', 'merge'])
  .meta({ id: 'ConflictPolicy', description: 'Who decides a conflict; the loser is always in history' });
export type ConflictPolicy = z.output<typeof ConflictPolicy>;

export const PushPolicy = z
  .object({
    branchStrategy: z.preprocess((v) => (v === 'main' ? 'direct' : v), BranchStrategy).default('direct'),
    conflictStrategy: ConflictStrategy.default('merge'),
    batchChanges: z.boolean().default(true).describe('Many tasks in one commit'),
    maxBatchSize: z.int().min(1).max(10_000).default(50).describe('Tasks in one commit, at most'),
    autoPush: z.boolean().default(false).describe('An edit is pushed by itself'),
    commitTemplate: z.string().max(4000).nullable().default(null).describe('The commit message'),
    prTemplate: z.string().max(20_000).nullable().default(null).describe('The text of a pull request'),
    requireApproval: z.boolean().default(false).describe('A push waits until someone approves it'),
  })
  .meta({ id: 'PushPolicy', description: 'How changes go back to a repository' });
export type PushPolicy = z.output<typeof PushPolicy>;

export const RepositorySyncStatus = z
  .enum(['pending', 'success', 'error'])
  .meta({ id: 'RepositorySyncStatus', description: 'How the last sync ended' });

/** Write-only: it becomes a credential and no answer ever carries it. */
export const AuthConfig = z
  .object({
    type: z.enum(['none', 'token', 'bearer', 'basic', 'api_key', 'header', 'ssh_key', 'github_app']),
    ...credentialSecret,
    tokenEnv: credentialSecret.tokenEnv.describe('The environment variable of the server that holds the token'),
  })
  .meta({ id: 'AuthConfig', description: 'How to sign in to a repository; kept encrypted, never answered' });
export type AuthConfig = z.output<typeof AuthConfig>;

export const Repository = z
  .object({
    id: Id,
    name: z.string(),
    repositoryType: RepositoryType,
    uri: z.string(),
    branch: z.string().nullable(),
    subPath: z.string().nullable().describe('The folder within it that is its root here'),
    credentialId: Id.nullable(),
    syncEnabled: z.boolean(),
    syncIntervalMinutes: z.number(),
    priority: z.int().describe('Where two repositories hold the same version of a task, the higher one wins'),
    isDefault: z.boolean(),
    isWritable: z.boolean(),
    watchPatterns: z.array(z.string()),
    ignorePatterns: z.array(z.string()),
    pushOnChange: z.boolean(),
    pushPolicy: PushPolicy,
    conflictPolicy: ConflictPolicy,
    metadata: JsonObject,
    syncStatus: RepositorySyncStatus,
    syncError: z.string().nullable(),
    lastSyncAt: Time.nullable(),
    unreachableSince: Time.nullable().describe('While it cannot be reached, nothing is pushed to it'),
    hasWebhookSecret: z.boolean().describe('Whether webhooks are taken'),
    declared: z.boolean().describe('A configuration file declares it'),
    taskCount: z.int(),
    revision: z.int(),
    createdAt: Time,
    updatedAt: Time,
  })
  .meta({ id: 'Repository', description: 'A source of tasks that is kept in step' });
export type Repository = z.output<typeof Repository>;
export const RepositoryPage = pageOf(Repository, 'RepositoryPage');

/** The members a client may set. */
export const repositorySettings = {
  name: Name,
  repositoryType: z.preprocess((v) => (v === 'registry' ? 'http' : v), RepositoryType),
  uri: z.string().trim().min(1).max(4000).describe('URL, or path of a folder on the server'),
  branch: z
    .string()
    .trim()
    .min(1)
    .max(250)
    .nullable()
    .default(null)
    .describe('For git; without one, the remote’s default'),
  subPath: z.string().max(1000).nullable().default(null),
  credentialId: Id.nullable().default(null),
  authConfig: AuthConfig.optional(),
  syncEnabled: z.boolean().default(true),
  syncIntervalMinutes: z.number().min(0).max(525_600).default(5).describe('0: never by itself'),
  priority: z.int().min(-1000).max(1000).default(0),
  isWritable: z.boolean().default(true),
  watchPatterns: z.array(z.string().min(1).max(500)).max(100).default([]),
  ignorePatterns: z.array(z.string().min(1).max(500)).max(100).default([]),
  pushOnChange: z.boolean().default(false),
  pushPolicy: PushPolicy.prefault({}),
  conflictPolicy: ConflictPolicy.default('manual'),
  metadata: JsonObject.default({}).describe('Anything; forge: {type, apiUrl} names the forge of an unknown host'),
  webhookSecret: z
    .string()
    .min(8)
    .max(500)
    .nullable()
    .optional()
    .describe('What webhooks are signed with; write-only. Null takes none'),
};

export const ConnectionTest = z
  .object({
    success: z.boolean(),
    message: z.string(),
    details: z.object({
      reachable: z.boolean(),
      authenticated: z.boolean(),
      readable: z.boolean(),
      writable: z.boolean(),
      branch: z.string().nullable(),
      head: z.string().nullable(),
      taskCount: z.int().nullable(),
      latencyMs: z.number(),
    }),
  })
  .meta({ id: 'ConnectionTest', description: 'What can be done with a repository now' });

export const RepositoryHealth = z
  .object({
    repositoryId: Id,
    status: z.enum(['healthy', 'degraded', 'failing', 'paused', 'unknown']),
    successRate: z.number().nullable().describe('Of the last 100 runs, 0 to 1'),
    consecutiveFailures: z.int(),
    lastSuccessAt: Time.nullable(),
    lastFailureAt: Time.nullable(),
    lastError: z.string().nullable(),
    lagSeconds: z.number().nullable().describe('Since it was last seen in step'),
    openConflicts: z.int(),
    pendingPushes: z.int(),
    averageDurationMs: z.number().nullable(),
  })
  .meta({ id: 'RepositoryHealth', description: 'How well a repository keeps in step' });

export const RunTrigger = z
  .enum(['file_watcher', 'periodic', 'webhook', 'user_edit', 'manual'])
  .meta({ id: 'RunTrigger', description: 'What started a run' });
export const SyncRun = z
  .object({
    id: Id,
    repositoryId: Id,
    trigger: RunTrigger,
    direction: z.enum(['pull', 'push']),
    status: z.enum(['running', 'success', 'error', 'conflict', 'guarded']),
    tasksAdded: z.int(),
    tasksUpdated: z.int(),
    tasksDeleted: z.int(),
    tasksMerged: z.int(),
    conflicts: z.int(),
    problems: z.array(z.object({ path: z.string(), code: z.string(), message: z.string(), line: z.int().optional() })),
    head: z.string().nullable(),
    error: z.string().nullable(),
    startedBy: z.string(),
    startedAt: Time,
    finishedAt: Time.nullable(),
    durationMs: z.number().nullable(),
  })
  .meta({ id: 'SyncRun', description: 'One run of a repository’s sync or push' });
export const SyncRunPage = pageOf(SyncRun, 'SyncRunPage');

export const RepositoryAnalytics = z
  .object({
    repositoryId: Id,
    days: z.int(),
    totals: z.object({
      pulls: z.int(),
      pushes: z.int(),
      failures: z.int(),
      tasksChanged: z.int(),
      conflicts: z.int(),
    }),
    daily: z.array(
      z.object({
        day: z.string().describe('YYYY-MM-DD, UTC'),
        pulls: z.int(),
        pushes: z.int(),
        failures: z.int(),
        tasksChanged: z.int(),
        conflicts: z.int(),
        averageDurationMs: z.number().nullable(),
      }),
    ),
    triggers: z.record(z.string(), z.int()).describe('Runs by what started them'),
    mostChanged: z.array(z.object({ taskId: Id, name: z.string(), changes: z.int() })),
    commonProblems: z.array(z.object({ code: z.string(), count: z.int(), example: z.string() })),
  })
  .meta({ id: 'RepositoryAnalytics', description: 'What happened with a repository over some days' });

export const UndoResult = z
  .object({
    runId: Id,
    undone: z.array(z.object({ taskId: Id, name: z.string(), revision: z.int(), change: z.string() })),
    skipped: z.array(z.object({ taskId: Id, name: z.string(), reason: z.string() })),
  })
  .meta({ id: 'UndoResult', description: 'What of a sync run was taken back here; the repository is not written' });
