import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  buildClientSchema,
  type GraphQLField,
  type GraphQLSchema,
  getIntrospectionQuery,
  getNamedType,
  isLeafType,
  isObjectType,
} from 'graphql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Served, served } from './served.ts';

let server: Served;
let schema: GraphQLSchema;
beforeAll(async () => {
  server = await served();
  schema = buildClientSchema((await ask(getIntrospectionQuery())).data);
});
afterAll(() => server.close());

// biome-ignore lint/suspicious/noExplicitAny: answers are looked into by the tests
async function ask(query: string, variables: Record<string, unknown> = {}): Promise<any> {
  return (await server.call('POST', '/graphql', { query, variables })).body;
}
/** The data of a request that has no errors. */
// biome-ignore lint/suspicious/noExplicitAny: answers are looked into by the tests
async function data(query: string, variables: Record<string, unknown> = {}): Promise<any> {
  const answer = await ask(query, variables);
  expect(answer.errors).toBeUndefined();
  return answer.data;
}

const source = '(input) => {\n  return { double: input.n * 2 };\n}\n';
/** What the story made, for the queries that come after it. */
const made: Record<string, string> = {};

describe('a story over GraphQL alone', () => {
  it('begins with a repository, whose task is pulled, run and edited', async () => {
    const uri = join(server.folder, 'tasks');
    mkdirSync(join(uri, 'double'), { recursive: true });
    writeFileSync(join(uri, 'double', 'metadata.json'), '{\n  "name": "double",\n  "version": "1.0.0"\n}\n');
    writeFileSync(join(uri, 'double', 'main.js'), source);
    const { createRepository } = await data(
      `mutation($input: CreateRepositoryInput) { createRepository(input: $input) { id name repositoryType pushPolicy { branchStrategy } } }`,
      {
        input: {
          name: 'folder',
          repositoryType: 'FILESYSTEM',
          uri,
          syncIntervalMinutes: 0,
          metadata: { made: [1, { by: 'x' }] },
        },
      },
    );
    expect(createRepository).toMatchObject({ repositoryType: 'FILESYSTEM', pushPolicy: { branchStrategy: 'DIRECT' } });
    made.repository = createRepository.id;
    const { syncRepository } = await data(
      `mutation($id: ID!) { syncRepository(id: $id) { tasksAdded problems { message } conflicts { id } } }`,
      {
        id: made.repository,
      },
    );
    expect(syncRepository).toEqual({ tasksAdded: 1, problems: [], conflicts: [] });
    const { tasks } = await data(
      `{ tasks(filters: [{field: "repositoryId", value: "${made.repository}"}]) { id name sourceCode repository { id metadata } availableVersions } }`,
    );
    expect(tasks).toEqual([
      {
        id: expect.any(String),
        name: 'double',
        sourceCode: source,
        repository: { id: made.repository, metadata: { made: [1, { by: 'x' }] } },
        availableVersions: ['1.0.0'],
      },
    ]);
    made.task = tasks[0].id;
    expect((await data(`{ taskVersions(id: "${made.task}") }`)).taskVersions).toEqual(['1.0.0']);

    const { executeTask } = await data(
      `mutation($id: ID!, $input: JSON) { executeTask(id: $id, input: $input, wait: true) { id status output durationMs task { name } logs { message } } }`,
      { id: made.task, input: { n: 21 } },
    );
    expect(executeTask).toMatchObject({
      status: 'COMPLETED',
      output: { double: 42 },
      task: { name: 'double' },
      logs: [],
    });
    made.execution = executeTask.id;
    const again = await data(
      `mutation($n: Int) { executeTask(id: "${made.task}", input: {n: $n}, wait: true) { output } }`,
      { n: 4 },
    );
    expect(again.executeTask.output).toEqual({ double: 8 });

    const { updateTaskSource } = await data(
      `mutation($input: UpdateTaskSourceInput) { updateTaskSource(input: $input) { revision syncStatus needsPush } }`,
      { input: { id: made.task, sourceCode: source.replace('* 2', '* 3'), changeDescription: 'three' } },
    );
    expect(updateTaskSource).toEqual({ revision: 2, syncStatus: 'MODIFIED', needsPush: true });
    const { modifiedTasks, taskHistory, taskHistoryPage } = await data(`{
      modifiedTasks { id taskId localModificationTime pushStatus task { name } }
      taskHistory(id: "${made.task}", pagination: {limit: 1}) { revision changeDescription }
      taskHistoryPage(id: "${made.task}", pagination: {limit: 1}) { meta { total hasNext } }
    }`);
    expect(modifiedTasks).toEqual([
      {
        id: made.task,
        taskId: made.task,
        localModificationTime: expect.any(String),
        pushStatus: 'NOT_REQUIRED',
        task: { name: 'double' },
      },
    ]);
    expect(taskHistory).toEqual([{ revision: 2, changeDescription: 'three' }]);
    expect(taskHistoryPage.meta).toEqual({ total: 2, hasNext: true });
  });

  it('goes on with a push, a conflict and its decision', async () => {
    const uri = join(server.folder, 'tasks');
    const pushed = await data(
      `mutation { pushTaskChanges(id: "${made.task}") { success commitHash pullRequestUrl errors } }`,
    );
    expect(pushed.pushTaskChanges).toMatchObject({ success: true, pullRequestUrl: null, errors: [] });
    expect(readFileSync(join(uri, 'double', 'main.js'), 'utf8')).toContain('* 3');

    await data(`mutation($code: String) { updateTaskSource(id: "${made.task}", sourceCode: $code) { id } }`, {
      code: source.replace('* 2', '* 7'),
    });
    writeFileSync(join(uri, 'double', 'main.js'), source.replace('* 2', '* 5'));
    const { syncRepository } = await data(`mutation { syncRepository(id: "${made.repository}") { conflicts { id } } }`);
    made.conflict = syncRepository.conflicts[0].id;
    const { taskConflicts, task } = await data(`{
      taskConflicts(repositoryId: "${made.repository}") { id conflictType files { path state } task { id } repository { name } }
      task(id: "${made.task}") { syncStatus conflicts { id } }
    }`);
    expect(taskConflicts).toEqual([
      {
        id: made.conflict,
        conflictType: 'BOTH_MODIFIED',
        files: [{ path: 'main.js', state: 'CONFLICT' }],
        task: { id: made.task },
        repository: { name: 'folder' },
      },
    ]);
    expect(task).toEqual({ syncStatus: 'CONFLICT', conflicts: [{ id: made.conflict }] });
    const { resolveConflict } = await data(
      `mutation { resolveConflict(id: "${made.conflict}", resolution: TAKE_REMOTE) { id sourceCode syncStatus } }`,
    );
    expect(resolveConflict).toEqual({ id: made.task, sourceCode: source.replace('* 2', '* 5'), syncStatus: 'SYNCED' });
  });

  it('makes tasks, jobs and what is around them, and deletes them', async () => {
    const { mcpCreateTask } = await data(
      `mutation { mcpCreateTask(name: "hello", sourceCode: "export default async () => 'hello'", inputSchema: true, outputSchema: {type: "string"}, metadata: {tags: ["a", "b"]}) { id tags outputSchema repository { isDefault } } }`,
    );
    expect(mcpCreateTask).toMatchObject({ outputSchema: { type: 'string' }, repository: { isDefault: true } });
    expect((await data('{ defaultRepository { name isDefault } }')).defaultRepository.isDefault).toBe(true);
    const { createJob } = await data(
      `mutation($id: ID!) { createJob(taskId: $id, priority: HIGH, input: {}, scheduledFor: "2099-01-01T00:00:00Z") { id status priority retryBackoffMs task { name } } }`,
      { id: mcpCreateTask.id },
    );
    expect(createJob).toEqual({
      id: expect.any(String),
      status: 'QUEUED',
      priority: 'HIGH',
      retryBackoffMs: 1000,
      task: { name: 'hello' },
    });
    made.job = createJob.id;
    const { createSchedule } = await data(
      `mutation { createSchedule(taskId: "${mcpCreateTask.id}", cron: "0 0 1 1 *", name: "yearly", enabled: false) { id catchUp overlap task { name } } }`,
    );
    expect(createSchedule).toMatchObject({ catchUp: 'LAST', task: { name: 'hello' } });
    made.schedule = createSchedule.id;
    const { createBatch, createOutputDestination, mcpStoreResult, createAlert, createCredential, createSecret } =
      await data(
        `mutation($task: ID!) {
        createBatch(requests: [{taskId: $task}], wait: true, mode: SEQUENTIAL) { id status items { key status job { id } } jobs { id } }
        createOutputDestination(name: "out", type: STDIO, config: {}) { id on }
        mcpStoreResult(name: "kept", taskId: $task, content: {a: [1]}) { id content task { name } }
        createAlert(name: "stuck", metric: OPEN_CONFLICTS, threshold: 3) { id state }
        createCredential(name: "token", type: TOKEN, token: "t") { id type }
        createSecret(name: "SECRET", value: "a value", taskIds: [$task]) { id }
      }`,
        { task: mcpCreateTask.id },
      );
    expect(createBatch).toMatchObject({ status: 'COMPLETED', items: [{ status: 'COMPLETED' }] });
    expect(createBatch.jobs).toEqual([createBatch.items[0].job]);
    expect(mcpStoreResult).toMatchObject({ content: { a: [1] }, task: { name: 'hello' } });
    Object.assign(made, {
      batch: createBatch.id,
      destination: createOutputDestination.id,
      result: mcpStoreResult.id,
      alert: createAlert.id,
      credential: createCredential.id,
      secret: createSecret.id,
    });
    const gone = await data(
      `mutation { cancelJob(id: "${made.job}") { status } mcpDeleteTask(id: "${mcpCreateTask.id}") }`,
    );
    const tried = await data(
      `mutation { validateTask(input: {id: "${made.task}"}) { valid } testRepositoryConnection(id: "${made.repository}") { success } planRepositorySync(id: "${made.repository}") { actions { action } } }`,
    );
    expect(tried).toMatchObject({ validateTask: { valid: true }, testRepositoryConnection: { success: true } });
    expect(gone).toEqual({ cancelJob: { status: 'CANCELLED' }, mcpDeleteTask: true });
    const { errors } = await ask(`mutation { deleteRepository(id: "${made.repository}") }`);
    expect(errors[0].extensions.code).toBe('REPOSITORY_NOT_EMPTY');
  });
});

