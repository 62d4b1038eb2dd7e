import * as z from 'zod';
import { host, port, secretText, template, tlsShape } from './config-shape.ts';
import { contentShape } from './format.ts';

export const RedisConfig = z
  .strictObject({
    host,
    port: port.default(6379),
    username: z.string().min(1).max(200).optional(),
    password: secretText().optional(),
    database: z.int().min(0).max(1_000_000).default(0),
    ...tlsShape,
    mode: z
      .enum(['list', 'stream', 'publish', 'set'])
      .default('list')
      .describe('list: pushed. stream: added. publish: to who listens now. set: a value of its own'),
    key: template(1000).describe('The list, stream or channel, or the name of the value'),
    push: z.enum(['right', 'left']).default('right').describe('Which end of a list'),
    maxLength: z.int().min(1).max(1_000_000_000).optional().describe('Of a list or stream; the oldest go'),
    ttlSeconds: z.int().min(1).max(1_000_000_000).optional().describe('How long a value is kept'),
    ...contentShape('envelope', 0),
  })
  .superRefine(({ mode, ttlSeconds, maxLength }, issues) => {
    if (ttlSeconds !== undefined && mode !== 'set')
      issues.addIssue({ code: 'custom', path: ['ttlSeconds'], message: 'is for mode set only.' });
    if (maxLength !== undefined && mode !== 'list' && mode !== 'stream')
      issues.addIssue({ code: 'custom', path: ['maxLength'], message: 'is for modes list and stream only.' });
  });
export type RedisConfig = z.output<typeof RedisConfig>;
