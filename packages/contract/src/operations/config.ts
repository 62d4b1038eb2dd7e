import * as z from 'zod';
import { Config, configChanges } from '../entities/config.ts';
import { operation } from '../operation.ts';
import { expectedRevision } from './task-reference.ts';

export const config = {
  get: operation({
    name: 'config.get',
    description: 'How the server is configured, without what is secret',
    effect: 'read',
    permission: 'administer',
    input: z.object({}),
    output: Config,
    errors: [],
    rest: ['GET', '/config'],
    graphql: 'config',
    mcp: 'ratchet_get_config',
    cli: 'config show',
  }),
  update: operation({
    name: 'config.update',
    description: 'Change settings in the configuration file, which keeps its comments; some count after the next start',
    effect: 'write',
    permission: 'administer',
    input: z.object({ changes: configChanges, expectedRevision }),
    output: Config,
    errors: ['VALIDATION_FAILED', 'STATE_CONFLICT', 'REVISION_MISMATCH'],
    rest: ['PUT', '/config'],
    graphql: 'updateConfig',
    mcp: 'ratchet_update_config',
    cli: 'config set',
  }),
} as const;
