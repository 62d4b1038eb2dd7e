import * as z from 'zod';
import {
  ConnectionTest,
  Repository,
  RepositoryHealth,
  RepositoryPage,
  repositorySettings,
  SyncRunPage,
} from '../entities/repository.ts';
import { PushResult, SyncPlan, SyncResult } from '../entities/sync.ts';
import { Id } from '../json.ts';
import { operation } from '../operation.ts';
import { type ListFields, listInput } from '../paging.ts';

const byId = { id: Id };
const expectedRevision = z.int().min(1).optional().describe('Refuse unless this is the current revision');

/** Every setting optional and without its default: only what is given changes. */
const settingsPatch = Object.fromEntries(
  Object.entries(repositorySettings)
    .filter(([key]) => key !== 'repositoryType')
    .map(([key, schema]) => [key, withoutDefault(schema).optional()]),
) as {
  [K in Exclude<keyof typeof repositorySettings, 'repositoryType'>]: z.ZodOptional<(typeof repositorySettings)[K]>;
};

function withoutDefault(schema: z.ZodType): z.ZodType {
  return schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault ? (schema.unwrap() as z.ZodType) : schema;
}

export const repositoryList: ListFields = {
  filters: {
    id: 'id',
    name: 'string',
    repositoryType: ['filesystem', 'git', 'http', 'zip'],
    uri: 'string',
    branch: 'string',
    syncEnabled: 'boolean',
    isDefault: 'boolean',
    isWritable: 'boolean',
    syncStatus: ['pending', 'success', 'error'],
    createdAt: 'datetime',
    updatedAt: 'datetime',
  },
  sorts: ['id', 'name', 'priority', 'createdAt', 'updatedAt', 'lastSyncAt', 'syncStatus'],
  defaultSort: [{ field: 'name', order: 'asc' }],
};

export const runList: ListFields = {
  filters: {
    status: ['running', 'success', 'error', 'conflict', 'guarded'],
    trigger: ['file_watcher', 'periodic', 'webhook', 'user_edit', 'manual'],
    direction: ['pull', 'push'],
    startedAt: 'datetime',
  },
  sorts: ['startedAt', 'durationMs'],
  defaultSort: [{ field: 'startedAt', order: 'desc' }],
};

const force = {
  planId: z.string().max(200).optional().describe('The plan that `force` lets through'),
  force: z.boolean().default(false).describe('Let a plan through that a guard stopped; needs its planId'),
};

