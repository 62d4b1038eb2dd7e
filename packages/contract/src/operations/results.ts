import * as z from 'zod';
import { StoredResult, StoredResultPage } from '../entities/result.ts';
import { Id, JsonValue } from '../json.ts';
import { Name } from '../name.ts';
import { operation } from '../operation.ts';
import { type ListFields, listInput } from '../paging.ts';

const byId = { id: Id };
export const resultList: ListFields = {
  filters: {
    id: 'id',
    name: 'string',
    taskId: 'id',
    executionId: 'id',
    tag: 'string',
    createdBy: 'string',
    createdAt: 'datetime',
  },
  sorts: ['id', 'name', 'createdAt'],
  defaultSort: [{ field: 'createdAt', order: 'desc' }],
};

export const results = {
  list: operation({
    name: 'results.list',
    description: 'Stored results, newest first',
    effect: 'read',
    permission: 'read',
    input: listInput(resultList),
    output: StoredResultPage,
    errors: ['VALIDATION_FAILED'],
    rest: ['GET', '/results'],
    graphql: 'resultsPage',
    mcp: 'ratchet_get_results',
    cli: 'result list',
    list: resultList,
  }),
  create: operation({
    name: 'results.create',
    description: 'Keep a result: the output of an execution, or any JSON',
    effect: 'write',
    permission: 'create',
    input: z.object({
      name: Name,
      executionId: Id.optional().describe('Keep the output of this execution'),
      taskId: z.string().min(1).max(200).optional(),
      content: JsonValue.optional().describe('What to keep, where no execution is named'),
      tags: z.array(z.string().min(1).max(100)).max(50).default([]),
    }),
    output: StoredResult,
    errors: ['VALIDATION_FAILED', 'NOT_FOUND', 'STATE_CONFLICT'],
    rest: ['POST', '/results'],
    graphql: 'createResult',
    graphqlAliases: ['mcpStoreResult'],
    mcp: 'ratchet_store_result',
    targets: [{ kind: 'task', member: 'taskId' }],
    cli: 'result store',
    creates: true,
  }),
  get: operation({
    name: 'results.get',
    description: 'One stored result',
    effect: 'read',
    permission: 'read',
    input: z.object(byId),
    output: StoredResult,
    errors: ['NOT_FOUND'],
    rest: ['GET', '/results/{id}'],
    graphql: 'result',
    mcp: 'ratchet_get_result',
    targets: [{ kind: 'result', member: 'id' }],
    cli: 'result show',
  }),
  delete: operation({
    name: 'results.delete',
    description: 'Forget a stored result',
    effect: 'destructive',
    permission: 'delete',
    input: z.object(byId),
    output: z.void(),
    errors: ['NOT_FOUND'],
    rest: ['DELETE', '/results/{id}'],
    graphql: 'deleteResult',
    mcp: 'ratchet_delete_result',
    targets: [{ kind: 'result', member: 'id' }],
    cli: 'result delete',
  }),
} as const;
