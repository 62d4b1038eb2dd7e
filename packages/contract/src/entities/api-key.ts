import * as z from 'zod';
import { Id, Time } from '../json.ts';
import { Name } from '../name.ts';
import { pageOf } from '../paging.ts';
import { PermissionName, Role } from './user.ts';

/** What narrows a key further than its owner. */
export const keySettings = {
  name: Name,
  role: Role.nullable().default(null).describe('At most what this role may do; null: what its owner may'),
  scopes: z
    .array(PermissionName)
    .max(20)
    .nullable()
    .default(null)
    .describe('At most these permissions; null: those of its owner'),
  repositoryIds: z.array(Id).max(1000).nullable().default(null).describe('Only these repositories; null: any'),
  taskPatterns: z
    .array(z.string().min(1).max(200))
    .max(100)
    .nullable()
    .default(null)
    .describe('Only tasks whose name fits one of these (* and ?); null: any'),
  tools: z
    .array(z.string().min(1).max(200))
    .max(500)
    .nullable()
    .default(null)
    .describe('Only operations with these MCP tool names (* and ?), on every surface; null: any'),
  maxConcurrency: z
    .int()
    .min(1)
    .max(10_000)
    .nullable()
    .default(null)
    .describe('Calls at the same time; null: any number'),
};

export const ApiKey = z
  .object({
    id: Id,
    userId: Id.describe('Its owner: it never may more than they'),
    name: z.string(),
    prefix: z.string().describe('How it begins, to tell it from others'),
    role: Role.nullable(),
    scopes: z.array(PermissionName).nullable(),
    repositoryIds: z.array(Id).nullable(),
    taskPatterns: z.array(z.string()).nullable(),
    tools: z.array(z.string()).nullable(),
    maxConcurrency: z.int().nullable(),
    enabled: z.boolean(),
    expiresAt: Time.nullable(),
    lastUsedAt: Time.nullable().describe('To the minute'),
    revision: z.int(),
    createdAt: Time,
    updatedAt: Time,
  })
  .meta({ id: 'ApiKey', description: 'A key for a program; its secret is answered once, when it is made' });
export type ApiKey = z.output<typeof ApiKey>;
export const ApiKeyPage = pageOf(ApiKey, 'ApiKeyPage');

export const NewApiKey = ApiKey.extend({
  key: z.string().describe('The key itself: never shown again'),
}).meta({ id: 'NewApiKey', description: 'A key that was just made, with its secret' });
