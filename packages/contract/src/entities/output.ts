import * as z from 'zod';
import { Id, JsonObject, Time } from '../json.ts';
import { pageOf } from '../paging.ts';

export const OutputType = z
  .enum(['filesystem', 'webhook', 'postgresql', 'mysql', 's3', 'redis', 'rabbitmq', 'email', 'stdio'])
  .meta({ id: 'OutputType', description: 'Where an output goes' });
export type OutputType = z.output<typeof OutputType>;
export const DeliverOn = z
  .enum(['success', 'failure', 'always'])
  .meta({ id: 'DeliverOn', description: 'Which ends of an execution are delivered' });

/** Never carries a secret: `secretFields` names those that are set. */
export const OutputDestination = z
  .object({
    id: Id,
    name: z.string(),
    type: OutputType,
    config: JsonObject.describe('As its type needs it, without secrets'),
    secretFields: z.array(z.string()).describe('Members of the configuration that are set and kept encrypted'),
    enabled: z.boolean(),
    isGlobal: z.boolean().describe('Every execution’s output goes there'),
    on: DeliverOn,
    maxAttempts: z.int(),
    retryBackoffMs: z.int().describe('Before the second attempt; doubles, capped at 5 minutes'),
    timeoutMs: z.int().describe('Of one attempt'),
    circuit: z
      .enum(['closed', 'open', 'half_open'])
      .describe('open: it failed so often that it is left alone for a while'),
    lastDeliveredAt: Time.nullable(),
    lastError: z.string().nullable(),
    createdBy: z.string(),
    revision: z.int(),
    createdAt: Time,
    updatedAt: Time,
  })
  .meta({ id: 'OutputDestination', description: 'Where outputs of executions are delivered' });
export type OutputDestination = z.output<typeof OutputDestination>;
export const OutputDestinationPage = pageOf(OutputDestination, 'OutputDestinationPage');

export const DeliveryStatus = z
  .enum(['pending', 'delivering', 'delivered', 'failed'])
  .meta({ id: 'DeliveryStatus', description: 'pending: it waits for its first or next attempt' });

export const DeliveryAttempt = z
  .object({
    attempt: z.int(),
    at: Time,
    durationMs: z.number(),
    error: z.string().nullable(),
    response: z.string().nullable().describe('What the other side said: a status, a message id'),
  })
  .meta({ id: 'DeliveryAttempt', description: 'One attempt to deliver' });

export const Delivery = z
  .object({
    id: Id.describe('Stays the same over all attempts and goes with each of them'),
    executionId: Id,
    destinationId: Id,
    destinationName: z.string(),
    taskName: z.string(),
    status: DeliveryStatus,
    target: z.string().nullable().describe('What the templates of its path, address or key came to'),
    attempts: z.int(),
    maxAttempts: z.int(),
    lastError: z.string().nullable(),
    history: z.array(DeliveryAttempt),
    bytes: z.int().nullable(),
    nextAttemptAt: Time.nullable(),
    deliveredAt: Time.nullable(),
    revision: z.int(),
    createdAt: Time,
    updatedAt: Time,
  })
  .meta({ id: 'Delivery', description: 'One output on its way to one destination' });
export type Delivery = z.output<typeof Delivery>;
export const DeliveryPage = pageOf(Delivery, 'DeliveryPage');

export const DestinationTest = z
  .object({
    success: z.boolean(),
    message: z.string(),
    target: z.string().nullable(),
    durationMs: z.number(),
    response: z.string().nullable(),
  })
  .meta({ id: 'DestinationTest', description: 'What a trial delivery did' });
