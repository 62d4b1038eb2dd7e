import * as z from 'zod';
import { Id, Time } from '../json.ts';

export const Backup = z
  .object({
    id: Id,
    fileName: z.string().describe('The name to keep it under'),
    size: z.int().describe('Bytes of the file'),
    createdAt: Time.describe('The moment that all of it is of'),
    version: z.string().describe('Of the Ratchet that wrote it'),
    mode: z.enum(['embedded', 'postgresql']).describe('Where it was made; it can be restored into either'),
    tables: z.int().describe('Tables in it'),
    rows: z.int().describe('Rows of all tables together'),
    keyIds: z.array(z.string()).describe('Keys that open the secrets in it, which stay sealed; the keys are not in it'),
  })
  .meta({ id: 'Backup', description: 'The whole database in one file, kept in the server’s data folder' });
export type Backup = z.output<typeof Backup>;
