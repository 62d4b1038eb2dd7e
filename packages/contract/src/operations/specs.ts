import * as z from 'zod';
import { HunkChoice } from '../entities/conflict.ts';
import {
  Spec,
  SpecConflicts,
  SpecDirection,
  SpecPage,
  SpecSyncEvent,
  SpecSyncPage,
  SpecSyncResult,
  SpecSyncState,
  SpecValidation,
  SpecVersion,
  SpecVersionPage,
} from '../entities/spec.ts';
import { Id } from '../json.ts';
import { operation } from '../operation.ts';
import { type ListFields, listInput } from '../paging.ts';
import { streamOnMcp } from './streams.ts';

const SpecReference = z
  .string()
  .min(1)
  .max(600)
  .describe('<project>/<folder>, the folder alone while one project has it, or the documentId');
const bySpec = { id: SpecReference };
const position = z.int().min(0).max(100_000).describe('Its position among the tasks of the change, from 0');
const expectedRevision = z.int().min(1).optional().describe('Refuse unless this is the current revision');
const changeDescription = z.string().max(2000).optional().describe('What changed, for the history');
const content = z.string().max(5_000_000).nullable().optional();

export const specList: ListFields = {
  filters: {
    id: 'string',
    documentId: 'id',
    projectId: 'id',
    title: 'string',
    status: ['no_tasks', 'in_progress', 'complete', 'archived'],
    archived: 'boolean',
    syncStatus: ['synced', 'modified', 'conflict', 'error'],
    createdAt: 'datetime',
    updatedAt: 'datetime',
  },
  sorts: ['id', 'title', 'status', 'syncStatus', 'createdAt', 'updatedAt', 'lastSyncedAt'],
  defaultSort: [{ field: 'id', order: 'asc' }],
};

export const specHistoryList: ListFields = {
  filters: {
    direction: SpecDirection.options,
    trigger: ['file_watcher', 'periodic', 'user_edit', 'manual'],
    status: ['success', 'error', 'conflict'],
    startedAt: 'datetime',
  },
  sorts: ['startedAt', 'durationMs'],
  defaultSort: [{ field: 'startedAt', order: 'desc' }],
};

export const specVersionList: ListFields = {
  filters: {
    revision: 'number',
    changeSource: ['api', 'sync', 'rollback'],
    changedBy: 'string',
    createdAt: 'datetime',
  },
  sorts: ['revision', 'createdAt'],
  defaultSort: [{ field: 'revision', order: 'desc' }],
};

const editErrors = [
  'NOT_FOUND',
  'VALIDATION_FAILED',
  'REVISION_MISMATCH',
  'STATE_CONFLICT',
  'SYNC_CONFLICT',
  'REPOSITORY_READ_ONLY',
  'REPOSITORY_UNREACHABLE',
  'REPOSITORY_BUSY',
] as const;
const targets = [{ kind: 'spec', member: 'id' }] as const;

