import * as z from 'zod';
import { Task } from '../entities/task.ts';
import { GeneratedTask, TaskTemplate } from '../entities/template.ts';
import { Id, JsonObject } from '../json.ts';
import { Name } from '../name.ts';
import { operation } from '../operation.ts';

export const templates = {
  list: operation({
    name: 'templates.list',
    description: 'Beginnings for tasks',
    effect: 'read',
    permission: 'read',
    input: z.object({}),
    output: z.object({ items: z.array(TaskTemplate) }).meta({ id: 'TaskTemplates', description: 'All templates' }),
    errors: [],
    rest: ['GET', '/templates'],
    graphql: 'templatesPage',
    mcp: 'ratchet_list_templates',
    cli: 'template list',
  }),
  generate: operation({
    name: 'templates.generate',
    description: 'Make the files of a task out of a template; with create, store the task too',
    effect: 'write',
    permission: 'create',
    input: z.object({
      name: z.string().min(1).max(100).describe('The template'),
      taskName: Name,
      description: z.string().max(2000).optional(),
      sourceType: z.enum(['javascript', 'typescript']).default('javascript'),
      parameters: JsonObject.default({}),
      create: z.boolean().default(false),
      repositoryId: Id.optional(),
      repositoryPath: z.string().max(1000).optional(),
    }),
    output: z
      .object({ ...GeneratedTask.shape, task: Task.nullable().describe('The stored task, with create') })
      .meta({ id: 'TemplateResult', description: 'What a template came to' }),
    errors: ['NOT_FOUND', 'VALIDATION_FAILED', 'ALREADY_EXISTS', 'REPOSITORY_READ_ONLY'],
    rest: ['POST', '/templates/{name}/generate'],
    graphql: 'generateTask',
    mcp: 'ratchet_generate_from_template',
    cli: 'generate task',
  }),
} as const;
