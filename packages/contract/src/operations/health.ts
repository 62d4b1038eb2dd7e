import * as z from 'zod';
import { Health, HealthDetails } from '../entities/health.ts';
import { operation } from '../operation.ts';

export const health = {
  get: operation({
    name: 'health.get',
    description: 'Whether this server works',
    effect: 'read',
    permission: 'read',
    input: z.object({}),
    output: Health,
    errors: ['UNAVAILABLE'],
    rest: ['GET', '/health'],
    unversioned: true,
    graphql: 'health',
    mcp: 'ratchet_health',
    public: true,
    cli: 'server health',
  }),
  details: operation({
    name: 'health.details',
    description: 'How each part of this server is',
    effect: 'read',
    permission: 'read',
    input: z.object({}),
    output: HealthDetails,
    errors: [],
    rest: ['GET', '/health/detailed'],
    unversioned: true,
    graphql: 'healthDetails',
    mcp: 'ratchet_health_details',
    cli: 'server status',
  }),
} as const;
