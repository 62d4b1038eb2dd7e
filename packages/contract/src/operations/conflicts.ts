import * as z from 'zod';
import { Conflict, ConflictPage, HunkChoice } from '../entities/conflict.ts';
import { Id } from '../json.ts';
import { operation } from '../operation.ts';
import { type ListFields, listInput } from '../paging.ts';

export const conflictList: ListFields = {
  filters: {
    id: 'id',
    taskId: 'id',
    repositoryId: 'id',
    repositoryPath: 'string',
    conflictType: ['both_modified', 'local_deleted', 'remote_deleted', 'no_base', 'name_clash'],
    status: ['open', 'resolved', 'superseded'],
    documentKind: 'string',
    createdAt: 'datetime',
  },
  sorts: ['id', 'createdAt', 'repositoryPath'],
  defaultSort: [{ field: 'createdAt', order: 'asc' }],
};

export const conflicts = {
  list: operation({
    name: 'conflicts.list',
    description: 'Conflicts; the open ones unless the status is given',
    effect: 'read',
    permission: 'read',
    input: listInput(conflictList),
    output: ConflictPage,
    errors: ['VALIDATION_FAILED'],
    rest: ['GET', '/conflicts'],
    graphql: 'conflictsPage',
    mcp: 'ratchet_list_conflicts',
    cli: 'conflict list',
    list: conflictList,
  }),
  get: operation({
    name: 'conflicts.get',
    description: 'One conflict with its three sides and the suggested merge',
    effect: 'read',
    permission: 'read',
    input: z.object({ id: Id }),
    output: Conflict,
    errors: ['NOT_FOUND'],
    rest: ['GET', '/conflicts/{id}'],
    graphql: 'conflict',
    mcp: 'ratchet_get_conflict',
    targets: [{ kind: 'conflict', member: 'id' }],
    cli: 'conflict show',
  }),
  resolve: operation({
    name: 'conflicts.resolve',
    description: 'Decide a conflict',
    effect: 'write',
    permission: 'edit',
    input: z.object({
      id: Id,
      resolution: z.enum(['take_local', 'take_remote', 'merge', 'manual']),
      files: z
        .record(z.string(), z.string().max(14_000_000).nullable())
        .optional()
        .describe('For manual: the text of each file in conflict; null removes it'),
      choices: z
        .record(z.string(), z.record(z.string(), HunkChoice))
        .optional()
        .describe('For merge: whose text to take, by file and hunk'),
      expectedRevision: z.int().min(1).optional(),
    }),
    output: Conflict,
    errors: [
      'NOT_FOUND',
      'CONFLICT_MOVED',
      'REVISION_MISMATCH',
      'STATE_CONFLICT',
      'VALIDATION_FAILED',
      'REPOSITORY_UNREACHABLE',
    ],
    example: {
      input: {
        id: '01912d68-783e-7a03-8467-5661c1243ad4',
        resolution: 'merge',
        choices: { 'index.js': { '0': 'local' } },
      },
    },
    rest: ['POST', '/conflicts/{id}/resolve'],
    graphql: 'resolveConflict',
    mcp: 'ratchet_resolve_conflict',
    targets: [{ kind: 'conflict', member: 'id' }],
    cli: 'conflict resolve',
    precondition: true,
  }),
} as const;
