import * as z from 'zod';
import { SourceType, Task } from '../entities/task.ts';
import { Id, JsonSchema } from '../json.ts';
import { operation } from '../operation.ts';
import { byTask, changeDescription, expectedRevision, sourceCode } from './task-reference.ts';

/** Operations on the code of a task, with its schemas. */
export const taskSource = {
  getSource: operation({
    name: 'tasks.getSource',
    description: 'The code and schemas of a task',
    effect: 'read',
    permission: 'read',
    input: z.object(byTask),
    output: z
      .object({
        taskId: Id,
        sourceCode: z.string(),
        sourceType: SourceType,
        entry: z.string().describe('The file that holds the code'),
        inputSchema: JsonSchema.nullable(),
        outputSchema: JsonSchema.nullable(),
        version: z.string(),
        revision: z.int(),
      })
      .meta({ id: 'TaskSource', description: 'The code and schemas of a task' }),
    errors: ['NOT_FOUND'],
    rest: ['GET', '/tasks/{id}/source'],
    graphql: 'taskSource',
    mcp: 'ratchet_get_task_source',
    targets: [{ kind: 'task', member: 'id' }],
    cli: 'task source',
  }),
  updateSource: operation({
    name: 'tasks.updateSource',
    description: 'Change the code and, where given, the schemas and version of a task',
    effect: 'write',
    permission: 'edit',
    input: z.object({
      ...byTask,
      sourceCode,
      inputSchema: JsonSchema.nullable().optional(),
      outputSchema: JsonSchema.nullable().optional(),
      version: z.string().max(100).optional(),
      changeDescription,
      expectedRevision,
    }),
    output: Task,
    errors: ['NOT_FOUND', 'REVISION_MISMATCH', 'VALIDATION_FAILED'],
    example: {
      input: {
        id: '01912d68-783e-7a03-8467-5661c1243ad4',
        sourceCode: 'export default async (input) => ({ total: input.items.length });',
        version: '1.1.0',
        changeDescription: 'Count the items',
        expectedRevision: 3,
      },
    },
    rest: ['PUT', '/tasks/{id}/source'],
    graphql: 'updateTaskSource',
    mcp: 'ratchet_update_task_source',
    targets: [{ kind: 'task', member: 'id' }],
    cli: 'task source set',
    precondition: true,
  }),
} as const;
