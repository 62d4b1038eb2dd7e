import * as z from 'zod';
import { JsonObject, JsonValue } from '../json.ts';

export const Config = z
  .object({
    path: z.string().nullable().describe('The file it was read from; null where there is none'),
    values: JsonObject.describe('Every setting as it counts now, by section; what is secret shows as ***'),
    sources: z
      .record(z.string(), z.enum(['default', 'file', 'environment', 'argument']))
      .describe('Where each setting comes from, by its dotted name'),
    restartNeeded: z.array(z.string()).describe('Settings that were changed and count after the next start'),
    revision: z.int(),
  })
  .meta({ id: 'Config', description: 'How the server is configured' });

export const configChanges = z
  .record(z.string().max(200), JsonValue.nullable())
  .describe('By dotted name, such as server.port; null goes back to the default');
