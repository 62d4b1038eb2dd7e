import * as z from 'zod';
import { ApiKey, ApiKeyPage, keySettings, NewApiKey } from '../entities/api-key.ts';
import { Id, Time } from '../json.ts';
import { operation } from '../operation.ts';
import { type ListFields, listInput } from '../paging.ts';
import { expectedRevision } from './task-reference.ts';

const byId = { id: Id };
const targets = [{ kind: 'api_key', member: 'id' }] as const;
export const apiKeyList: ListFields = {
  filters: {
    id: 'id',
    userId: 'id',
    name: 'string',
    prefix: 'string',
    enabled: 'boolean',
    expiresAt: 'datetime',
    lastUsedAt: 'datetime',
    createdAt: 'datetime',
  },
  sorts: ['id', 'name', 'expiresAt', 'lastUsedAt', 'createdAt'],
  defaultSort: [{ field: 'createdAt', order: 'desc' }],
};

/** Everybody has keys of their own; those of others are for whoever manages users. A key makes and changes no keys. */
export const apiKeys = {
  list: operation({
    name: 'apiKeys.list',
    description: 'One’s own keys; everybody’s for whoever manages users',
    effect: 'read',
    permission: 'read',
    input: listInput(apiKeyList),
    output: ApiKeyPage,
    errors: ['VALIDATION_FAILED'],
    rest: ['GET', '/api-keys'],
    graphql: 'apiKeysPage',
    mcp: 'ratchet_list_api_keys',
    cli: 'api-key list',
    list: apiKeyList,
  }),
  create: operation({
    name: 'apiKeys.create',
    description: 'Make a key; its secret is in this answer and nowhere else',
    effect: 'write',
    permission: 'read',
    input: z.object({
      ...keySettings,
      userId: Id.optional().describe('Its owner; oneself without'),
      expiresAt: Time.nullable().default(null).describe('Null: never'),
    }),
    output: NewApiKey,
    errors: ['VALIDATION_FAILED', 'PERMISSION_DENIED', 'NOT_FOUND'],
    example: {
      input: {
        name: 'nightly build',
        scopes: ['read', 'run'],
        taskPatterns: ['report-*'],
        expiresAt: '2027-01-01T00:00:00Z',
      },
    },
    rest: ['POST', '/api-keys'],
    graphql: 'createApiKey',
    mcp: 'ratchet_create_api_key',
    cli: 'api-key create',
    creates: true,
  }),
  get: operation({
    name: 'apiKeys.get',
    description: 'One key, without its secret',
    effect: 'read',
    permission: 'read',
    input: z.object(byId),
    output: ApiKey,
    errors: ['NOT_FOUND'],
    rest: ['GET', '/api-keys/{id}'],
    graphql: 'apiKey',
    mcp: 'ratchet_get_api_key',
    cli: 'api-key show',
  }),
  update: operation({
    name: 'apiKeys.update',
    description: 'Rename a key, narrow it or switch it off; it counts at once',
    effect: 'write',
    permission: 'read',
    input: z.object({
      ...byId,
      name: keySettings.name.optional(),
      role: keySettings.role.unwrap().optional(),
      scopes: keySettings.scopes.unwrap().optional(),
      repositoryIds: keySettings.repositoryIds.unwrap().optional(),
      taskPatterns: keySettings.taskPatterns.unwrap().optional(),
      tools: keySettings.tools.unwrap().optional(),
      maxConcurrency: keySettings.maxConcurrency.unwrap().optional(),
      enabled: z.boolean().optional(),
      expiresAt: Time.nullable().optional(),
      expectedRevision,
    }),
    output: ApiKey,
    errors: ['NOT_FOUND', 'REVISION_MISMATCH', 'PERMISSION_DENIED'],
    rest: ['PATCH', '/api-keys/{id}'],
    graphql: 'updateApiKey',
    mcp: 'ratchet_update_api_key',
    cli: 'api-key edit',
    precondition: true,
    targets,
  }),
  delete: operation({
    name: 'apiKeys.delete',
    description: 'Take a key back; it counts at once',
    effect: 'destructive',
    permission: 'read',
    input: z.object(byId),
    output: z.void(),
    errors: ['NOT_FOUND', 'PERMISSION_DENIED'],
    rest: ['DELETE', '/api-keys/{id}'],
    graphql: 'deleteApiKey',
    mcp: 'ratchet_delete_api_key',
    cli: 'api-key delete',
    targets,
  }),
} as const;
