import * as z from 'zod';
import { Id, JsonValue, Time } from '../json.ts';
import { pageOf } from '../paging.ts';

export const StoredResult = z
  .object({
    id: Id,
    name: z.string(),
    taskId: Id.nullable(),
    executionId: Id.nullable().describe('The execution whose output it is'),
    content: JsonValue,
    tags: z.array(z.string()),
    createdBy: z.string(),
    createdAt: Time,
  })
  .meta({ id: 'StoredResult', description: 'A result that somebody keeps' });
export type StoredResult = z.output<typeof StoredResult>;
export const StoredResultPage = pageOf(StoredResult, 'StoredResultPage');
