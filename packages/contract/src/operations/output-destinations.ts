import * as z from 'zod';
import {
  DeliverOn,
  DestinationTest,
  OutputDestination,
  OutputDestinationPage,
  OutputType,
} from '../entities/output.ts';
import { Id, JsonObject } from '../json.ts';
import { Name } from '../name.ts';
import { operation } from '../operation.ts';
import { type ListFields, listInput } from '../paging.ts';

const byId = { id: Id };
const expectedRevision = z.int().min(1).optional().describe('Refuse unless this is the current revision');
const name = Name;
const config = JsonObject.describe(
  'As the type needs it. Secrets are given here too; they are kept encrypted and never answered',
);
const maxAttempts = z.int().min(1).max(100);
const retryBackoffMs = z.int().min(0).max(300_000);
const timeoutMs = z.int().min(100).max(600_000);

export const destinationList: ListFields = {
  filters: {
    id: 'id',
    name: 'string',
    type: OutputType.options,
    enabled: 'boolean',
    isGlobal: 'boolean',
    on: DeliverOn.options,
    createdAt: 'datetime',
  },
  sorts: ['id', 'name', 'type', 'createdAt', 'lastDeliveredAt'],
  defaultSort: [{ field: 'name', order: 'asc' }],
};

export const outputDestinations = {
  list: operation({
    name: 'outputDestinations.list',
    description: 'Output destinations, without their secrets',
    effect: 'read',
    permission: 'read',
    input: listInput(destinationList),
    output: OutputDestinationPage,
    errors: ['VALIDATION_FAILED'],
    rest: ['GET', '/output-destinations'],
    graphql: 'outputDestinationsPage',
    mcp: 'ratchet_list_output_destinations',
    cli: 'output list',
    list: destinationList,
  }),
  create: operation({
    name: 'outputDestinations.create',
    description: 'Deliver outputs somewhere; templates in it are checked now',
    effect: 'write',
    permission: 'administer',
    input: z.object({
      name,
      type: OutputType,
      config,
      enabled: z.boolean().default(true),
      isGlobal: z.boolean().default(false),
      on: DeliverOn.default('success'),
      maxAttempts: maxAttempts.default(5),
      retryBackoffMs: retryBackoffMs.default(1000),
      timeoutMs: timeoutMs.default(30_000),
    }),
    output: OutputDestination,
    errors: ['VALIDATION_FAILED', 'ALREADY_EXISTS'],
    example: { input: { name: 'hook', type: 'webhook', config: { url: 'https://example.com/hook' }, isGlobal: true } },
    rest: ['POST', '/output-destinations'],
    graphql: 'createOutputDestination',
    mcp: 'ratchet_create_output_destination',
    cli: 'output create',
    creates: true,
  }),
  get: operation({
    name: 'outputDestinations.get',
    description: 'One output destination, without its secrets',
    effect: 'read',
    permission: 'read',
    input: z.object(byId),
    output: OutputDestination,
    errors: ['NOT_FOUND'],
    rest: ['GET', '/output-destinations/{id}'],
    graphql: 'outputDestination',
    mcp: 'ratchet_get_output_destination',
    targets: [{ kind: 'output_destination', member: 'id' }],
    cli: 'output show',
  }),
  update: operation({
    name: 'outputDestinations.update',
    description: 'Change an output destination; secrets that are not given stay, null forgets one',
    effect: 'write',
    permission: 'administer',
    input: z.object({
      ...byId,
      name: name.optional(),
      config: config.optional().describe('The whole configuration; secrets that are left out stay'),
      enabled: z.boolean().optional(),
      isGlobal: z.boolean().optional(),
      on: DeliverOn.optional(),
      maxAttempts: maxAttempts.optional(),
      retryBackoffMs: retryBackoffMs.optional(),
      timeoutMs: timeoutMs.optional(),
      expectedRevision,
    }),
    output: OutputDestination,
    errors: ['NOT_FOUND', 'VALIDATION_FAILED', 'ALREADY_EXISTS', 'REVISION_MISMATCH'],
    rest: ['PATCH', '/output-destinations/{id}'],
    restAliases: [['PUT', '/output-destinations/{id}']],
    graphql: 'updateOutputDestination',
    mcp: 'ratchet_update_output_destination',
    targets: [{ kind: 'output_destination', member: 'id' }],
    cli: 'output edit',
    precondition: true,
  }),
  delete: operation({
    name: 'outputDestinations.delete',
    description: 'Remove an output destination; what waits for it fails',
    effect: 'destructive',
    permission: 'administer',
    input: z.object(byId),
    output: z.void(),
    errors: ['NOT_FOUND', 'STATE_CONFLICT'],
    rest: ['DELETE', '/output-destinations/{id}'],
    graphql: 'deleteOutputDestination',
    mcp: 'ratchet_delete_output_destination',
    targets: [{ kind: 'output_destination', member: 'id' }],
    cli: 'output delete',
  }),
  test: operation({
    name: 'outputDestinations.test',
    description: 'Deliver a small sample there now and say what happened',
    effect: 'write',
    permission: 'administer',
    input: z.object(byId),
    output: DestinationTest,
    errors: ['NOT_FOUND'],
    rest: ['POST', '/output-destinations/{id}/test'],
    graphql: 'testOutputDestination',
    mcp: 'ratchet_test_output_destination',
    targets: [{ kind: 'output_destination', member: 'id' }],
    cli: 'output test',
  }),
} as const;
