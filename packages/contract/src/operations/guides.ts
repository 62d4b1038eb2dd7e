import * as z from 'zod';
import { Guide } from '../entities/guide.ts';
import { operation } from '../operation.ts';

/** Documentation for whoever builds on the server, made from the same table as the surfaces. */
export const guides = {
  endpointReference: operation({
    name: 'guides.endpointReference',
    description: 'Every operation with its names, inputs and errors on every surface',
    effect: 'read',
    permission: 'read',
    input: z.object({
      entity: z.string().max(100).optional().describe('Only this entity, such as tasks'),
      operation: z.string().max(100).optional().describe('Only this operation, such as tasks.create'),
      surface: z.enum(['rest', 'graphql', 'mcp', 'trpc', 'cli']).optional(),
    }),
    output: Guide,
    errors: ['NOT_FOUND'],
    rest: ['GET', '/guides/endpoint-reference'],
    graphql: 'endpointReference',
    mcp: 'ratchet_get_developer_endpoint_reference',
  }),
  integration: operation({
    name: 'guides.integration',
    description: 'How a program connects: signing in, paging, errors, events, by language',
    effect: 'read',
    permission: 'read',
    input: z.object({ language: z.enum(['curl', 'javascript', 'python', 'mcp']).default('curl') }),
    output: Guide,
    errors: [],
    rest: ['GET', '/guides/integration'],
    graphql: 'integrationGuide',
    mcp: 'ratchet_get_developer_integration_guide',
  }),
  walkthrough: operation({
    name: 'guides.walkthrough',
    description: 'From nothing to a task that runs, is tested, pushed and scheduled, step by step',
    effect: 'read',
    permission: 'read',
    input: z.object({
      topic: z.enum(['first_task', 'repository', 'conflict', 'schedule', 'debug']).default('first_task'),
    }),
    output: Guide,
    errors: [],
    rest: ['GET', '/guides/walkthrough'],
    graphql: 'walkthrough',
    mcp: 'ratchet_get_developer_guide_walkthrough',
  }),
} as const;