export const repositories = {
  list: operation({
    name: 'repositories.list',
    description: 'Repositories, a page at a time',
    effect: 'read',
    permission: 'read',
    input: listInput(repositoryList),
    output: RepositoryPage,
    errors: ['VALIDATION_FAILED'],
    rest: ['GET', '/repositories'],
    graphql: 'repositoriesPage',
    mcp: 'ratchet_list_repositories',
    cli: 'repo list',
    list: repositoryList,
  }),
  create: operation({
    name: 'repositories.create',
    description: 'Register a repository',
    effect: 'write',
    permission: 'create_repository',
    input: z.object({ ...repositorySettings, isDefault: z.boolean().default(false) }),
    output: Repository,
    errors: ['VALIDATION_FAILED', 'ALREADY_EXISTS', 'NOT_FOUND'],
    rest: ['POST', '/repositories'],
    graphql: 'createRepository',
    mcp: 'ratchet_create_repository',
    cli: 'repo add',
    creates: true,
  }),
  syncAll: operation({
    name: 'repositories.syncAll',
    description: 'Sync every enabled repository',
    effect: 'write',
    permission: 'sync',
    input: z.object({}),
    output: z
      .object({
        results: z.array(SyncResult),
        failures: z.array(z.object({ repositoryId: Id, code: z.string(), message: z.string() })),
      })
      .meta({ id: 'SyncAllResult', description: 'What each sync did' }),
    errors: [],
    rest: ['POST', '/repositories/sync'],
    graphql: 'syncAllRepositories',
    mcp: 'ratchet_sync_registry',
    cli: 'sync',
  }),
  get: operation({
    name: 'repositories.get',
    description: 'One repository',
    effect: 'read',
    permission: 'read',
    input: z.object(byId),
    output: Repository,
    errors: ['NOT_FOUND'],
    rest: ['GET', '/repositories/{id}'],
    graphql: 'repository',
    mcp: 'ratchet_get_repository',
    cli: 'repo show',
  }),
  update: operation({
    name: 'repositories.update',
    description: 'Change settings of a repository; only those given change',
    effect: 'write',
    permission: 'manage_repository',
    input: z.object({ ...byId, ...settingsPatch, expectedRevision }),
    output: Repository,
    errors: ['NOT_FOUND', 'VALIDATION_FAILED', 'REVISION_MISMATCH', 'ALREADY_EXISTS'],
    rest: ['PATCH', '/repositories/{id}'],
    graphql: 'updateRepository',
    mcp: 'ratchet_update_repository',
    cli: 'repo edit',
    precondition: true,
  }),
  replace: operation({
    name: 'repositories.replace',
    description: 'Set all settings of a repository; what is not given goes back to its default',
    effect: 'write',
    permission: 'manage_repository',
    input: z.object({ ...byId, ...repositorySettings, expectedRevision }),
    output: Repository,
    errors: ['NOT_FOUND', 'VALIDATION_FAILED', 'REVISION_MISMATCH', 'ALREADY_EXISTS'],
    rest: ['PUT', '/repositories/{id}'],
    graphql: 'replaceRepository',
    mcp: 'ratchet_replace_repository',
    precondition: true,
  }),
  delete: operation({
    name: 'repositories.delete',
    description: 'Remove a repository; what becomes of its tasks must be said',
    effect: 'destructive',
    permission: 'delete_repository',
    input: z.object({
      ...byId,
      tasks: z
        .enum(['detach', 'delete'])
        .optional()
        .describe('Keep its tasks here without a repository, or delete them'),
      expectedRevision,
    }),
    output: z.void(),
    errors: ['NOT_FOUND', 'REPOSITORY_NOT_EMPTY', 'REVISION_MISMATCH', 'STATE_CONFLICT'],
    rest: ['DELETE', '/repositories/{id}'],
    graphql: 'deleteRepository',
    mcp: 'ratchet_delete_repository',
    cli: 'repo remove',
    precondition: true,
  }),
  sync: operation({
    name: 'repositories.sync',
    description: 'Take over what changed in a repository; the repository itself is not written',
    effect: 'write',
    permission: 'sync',
    input: z.object({ ...byId, ...force }),
    output: SyncResult,
    errors: ['NOT_FOUND', 'REPOSITORY_UNREACHABLE', 'REPOSITORY_BUSY', 'GUARD_TRIPPED', 'PLAN_STALE', 'SYNC_CONFLICT'],
    rest: ['POST', '/repositories/{id}/sync'],
    graphql: 'syncRepository',
    mcp: 'ratchet_sync_repository',
    cli: 'repo sync',
    refused: (result) => (result.conflicts.length > 0 ? 'SYNC_CONFLICT' : undefined),
  }),
  plan: operation({
    name: 'repositories.plan',
    description: 'Show what a sync and a push would do; nothing is written',
    effect: 'read',
    permission: 'sync',
    input: z.object(byId),
    output: SyncPlan,
    errors: ['NOT_FOUND', 'REPOSITORY_UNREACHABLE', 'REPOSITORY_BUSY'],
    rest: ['POST', '/repositories/{id}/plan'],
    graphql: 'planRepositorySync',
    mcp: 'ratchet_plan_repository_sync',
    cli: 'plan',
  }),
  push: operation({
    name: 'repositories.push',
    description: 'Push every changed task of a repository',
    effect: 'write',
    permission: 'push',
    input: z.object({
      ...byId,
      ...force,
      message: z.string().max(5000).optional().describe('Commit message'),
    }),
    output: z.array(PushResult).meta({ id: 'PushResults', description: 'What the push did with each task' }),
    errors: [
      'NOT_FOUND',
      'REPOSITORY_UNREACHABLE',
      'REPOSITORY_READ_ONLY',
      'REPOSITORY_BUSY',
      'GUARD_TRIPPED',
      'PLAN_STALE',
    ],
    rest: ['POST', '/repositories/{id}/push'],
    graphql: 'pushRepositoryChanges',
    mcp: 'ratchet_push_repository_changes',
    cli: 'push',
    refused: (results) => {
      const failed = results.find((r) => !r.success);
      return failed ? (failed.error?.code === 'SYNC_CONFLICT' ? 'SYNC_CONFLICT' : 'PUSH_REJECTED') : undefined;
    },
  }),
  test: operation({
    name: 'repositories.test',
    description: 'Try the connection of a repository',
    effect: 'read',
    permission: 'manage_repository',
    input: z.object(byId),
    output: ConnectionTest,
    errors: ['NOT_FOUND'],
    rest: ['POST', '/repositories/{id}/test'],
    graphql: 'testRepositoryConnection',
    mcp: 'ratchet_test_repository_connection',
    cli: 'repo test',
  }),
  pause: operation({
    name: 'repositories.pause',
    description: 'Stop syncing a repository by itself',
    effect: 'write',
    permission: 'manage_repository',
    input: z.object(byId),
    output: Repository,
    errors: ['NOT_FOUND'],
    rest: ['POST', '/repositories/{id}/pause'],
    graphql: 'pauseRepository',
    mcp: 'ratchet_pause_repository',
    cli: 'repo pause',
  }),
  resume: operation({
    name: 'repositories.resume',
    description: 'Sync a repository by itself again',
    effect: 'write',
    permission: 'manage_repository',
    input: z.object(byId),
    output: Repository,
    errors: ['NOT_FOUND'],
    rest: ['POST', '/repositories/{id}/resume'],
    graphql: 'resumeRepository',
    mcp: 'ratchet_resume_repository',
    cli: 'repo resume',
  }),
  setDefault: operation({
    name: 'repositories.setDefault',
    description: 'Make a repository the one that new tasks go to',
    effect: 'write',
    permission: 'manage_repository',
    input: z.object(byId),
    output: Repository,
    errors: ['NOT_FOUND', 'REPOSITORY_READ_ONLY'],
    rest: ['PUT', '/repositories/{id}/default'],
    graphql: 'setDefaultRepository',
    mcp: 'ratchet_set_default_repository',
    cli: 'repo default',
  }),
  health: operation({
    name: 'repositories.health',
    description: 'How well a repository keeps in step',
    effect: 'read',
    permission: 'read',
    input: z.object(byId),
    output: RepositoryHealth,
    errors: ['NOT_FOUND'],
    rest: ['GET', '/repositories/{id}/health'],
    graphql: 'repositoryHealth',
    mcp: 'ratchet_registry_health',
    cli: 'repo status',
  }),
  runs: operation({
    name: 'repositories.runs',
    description: 'The sync and push runs of a repository, newest first',
    effect: 'read',
    permission: 'read',
    input: listInput(runList, byId),
    output: SyncRunPage,
    errors: ['NOT_FOUND', 'VALIDATION_FAILED'],
    rest: ['GET', '/repositories/{id}/runs'],
    graphql: 'repositoryRuns',
    mcp: 'ratchet_repository_runs',
    cli: 'repo history',
    list: runList,
  }),
} as const;
