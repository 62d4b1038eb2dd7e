import * as z from 'zod';

/** Members that operations on one task share. */
const taskRef = z.string().min(1).max(200).describe('The id or the uuid of the task');
export const byTask = { id: taskRef };
export const expectedRevision = z.int().min(1).optional().describe('Refuse unless this is the current revision');
export const changeDescription = z
  .string()
  .max(2000)
  .optional()
  .describe('What the change is for; kept in history and in the commit');
export const sourceCode = z.string().max(5_000_000);