export const specs = {
  list: operation({
    name: 'specs.list',
    description: 'OpenSpec changes, a page at a time; q searches ids, titles and proposals',
    effect: 'read',
    permission: 'read',
    input: listInput(specList),
    output: SpecPage,
    errors: ['VALIDATION_FAILED'],
    rest: ['GET', '/specs'],
    graphql: 'specsPage',
    mcp: 'ratchet_list_specs',
    cli: 'spec list',
    list: specList,
  }),
  create: operation({
    name: 'specs.create',
    description: 'Begin a change: its folder is made with what is given',
    effect: 'write',
    permission: 'create',
    input: z.object({
      projectId: Id,
      id: z
        .string()
        .regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, 'is in lower case, with single hyphens between words')
        .max(200)
        .describe('The folder, such as add-two-factor-auth'),
      proposalContent: z.string().max(5_000_000).optional().describe('A proposal to fill in without'),
      tasksContent: z.string().max(5_000_000).optional(),
      designContent: z.string().max(5_000_000).optional(),
      files: z.record(z.string().max(1000), z.string().max(5_000_000)).optional().describe('Further files, by path'),
      changeDescription,
    }),
    output: Spec,
    errors: [...editErrors, 'ALREADY_EXISTS'],
    example: { input: { projectId: '01912d68-783e-7a03-8467-5661c1243ad5', id: 'add-two-factor-auth' } },
    rest: ['POST', '/specs'],
    graphql: 'createSpec',
    mcp: 'ratchet_create_spec',
    targets: [{ kind: 'project', member: 'projectId' }],
    cli: 'spec create',
    creates: true,
  }),
  sync: operation({
    name: 'specs.sync',
    description:
      'Bring specs in step with their files, both ways; with a direction that side wins, and the other is in history',
    effect: 'write',
    permission: 'sync',
    input: z.object({
      projectId: Id.optional().describe('Only this project'),
      specId: SpecReference.optional().describe('Only this change'),
      direction: SpecDirection.optional().describe('Let this side win, conflicts included'),
      planId: z.string().max(200).optional().describe('The plan that `force` lets through'),
      force: z.boolean().default(false).describe('Let a plan through that a guard stopped; needs its planId'),
    }),
    output: SpecSyncResult,
    errors: [
      'NOT_FOUND',
      'VALIDATION_FAILED',
      'STATE_CONFLICT',
      'REPOSITORY_READ_ONLY',
      'REPOSITORY_UNREACHABLE',
      'REPOSITORY_BUSY',
      'GUARD_TRIPPED',
      'PLAN_STALE',
      'SYNC_CONFLICT',
    ],
    example: { input: { specId: 'shop/add-two-factor-auth', direction: 'fs_to_db' } },
    rest: ['POST', '/specs/sync'],
    graphql: 'syncSpecs',
    mcp: 'ratchet_sync_spec',
    trpcAliases: ['sync.forceSync'],
    targets: [
      { kind: 'project', member: 'projectId' },
      { kind: 'spec', member: 'specId' },
    ],
    cli: 'spec sync',
    reportsProgress: true,
    refused: (result) => (result.conflicts.length > 0 ? 'SYNC_CONFLICT' : undefined),
  }),
  syncStatus: operation({
    name: 'specs.syncStatus',
    description: 'How far specs are in step with their files',
    effect: 'read',
    permission: 'read',
    input: z.object({ projectId: Id.optional().describe('Only this project') }),
    output: SpecSyncState,
    errors: ['NOT_FOUND'],
    rest: ['GET', '/specs/sync-status'],
    graphql: 'specSyncStatus',
    mcp: 'ratchet_spec_sync_status',
    trpcAliases: ['sync.getStatus'],
    targets: [{ kind: 'project', member: 'projectId' }],
    cli: 'spec status',
  }),
  events: operation({
    name: 'specs.events',
    description: 'Syncs of specs as they begin and end, and conflicts as they are found',
    effect: 'read',
    permission: 'read',
    input: z.object({ projectId: Id.optional().describe('Only this project') }),
    output: SpecSyncEvent,
    errors: ['NOT_FOUND'],
    stream: true,
    rest: ['GET', '/specs/events'],
    graphql: 'specSyncEvents',
    mcp: 'ratchet_spec_events',
    trpcAliases: ['sync.subscribe'],
    excused: { mcp: streamOnMcp },
    targets: [{ kind: 'project', member: 'projectId' }],
    cli: 'spec watch',
  }),
  get: operation({
    name: 'specs.get',
    description: 'One change, whole',
    effect: 'read',
    permission: 'read',
    input: z.object(bySpec),
    output: Spec,
    errors: ['NOT_FOUND', 'STATE_CONFLICT'],
    rest: ['GET', '/specs/{id}'],
    graphql: 'spec',
    mcp: 'ratchet_get_spec',
    targets,
    cli: 'spec show',
  }),
  update: operation({
    name: 'specs.update',
    description: 'Change files of a change; what is not given stays, and the files on disk follow at once',
    effect: 'write',
    permission: 'edit',
    input: z.object({
      ...bySpec,
      proposalContent: content.describe('null removes proposal.md'),
      tasksContent: content,
      designContent: content,
      files: z
        .record(z.string().max(1000), z.string().max(5_000_000).nullable())
        .optional()
        .describe('Further files, by path within the change; null removes one'),
      changeDescription,
      expectedRevision,
    }),
    output: Spec,
    errors: [...editErrors],
    example: { input: { id: 'shop/add-two-factor-auth', tasksContent: '## 1. Build\n\n- [ ] 1.1 The form\n' } },
    rest: ['PUT', '/specs/{id}'],
    graphql: 'updateSpec',
    mcp: 'ratchet_update_spec',
    targets,
    cli: 'spec edit',
    ignoresAnswerMembers: true,
    precondition: true,
  }),
  delete: operation({
    name: 'specs.delete',
    description: 'Delete a change and its folder; history keeps it',
    effect: 'destructive',
    permission: 'delete',
    input: z.object({ ...bySpec, expectedRevision }),
    output: z.void(),
    errors: [...editErrors],
    rest: ['DELETE', '/specs/{id}'],
    graphql: 'deleteSpec',
    mcp: 'ratchet_delete_spec',
    targets,
    cli: 'spec delete',
    precondition: true,
  }),
  updateTask: operation({
    name: 'specs.updateTask',
    description: 'Tick, untick or reword one task; nothing else of tasks.md changes',
    effect: 'write',
    permission: 'edit',
    input: z.object({
      ...bySpec,
      n: position,
      done: z.boolean().optional(),
      text: z
        .string()
        .trim()
        .min(1)
        .max(10_000)
        .regex(/^[^\r\n]*$/, 'is one line')
        .optional(),
      expectedText: z.string().optional().describe('Refuse unless this is the text of the task there now'),
      expectedRevision,
    }),
    output: Spec,
    errors: [...editErrors],
    example: { input: { id: 'shop/add-two-factor-auth', n: 0, done: true } },
    rest: ['PATCH', '/specs/{id}/tasks/{n}'],
    graphql: 'updateSpecTask',
    mcp: 'ratchet_update_spec_task',
    targets,
    cli: 'spec tick',
    precondition: true,
  }),
  addTask: operation({
    name: 'specs.addTask',
    description: 'Add a task, in the form of those beside it',
    effect: 'write',
    permission: 'edit',
    input: z.object({
      ...bySpec,
      text: z
        .string()
        .trim()
        .min(1)
        .max(10_000)
        .regex(/^[^\r\n]*$/, 'is one line'),
      after: position.optional().describe('The task it follows; the last one (of the group) without'),
      group: z.string().max(1000).optional().describe('The heading it goes under; made where there is none'),
      done: z.boolean().default(false),
      expectedRevision,
    }),
    output: Spec,
    errors: [...editErrors],
    example: { input: { id: 'shop/add-two-factor-auth', text: 'Tell the users', group: '2. Roll out' } },
    rest: ['POST', '/specs/{id}/tasks'],
    graphql: 'addSpecTask',
    mcp: 'ratchet_add_spec_task',
    targets,
    cli: 'spec add-task',
    precondition: true,
  }),
  removeTask: operation({
    name: 'specs.removeTask',
    description: 'Remove one task with what is nested below it; nothing else of tasks.md changes',
    effect: 'destructive',
    permission: 'edit',
    input: z.object({ ...bySpec, n: position, expectedRevision }),
    output: Spec,
    errors: [...editErrors],
    rest: ['DELETE', '/specs/{id}/tasks/{n}'],
    graphql: 'removeSpecTask',
    mcp: 'ratchet_remove_spec_task',
    targets,
    cli: 'spec remove-task',
    precondition: true,
  }),
  archive: operation({
    name: 'specs.archive',
    description:
      'Move a change to the archive, under today’s date; its specs are merged into the project’s unless told not to',
    effect: 'write',
    permission: 'edit',
    input: z.object({
      ...bySpec,
      skipSpecs: z.boolean().default(false).describe('Leave openspec/specs as it is'),
      force: z.boolean().default(false).describe('Even with tasks that are open or problems that are errors'),
      expectedRevision,
    }),
    output: Spec,
    errors: [...editErrors],
    example: { input: { id: 'shop/add-two-factor-auth' } },
    rest: ['POST', '/specs/{id}/archive'],
    graphql: 'archiveSpec',
    mcp: 'ratchet_archive_spec',
    targets,
    cli: 'spec archive',
    precondition: true,
  }),
  validate: operation({
    name: 'specs.validate',
    description: 'Judge a change by OpenSpec’s own rules',
    effect: 'read',
    permission: 'read',
    input: z.object({ ...bySpec, strict: z.boolean().default(false).describe('Warnings count as errors') }),
    output: SpecValidation,
    errors: ['NOT_FOUND', 'STATE_CONFLICT'],
    rest: ['POST', '/specs/{id}/validate'],
    graphql: 'validateSpec',
    mcp: 'ratchet_validate_spec',
    targets,
    cli: 'spec validate',
  }),
  conflicts: operation({
    name: 'specs.conflicts',
    description: 'How the files of a change and the database differ now, by content',
    effect: 'read',
    permission: 'read',
    input: z.object(bySpec),
    output: SpecConflicts,
    errors: ['NOT_FOUND', 'STATE_CONFLICT', 'REPOSITORY_UNREACHABLE'],
    rest: ['GET', '/specs/{id}/conflicts'],
    graphql: 'specConflicts',
    mcp: 'ratchet_spec_conflicts',
    targets,
    cli: 'spec conflicts',
  }),
  resolve: operation({
    name: 'specs.resolve',
    description: 'Decide between the files and the database; the loser stays in history',
    effect: 'write',
    permission: 'edit',
    input: z.object({
      ...bySpec,
      resolution: z.enum(['filesystem_wins', 'database_wins', 'merge', 'manual']),
      files: z
        .record(z.string(), z.string().max(5_000_000).nullable())
        .optional()
        .describe('For manual: the text of each file in conflict; null removes it'),
      choices: z
        .record(z.string(), z.record(z.string(), HunkChoice))
        .optional()
        .describe('For merge: whose text to take, by file and hunk'),
      expectedRevision,
    }),
    output: Spec,
    errors: [...editErrors, 'CONFLICT_MOVED'],
    example: { input: { id: 'shop/add-two-factor-auth', resolution: 'filesystem_wins' } },
    rest: ['POST', '/specs/{id}/resolve'],
    graphql: 'resolveSpecConflict',
    mcp: 'ratchet_resolve_spec_conflict',
    trpcAliases: ['sync.resolveConflict'],
    targets,
    cli: 'spec resolve',
    precondition: true,
  }),
  syncHistory: operation({
    name: 'specs.syncHistory',
    description: 'When something of a change was carried from one side to the other',
    effect: 'read',
    permission: 'read',
    input: listInput(specHistoryList, bySpec),
    output: SpecSyncPage,
    errors: ['NOT_FOUND', 'STATE_CONFLICT', 'VALIDATION_FAILED'],
    rest: ['GET', '/specs/{id}/sync-history'],
    graphql: 'specSyncHistoryPage',
    mcp: 'ratchet_spec_sync_history',
    trpcAliases: ['sync.getSyncHistory'],
    targets,
    cli: 'spec history',
    list: specHistoryList,
  }),
  versions: operation({
    name: 'specs.versions',
    description: 'The revisions of a change, newest first',
    effect: 'read',
    permission: 'read',
    input: listInput(specVersionList, bySpec),
    output: SpecVersionPage,
    errors: ['NOT_FOUND', 'STATE_CONFLICT', 'VALIDATION_FAILED'],
    rest: ['GET', '/specs/{id}/versions'],
    graphql: 'specVersionsPage',
    mcp: 'ratchet_spec_versions',
    targets,
    cli: 'spec versions',
    list: specVersionList,
  }),
  getVersion: operation({
    name: 'specs.getVersion',
    description: 'One revision of a change',
    effect: 'read',
    permission: 'read',
    input: z.object({ ...bySpec, revision: z.int().min(1) }),
    output: SpecVersion,
    errors: ['NOT_FOUND', 'STATE_CONFLICT'],
    rest: ['GET', '/specs/{id}/versions/{revision}'],
    graphql: 'specVersion',
    mcp: 'ratchet_get_spec_version',
    targets,
  }),
  rollback: operation({
    name: 'specs.rollback',
    description: 'Make an earlier revision the current one, also of a change that was deleted; history keeps both',
    effect: 'write',
    permission: 'edit',
    input: z.object({ ...bySpec, revision: z.int().min(1), expectedRevision, changeDescription }),
    output: Spec,
    errors: [...editErrors],
    example: { input: { id: 'shop/add-two-factor-auth', revision: 2 } },
    rest: ['POST', '/specs/{id}/rollback'],
    graphql: 'rollbackSpec',
    mcp: 'ratchet_rollback_spec',
    targets,
    cli: 'spec rollback',
    precondition: true,
  }),
} as const;
