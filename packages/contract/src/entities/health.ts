import * as z from 'zod';
import { Time } from '../json.ts';

export const HealthCheck = z
  .object({
    name: z.string(),
    status: z.enum(['ok', 'degraded', 'failing']),
    message: z.string(),
    durationMs: z.number(),
  })
  .meta({ id: 'HealthCheck', description: 'One part of the server' });
export const Health = z
  .object({
    status: z.enum(['ok', 'degraded', 'failing']),
    version: z.string(),
    nodeId: z.string(),
    uptimeSeconds: z.number(),
  })
  .meta({ id: 'Health', description: 'Whether this server works' });
export const HealthDetails = z
  .object({
    status: z.enum(['ok', 'degraded', 'failing']),
    version: z.string(),
    nodeId: z.string(),
    uptimeSeconds: z.number(),
    startedAt: Time,
    mode: z.enum(['embedded', 'postgresql']),
    checks: z.array(HealthCheck),
  })
  .meta({ id: 'HealthDetails', description: 'How each part of this server is' });
