import * as z from 'zod';
import { Secret, SecretPage } from '../entities/secret.ts';
import { Id } from '../json.ts';
import { operation } from '../operation.ts';
import { type ListFields, listInput } from '../paging.ts';

const byId = { id: Id };
const name = z
  .string()
  .regex(/^[A-Za-z_][A-Za-z0-9_]{0,127}$/, 'must be letters, digits and _ and begin with no digit')
  .describe('What a task knows it by: context.secrets.<name>');
const value = z.string().min(1).max(65_536).describe('Never answered; at least 4 characters beside white space');
const taskIds = z.array(z.string().min(1).max(200)).max(1000).describe('Ids or uuids of the tasks it is granted to');

export const secretList: ListFields = {
  filters: { id: 'id', name: 'string', createdAt: 'datetime', updatedAt: 'datetime' },
  sorts: ['id', 'name', 'createdAt', 'updatedAt'],
  defaultSort: [{ field: 'name', order: 'asc' }],
};

export const secrets = {
  list: operation({
    name: 'secrets.list',
    description: 'Secrets, without their values',
    effect: 'read',
    permission: 'administer',
    input: listInput(secretList),
    output: SecretPage,
    errors: ['VALIDATION_FAILED'],
    rest: ['GET', '/secrets'],
    graphql: 'secretsPage',
    mcp: 'ratchet_list_secrets',
    cli: 'secret list',
    list: secretList,
  }),
  create: operation({
    name: 'secrets.create',
    description: 'Keep a value, encrypted, and grant it to tasks',
    effect: 'write',
    permission: 'administer',
    input: z.object({ name, value, description: z.string().max(2000).optional(), taskIds: taskIds.default([]) }),
    output: Secret,
    errors: ['VALIDATION_FAILED', 'ALREADY_EXISTS', 'NOT_FOUND'],
    example: { input: { name: 'SHOP_KEY', value: 'sk-…' } },
    rest: ['POST', '/secrets'],
    graphql: 'createSecret',
    mcp: 'ratchet_create_secret',
    cli: 'secret create',
    creates: true,
  }),
  get: operation({
    name: 'secrets.get',
    description: 'One secret, without its value',
    effect: 'read',
    permission: 'administer',
    input: z.object(byId),
    output: Secret,
    errors: ['NOT_FOUND'],
    rest: ['GET', '/secrets/{id}'],
    graphql: 'secret',
    mcp: 'ratchet_get_secret',
    targets: [{ kind: 'secret', member: 'id' }],
    cli: 'secret show',
  }),
  update: operation({
    name: 'secrets.update',
    description: 'Replace the value of a secret, or change to whom it is granted',
    effect: 'write',
    permission: 'administer',
    input: z.object({
      ...byId,
      value: value.optional(),
      description: z.string().max(2000).nullable().optional(),
      taskIds: taskIds.optional().describe('The whole list of tasks it is granted to'),
      expectedRevision: z.int().min(1).optional().describe('Refuse unless this is the current revision'),
    }),
    output: Secret,
    errors: ['NOT_FOUND', 'VALIDATION_FAILED', 'REVISION_MISMATCH'],
    rest: ['PATCH', '/secrets/{id}'],
    restAliases: [['PUT', '/secrets/{id}']],
    graphql: 'updateSecret',
    mcp: 'ratchet_update_secret',
    targets: [{ kind: 'secret', member: 'id' }],
    cli: 'secret edit',
    precondition: true,
  }),
  delete: operation({
    name: 'secrets.delete',
    description: 'Forget a secret; tasks that were granted it run without',
    effect: 'destructive',
    permission: 'administer',
    input: z.object(byId),
    output: z.void(),
    errors: ['NOT_FOUND'],
    rest: ['DELETE', '/secrets/{id}'],
    graphql: 'deleteSecret',
    mcp: 'ratchet_delete_secret',
    targets: [{ kind: 'secret', member: 'id' }],
    cli: 'secret delete',
  }),
} as const;
