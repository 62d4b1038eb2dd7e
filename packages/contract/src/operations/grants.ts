import * as z from 'zod';
import { Grant, GrantPage, grantSettings } from '../entities/grant.ts';
import { Id } from '../json.ts';
import { operation } from '../operation.ts';
import { type ListFields, listInput } from '../paging.ts';
import { expectedRevision } from './task-reference.ts';

const byId = { id: Id };
const targets = [{ kind: 'grant', member: 'id' }] as const;
export const grantList: ListFields = {
  filters: { id: 'id', userId: 'id', repositoryId: 'id', taskPattern: 'string', createdAt: 'datetime' },
  sorts: ['id', 'createdAt'],
  defaultSort: [{ field: 'createdAt', order: 'asc' }],
};

export const grants = {
  list: operation({
    name: 'grants.list',
    description: 'Who may do what where',
    effect: 'read',
    permission: 'manage_users',
    input: listInput(grantList),
    output: GrantPage,
    errors: ['VALIDATION_FAILED'],
    rest: ['GET', '/grants'],
    graphql: 'grantsPage',
    mcp: 'ratchet_list_grants',
    cli: 'grant list',
    list: grantList,
  }),
  create: operation({
    name: 'grants.create',
    description:
      'Let somebody do something in a repository, or to some tasks; from then on they see only what is granted',
    effect: 'write',
    permission: 'manage_users',
    input: z.object({ userId: Id, ...grantSettings }),
    output: Grant,
    errors: ['VALIDATION_FAILED', 'NOT_FOUND', 'STATE_CONFLICT'],
    example: {
      input: { userId: '01912d68-783e-7a03-8467-5661c1243ad6', taskPattern: 'report-*', permissions: ['read', 'run'] },
    },
    rest: ['POST', '/grants'],
    graphql: 'createGrant',
    mcp: 'ratchet_create_grant',
    cli: 'grant create',
    creates: true,
  }),
  get: operation({
    name: 'grants.get',
    description: 'One grant',
    effect: 'read',
    permission: 'manage_users',
    input: z.object(byId),
    output: Grant,
    errors: ['NOT_FOUND'],
    rest: ['GET', '/grants/{id}'],
    graphql: 'grant',
    mcp: 'ratchet_get_grant',
    cli: 'grant show',
  }),
  update: operation({
    name: 'grants.update',
    description: 'Change what a grant allows',
    effect: 'write',
    permission: 'manage_users',
    input: z.object({
      ...byId,
      repositoryId: grantSettings.repositoryId.unwrap().optional(),
      taskPattern: grantSettings.taskPattern.unwrap().optional(),
      permissions: grantSettings.permissions.optional(),
      expectedRevision,
    }),
    output: Grant,
    errors: ['NOT_FOUND', 'REVISION_MISMATCH'],
    rest: ['PATCH', '/grants/{id}'],
    graphql: 'updateGrant',
    mcp: 'ratchet_update_grant',
    cli: 'grant edit',
    precondition: true,
    targets,
  }),
  delete: operation({
    name: 'grants.delete',
    description: 'Take a grant back; it counts at once',
    effect: 'destructive',
    permission: 'manage_users',
    input: z.object(byId),
    output: z.void(),
    errors: ['NOT_FOUND'],
    rest: ['DELETE', '/grants/{id}'],
    graphql: 'deleteGrant',
    mcp: 'ratchet_delete_grant',
    cli: 'grant delete',
    targets,
  }),
} as const;
