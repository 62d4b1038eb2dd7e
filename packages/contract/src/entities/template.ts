import * as z from 'zod';
import { JsonObject, JsonSchema } from '../json.ts';

export const TaskTemplate = z
  .object({
    name: z.string(),
    label: z.string(),
    description: z.string(),
    parameters: JsonSchema.describe('What generating takes, with defaults'),
    files: z.array(z.string()).describe('The files a task made of it has'),
  })
  .meta({ id: 'TaskTemplate', description: 'A beginning for a task' });
export type TaskTemplate = z.output<typeof TaskTemplate>;

export const GeneratedTask = z
  .object({
    template: z.string(),
    name: z.string(),
    files: z.array(z.object({ path: z.string(), content: z.string() })),
    parameters: JsonObject.describe('With defaults filled in'),
  })
  .meta({ id: 'GeneratedTask', description: 'The files of a task made of a template' });
