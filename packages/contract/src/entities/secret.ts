import * as z from 'zod';
import { Id, Time } from '../json.ts';
import { pageOf } from '../paging.ts';

/** Never carries the value. */
export const Secret = z
  .object({
    id: Id,
    name: z.string().describe('What a task knows it by: context.secrets.<name>'),
    description: z.string().nullable(),
    taskIds: z.array(Id).describe('Tasks it is granted to'),
    createdBy: z.string(),
    revision: z.int(),
    createdAt: Time,
    updatedAt: Time,
    rotatedAt: Time.nullable().describe('When its value was last replaced'),
  })
  .meta({ id: 'Secret', description: 'A value that tasks are granted, kept encrypted and never answered' });
export type Secret = z.output<typeof Secret>;
export const SecretPage = pageOf(Secret, 'SecretPage');