describe('every query', () => {
  const ids = (field: string): Record<string, string> => {
    const of: readonly [RegExp, string][] = [
      [/^(repositor|pushRequest)/, 'repository'],
      [/^conflict/, 'conflict'],
      [/^execution/, 'execution'],
      [/^job/, 'job'],
      [/^batch/, 'batch'],
      [/^schedule/, 'schedule'],
      [/^outputDestination/, 'destination'],
      [/^result/, 'result'],
      [/^alert/, 'alert'],
      [/^credential/, 'credential'],
      [/^secret/, 'secret'],
    ];
    return {
      id: `"${made[of.find(([pattern]) => pattern.test(field))?.[1] ?? 'task']}"`,
      revision: '1',
      cron: '"@daily"',
      planId: '"another"',
      pushId: '"01a1fde6-5bbc-79bd-9069-a8ceb810eb8c"',
      path: field === 'discoverTasks' ? `"${join(server.folder, 'tasks')}"` : '"main.js"',
    };
  };
  /** Every leaf of a type, and of what it holds, two levels down. */
  function selection(type: unknown, depth: number): string {
    const named = getNamedType(type as never);
    if (!isObjectType(named)) return '';
    const parts = Object.values(named.getFields()).flatMap((field: GraphQLField<unknown, unknown>) => {
      const args = field.args.some(({ name }) => name === 'limit') ? '(limit: 1)' : '';
      if (isLeafType(getNamedType(field.type))) return [`${field.name}${args}`];
      const inner = depth > 0 ? selection(field.type, depth - 1) : '';
      return inner ? [`${field.name}${args} ${inner}`] : [];
    });
    return parts.length > 0 ? `{ ${parts.join(' ')} }` : '';
  }
  /** Errors that are an answer all the same: the story has nothing of the kind. */
  const allowed = new Set(['NOT_FOUND', 'STATE_CONFLICT', 'UNAVAILABLE', 'PLAN_STALE']);

  it('answers every leaf of its type', async () => {
    const fields = Object.values(schema.getQueryType()?.getFields() ?? {});
    const wrong: string[] = [];
    let answered = 0;
    for (const field of fields) {
      const given = ids(field.name);
      const args = field.args.flatMap(({ name }) =>
        name === 'pagination' ? ['pagination: {limit: 2}'] : given[name] ? [`${name}: ${given[name]}`] : [],
      );
      const query = `{ ${field.name}${args.length ? `(${args.join(', ')})` : ''} ${selection(field.type, 2)} }`;
      const answer = await ask(query);
      const codes = (answer.errors ?? []).map((error: { extensions: { code: string } }) => error.extensions.code);
      if (codes.length === 0) answered++;
      else if (!codes.every((code: string) => allowed.has(code)))
        wrong.push(`${field.name}: ${JSON.stringify(answer.errors[0])}`);
    }
    console.log(`queries answered: ${answered} of ${fields.length}`);
    expect(wrong).toEqual([]);
  });
});
