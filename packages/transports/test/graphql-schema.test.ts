import { operations } from '@ratchet/contract/operations/table';
import { type GraphQLSchema, isEnumType, isInputObjectType, isObjectType, validateSchema } from 'graphql';
import { describe, expect, it } from 'vitest';
import { buildGraphQLSchema } from '../src/graphql/build-schema.ts';
import { extras } from '../src/graphql/extras.ts';

const schema: GraphQLSchema = buildGraphQLSchema(operations);

describe('the schema', () => {
  it('is valid', () => {
    expect(validateSchema(schema)).toEqual([]);
  });

  it('describes every type, field, argument and value', () => {
    const missing: string[] = [];
    let seen = 0;
    const look = (name: string, described: { readonly description?: string | null | undefined }) => {
      seen++;
      if (!described.description?.trim()) missing.push(name);
    };
    for (const type of Object.values(schema.getTypeMap())) {
      if (type.name.startsWith('__')) continue;
      look(type.name, type);
      if (isEnumType(type)) for (const value of type.getValues()) look(`${type.name}.${value.name}`, value);
      if (isInputObjectType(type))
        for (const field of Object.values(type.getFields())) look(`${type.name}.${field.name}`, field);
      if (isObjectType(type))
        for (const field of Object.values(type.getFields())) {
          look(`${type.name}.${field.name}`, field);
          for (const arg of field.args) look(`${type.name}.${field.name}(${arg.name})`, arg);
        }
    }
    expect(missing).toEqual([]);
    expect(seen).toBeGreaterThan(2000);
  });

  it('has a field for every operation, on the root its effect says, and for every alias', () => {
    for (const { name, graphql, graphqlAliases = [], effect, stream, excused } of operations) {
      if (excused?.graphql) continue;
      const root = stream
        ? schema.getSubscriptionType()
        : effect === 'read'
          ? schema.getQueryType()
          : schema.getMutationType();
      for (const field of [graphql, ...graphqlAliases]) {
        expect(root?.getFields()[field], `${name}: ${field}`).toBeDefined();
        if (field.endsWith('Page')) expect(root?.getFields()[field.slice(0, -4)], `${name}: ${field}`).toBeDefined();
      }
    }
  });

  // The names of the specification, word for word. Specs come with their own operations.
  const names = {
    Query:
      'task tasks taskStats taskVersions taskHistory modifiedTasks repositories repository defaultRepository taskConflicts executions execution jobs job schedules schedule workers workerStats outputDestinations health tasksPage repositoriesPage executionsPage',
    Mutation:
      'createTask updateTask updateTaskSource deleteTask rollbackTask testTask executeTask pushTaskToRepository pushTaskChanges pushAllPending assignTaskRepository createRepository updateRepository deleteRepository setDefaultRepository syncRepository pushRepositoryChanges resolveConflict createJob updateJob deleteJob cancelJob retryJob createExecution updateExecution deleteExecution cancelExecution retryExecution createSchedule updateSchedule deleteSchedule enableSchedule disableSchedule triggerSchedule mcpCreateTask mcpEditTask mcpDeleteTask mcpTestTask mcpStoreResult',
    Subscription: 'taskExecutions executionLogs jobStatus workerStatus syncEvents',
  };
  it.each(Object.entries(names))('has every field of %s that is promised', (type, fields) => {
    const there = Object.keys((schema.getType(type) as { getFields(): object } | undefined)?.getFields() ?? {});
    expect(fields.split(' ').filter((field) => !there.includes(field))).toEqual([]);
  });

  const shapes: readonly [where: string, type: string][] = [
    ['Query.taskVersions', '[String!]!'],
    ['Query.tasks', '[Task!]'],
    ['Query.tasksPage', 'TaskPage'],
    ['TaskPage.items', '[Task!]!'],
    ['Query.modifiedTasks', '[ModifiedTask!]'],
    ['Query.taskHistory', '[TaskVersionSummary!]'],
    ['Query.defaultRepository', 'Repository'],
    ['Mutation.deleteTask', 'Boolean'],
    ['Mutation.deleteRepository', 'Boolean'],
    ['Mutation.resolveConflict', 'Task'],
    ['Mutation.pushTaskChanges', 'PushTaskChangesResult'],
    ['PushTaskChangesResult.errors', '[String!]!'],
    ['ModifiedTask.localModificationTime', 'String'],
    ['ModifiedTask.pushStatus', 'PushStatus!'],
    ['Task.syncStatus', 'TaskSyncStatus!'],
    ['Task.inputSchema', 'JSON'],
    ['Task.repository', 'Repository'],
    ['Task.id', 'ID!'],
    ['TaskFile.size', 'SafeInt!'],
    ['LogLine.sequence', 'SafeInt!'],
    ['Task.revision', 'Int!'],
    ['Execution.durationMs', 'Float'],
    ['FlameFrame.children', '[FlameFrame!]!'],
    ['ExecutionStats.byStatus', 'JSON!'],
    ['CreateTaskInput.sourceCode', 'String'],
    ['CreateRepositoryInput.pushPolicy', 'PushPolicyInput'],
    ['FilterInput.value', 'JSON'],
  ];
  it.each(shapes)('%s is %s', (where, type) => {
    const [on, field] = where.split('.') as [string, string];
    const fields = (schema.getType(on) as { getFields(): Record<string, { type: unknown }> } | undefined)?.getFields();
    expect(String(fields?.[field]?.type)).toBe(type);
  });

  it('asks for nothing in an argument, so that the operation’s own schema judges', () => {
    const required = ['Query', 'Mutation', 'Subscription'].flatMap((root) =>
      Object.values(
        (schema.getType(root) as { getFields(): Record<string, { args: { type: unknown }[] }> }).getFields(),
      )
        .flatMap(({ args }) => args)
        .filter(({ type }) => String(type).endsWith('!')),
    );
    expect(required).toEqual([]);
  });

  it('takes no extra that stands in no type, and none twice', () => {
    expect(() => buildGraphQLSchema(operations, [...extras, { ...extras[0], on: 'Nothing' } as never])).toThrow(
      /Nothing/,
    );
    const keys = extras.map(({ on, field }) => `${on}.${field}`);
    expect(keys).toHaveLength(new Set(keys).size);
  });
});
