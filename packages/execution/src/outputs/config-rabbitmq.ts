import * as z from 'zod';
import { host, port, secretText, tlsShape } from './config-shape.ts';
import { contentShape } from './format.ts';

const name = z.string().min(1).max(255);

export const RabbitmqConfig = z
  .strictObject({
    host,
    port: port.optional().describe('5672, with TLS 5671'),
    vhost: z.string().min(1).max(255).default('/'),
    username: z.string().min(1).max(200).default('guest'),
    password: secretText().optional(),
    ...tlsShape,
    queue: name.optional().describe('Straight to a queue; or else exchange and routingKey'),
    exchange: name.optional(),
    routingKey: z.string().max(1000).default('').describe('A template'),
    exchangeType: z.enum(['direct', 'topic', 'fanout', 'headers']).default('topic').describe('Where it is declared'),
    declare: z.boolean().default(false).describe('Make the queue or exchange where it is not there, durable'),
    persistent: z.boolean().default(true),
    mandatory: z
      .boolean()
      .optional()
      .describe('Fail where no queue takes the message; without: for a queue yes, for an exchange no'),
    ...contentShape('envelope', 0),
  })
  .superRefine(({ queue, exchange, routingKey }, issues) => {
    if ((queue === undefined) === (exchange === undefined))
      issues.addIssue({ code: 'custom', path: ['queue'], message: 'Give either queue or exchange.' });
    if (queue !== undefined && routingKey !== '')
      issues.addIssue({ code: 'custom', path: ['routingKey'], message: 'goes with exchange, not with queue.' });
  });
export type RabbitmqConfig = z.output<typeof RabbitmqConfig>;
