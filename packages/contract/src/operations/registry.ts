import * as z from 'zod';
import { PushStatusReport } from '../entities/push.ts';
import { PushResult } from '../entities/sync.ts';
import { Id } from '../json.ts';
import { operation } from '../operation.ts';

export const registry = {
  pushAllPending: operation({
    name: 'registry.pushAllPending',
    description: 'Push every changed task of every writable repository',
    effect: 'write',
    permission: 'push',
    input: z.object({ message: z.string().max(5000).optional().describe('Commit message') }),
    output: z
      .object({
        pushed: z.int(),
        failed: z.int(),
        results: z.array(PushResult),
        failures: z.array(z.object({ repositoryId: Id, code: z.string(), message: z.string() })),
      })
      .meta({ id: 'PushAllResult', description: 'What was pushed, over all repositories' }),
    errors: [],
    rest: ['POST', '/registry/push-all-pending'],
    graphql: 'pushAllPending',
    mcp: 'ratchet_push_all_pending',
    cli: 'push',
  }),
  pushStatus: operation({
    name: 'registry.pushStatus',
    description: 'What waits to be pushed, over all repositories',
    effect: 'read',
    permission: 'read',
    input: z.object({ repositoryId: Id.optional() }),
    output: PushStatusReport,
    errors: ['NOT_FOUND'],
    rest: ['GET', '/registry/push-status'],
    graphql: 'pushStatus',
    mcp: 'ratchet_push_status',
    cli: 'status',
  }),
} as const;
