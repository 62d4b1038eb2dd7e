import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Client, Tool } from '@modelcontextprotocol/client';
import { AjvJsonSchemaValidator } from '@modelcontextprotocol/client/validators/ajv';
import { operations } from '@ratchet/contract/operations/table';
import { createGitRepository, type GitRepository } from '@ratchet/testing/git-repository';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Served, served } from '../served.ts';
import { answer, type Era, eras, mcpClient, refusal, textOf } from './client.ts';

const source = (factor: number) => `(input) => {\n  return { product: input.n * ${factor} };\n}\n`;
const metadata = `${JSON.stringify({ name: 'upstream', version: '1.0.0', description: 'as it was' }, null, 2)}\n`;

let server: Served;
let upstream: GitRepository;
let failed: string;
const clients = new Map<Era, Client>();
const client = (era: Era = '2026-07-28') => clients.get(era) as Client;

/** Ids that arguments of that name stand for. */
const world: Record<string, unknown> = { revision: 1, path: 'main.js' };

beforeAll(async () => {
  server = await served({ RATCHET_OUTPUT_ALLOW_PRIVATE: '127.0.0.1' });
  for (const era of eras) clients.set(era, await mcpClient(server.address, era));
  upstream = await createGitRepository(join(server.folder, 'git', 'tasks.git'));
  await upstream.commit({ 'upstream/metadata.json': metadata, 'upstream/main.js': source(2) });
  const ask = (name: string, given: Record<string, unknown> = {}) => answer(client(), name, given);

  const repository = await ask('ratchet_create_repository', {
    name: 'upstream',
    repository_type: 'git',
    uri: upstream.path,
    sync_interval_minutes: 0,
  });
  world.repository_id = repository.id;
  await ask('ratchet_sync_repository', { repository_id: repository.id });
  const { items } = await ask('ratchet_list_available_tasks', { filters: [{ field: 'name', value: 'upstream' }] });
  const task_id = items[0].id;
  world.task_id = task_id;
  const run = await ask('ratchet_execute_task', { task_id, input: { n: 4 }, wait: true, record: true });
  expect(run).toMatchObject({ status: 'completed', output: { product: 8 } });
  world.execution_id = run.id;
  const failing = await ask('ratchet_create_task', {
    name: 'fails',
    source_code: '() => { throw new Error("no"); }\n',
  });
  failed = (await ask('ratchet_execute_task', { task_id: failing.id, wait: true })).id;
  world.job_id = (await ask('ratchet_create_job', { task_id, input: { n: 1 } })).id;
  world.batch_id = (await ask('ratchet_batch_execute', { requests: [{ task_id, input: { n: 1 } }], wait: true })).id;
  world.schedule_id = (await ask('ratchet_create_schedule', { task_id, cron: '0 0 1 1 *' })).id;
  world.output_destination_id = (
    await ask('ratchet_create_output_destination', {
      name: 'out',
      type: 'webhook',
      config: { url: 'http://127.0.0.1:9/' },
    })
  ).id;
  world.credential_id = (await ask('ratchet_create_credential', { name: 'c', type: 'token', token: 'very secret' })).id;
  world.secret_id = (await ask('ratchet_create_secret', { name: 'SECRET', value: 'very secret' })).id;
  world.result_id = (await ask('ratchet_store_result', { name: 'r', content: { some_thing: 1 } })).id;
  world.alert_id = (await ask('ratchet_create_alert', { name: 'a', metric: 'open_conflicts', threshold: 0 })).id;
  world.worker_id = (await ask('ratchet_list_workers')).items[0].id;
  world.backup_id = (await ask('ratchet_create_backup')).id;
  const change = join(server.folder, 'shop/openspec/changes/add-cart');
  mkdirSync(change, { recursive: true });
  writeFileSync(join(change, 'tasks.md'), '- [ ] 1.1 Begin\n');
  world.project_id = (await ask('ratchet_create_project', { name: 'shop', path: join(server.folder, 'shop') })).id;
  world.spec_id = 'shop/add-cart';
  // Both sides change the same line.
  await ask('ratchet_update_task_source', { task_id, source_code: source(3) });
  await upstream.commit({ 'upstream/main.js': source(5) });
  const synced = await ask('ratchet_sync_repository', { repository_id: repository.id });
  world.conflict_id = synced.conflicts[0].id;
});
afterAll(async () => {
  for (const one of clients.values()) await one.close();
  await server?.close();
});

async function pagesOf(from: Client): Promise<Tool[][]> {
  const pages: Tool[][] = [];
  let cursor: string | undefined;
  do {
    const page = await from.request({ method: 'tools/list', params: cursor ? { cursor } : {} });
    pages.push(page.tools);
    cursor = page.nextCursor;
  } while (cursor);
  return pages;
}

describe.each(eras)('tools of %s', (era) => {
  it('are listed in pages of 50, each tool once', async () => {
    const pages = await pagesOf(client(era));
    expect(pages.slice(0, -1).every((page) => page.length === 50)).toBe(true);
    const names = pages.flat().map((tool) => tool.name);
    expect(new Set(names).size).toBe(names.length);
    expect(names).toEqual(operations.filter((one) => !one.excused?.mcp).map((one) => one.mcp));
    expect(names.filter((name) => !name.startsWith('ratchet_'))).toEqual([]);
  });

  it('refuse a cursor that was never answered', async () => {
    await expect(client(era).request({ method: 'tools/list', params: { cursor: 'nonsense' } })).rejects.toThrow(
      /cursor/,
    );
  });
});

// What users, keys, grants, the audit, the configuration and the guides answer is played over every surface elsewhere.
const elsewhere = new Set(['auth', 'users', 'apiKeys', 'grants', 'audit', 'config', 'guides']);
const reading = operations.filter(
  (one) => one.effect === 'read' && !one.excused?.mcp && !elsewhere.has(one.name.split('.')[0] ?? ''),
);
/** Ids of things that this server has none of: asked for, they are told to be missing, or that the plan holds no more. */
const missing = new Map([
  ['ratchet_get_push_request', 'NOT_FOUND'],
  ['ratchet_get_delivery', 'NOT_FOUND'],
  ['ratchet_plan_diff', 'PLAN_STALE'],
]);

describe('every tool that reads', () => {
  let tools: ReadonlyMap<string, Tool>;
  beforeAll(async () => {
    tools = new Map((await pagesOf(client())).flat().map((tool) => [tool.name, tool]));
  });

  it.each(reading.map((one) => one.mcp))('%s answers by its own output schema', async (name) => {
    const tool = tools.get(name) as Tool;
    const nothing = '00000000-0000-7000-8000-000000000000';
    const given = Object.fromEntries(
      (tool.inputSchema.required ?? []).map((argument) => [argument, world[argument] ?? nothing]),
    );
    if (name === 'ratchet_analyze_execution_error') given.execution_id = failed;
    if (name === 'ratchet_preview_cron') given.cron = '@daily';
    if (name === 'ratchet_get_backup') given.id = String(world.backup_id);
    if (name === 'ratchet_discover_tasks')
      given.path = mkdirSync(join(server.folder, 'elsewhere'), { recursive: true }) ?? '';
    if (missing.has(name)) {
      expect(await refusal(client(), name, given)).toMatchObject({ code: missing.get(name) });
      return;
    }
    const result = await client().callTool({ name, arguments: given });
    expect(result.isError, textOf(result)).toBeFalsy();
    const judged = new AjvJsonSchemaValidator().getValidator(tool.outputSchema as object)(result.structuredContent);
    expect(judged.valid, judged.errorMessage).toBe(true);
    expect(textOf(result).length).toBeGreaterThan(0);
    expect(textOf(result).length).toBeLessThan(61_000);
    expect(JSON.stringify(result)).not.toContain('very secret');
  });
});

describe.each(eras)('an agent over %s', (era) => {
  const ask = (name: string, given: Record<string, unknown> = {}) => answer(client(era), name, given);

  it('writes, tests, runs, edits and pushes a task, and resolves a conflict', async () => {
    const name = `story ${era}`;
    const made = await ask('ratchet_create_task', {
      name,
      source_code: source(2),
      input_schema: { type: 'object', properties: { n: { type: 'number' } }, required: ['n'] },
      output_schema: { type: 'object', properties: { product: { type: 'number' } } },
      repository_id: world.repository_id,
    });
    const task_id = made.id;
    expect(await ask('ratchet_validate_task', { task_id })).toMatchObject({ valid: true });
    await ask('ratchet_put_task_file', {
      task_id,
      path: 'tests/all.json',
      content: JSON.stringify([{ name: 'doubles', input: { n: 2 }, expected: { product: 4 } }]),
    });
    expect(await ask('ratchet_run_task_tests', { task_id })).toMatchObject({ passed: 1, failed: 0 });

    const run = await ask('ratchet_execute_task', { task_id, input: { n: 21 }, wait: true });
    expect(run).toMatchObject({ status: 'completed', output: { product: 42 } });
    expect(await ask('ratchet_get_execution_logs', { execution_id: run.id })).toMatchObject({
      meta: { page: 1, limit: 50 },
    });
    expect(await ask('ratchet_get_execution_status', { execution_id: run.id })).toMatchObject({ id: run.id });
    const watched = await ask('ratchet_watch_execution', { execution_id: run.id });
    expect(watched).toMatchObject({ ended: true });
    expect(watched.events.length).toBeGreaterThan(0);

    const edited = await ask('ratchet_update_task_source', {
      task_id,
      source_code: source(3),
      change_description: 'thrice',
    });
    expect(await ask('ratchet_task_diff', { task_id, from: edited.revision - 1 })).toMatchObject({
      files: [{ path: 'main.js' }],
    });
    const pushed = await ask('ratchet_push_task_to_repository', { task_id, message: 'Told by an agent' });
    expect(pushed).toMatchObject({ success: true });
    const head = (await upstream.head()) as string;
    expect([pushed.commitHash, (await upstream.log())[0]?.message.split('\n')[0]]).toEqual([head, 'Told by an agent']);
    expect((await upstream.files()).get(`${made.repositoryInfo.repositoryPath}/main.js`)?.bytes.toString()).toBe(
      source(3),
    );

    // Both sides change the same line.
    await ask('ratchet_update_task_source', { task_id, source_code: source(10) });
    await upstream.commit({ [`${made.repositoryInfo.repositoryPath}/main.js`]: source(20) });
    const synced = await client(era).callTool({
      name: 'ratchet_sync_repository',
      arguments: { repository_id: world.repository_id },
    });
    expect(synced._meta).toMatchObject({ 'ratchet/refused': 'SYNC_CONFLICT' });
    expect(textOf(synced)).toMatch(/^Refused: SYNC_CONFLICT/);
    const found = await ask('ratchet_list_conflicts', {
      filters: [{ field: 'repositoryId', value: world.repository_id }],
    });
    const conflict_id = found.items.find((one: { taskId: string }) => one.taskId === task_id).id;
    const conflict = await ask('ratchet_get_conflict', { conflict_id });
    const file = conflict.files.find((one: { path: string }) => one.path === 'main.js');
    const resolved = await ask('ratchet_resolve_conflict', {
      conflict_id,
      resolution: 'manual',
      choices: { 'main.js': { [file.hunks[0].id]: 'remote' } },
      expected_revision: conflict.revision,
    });
    expect(JSON.stringify(resolved)).toContain('* 20');
    expect((await ask('ratchet_execute_task', { task_id, input: { n: 2 }, wait: true })).output).toEqual({
      product: 40,
    });
  });

  it('is asked before anything is taken away', async () => {
    const { id: task_id } = await ask('ratchet_create_task', { name: `gone ${era}`, source_code: source(1) });
    const asked = await refusal(client(era), 'ratchet_delete_task', { task_id });
    expect(asked).toMatchObject({ code: 'VALIDATION_FAILED', details: [{ path: 'confirm' }] });
    expect(asked.message).toMatch(/^Nothing was done\. This would delete a task.*confirm: true\.$/);
    expect(asked.message).toContain(task_id);
    expect(await ask('ratchet_get_task_with_source', { task_id })).toMatchObject({ id: task_id });
    expect(await ask('ratchet_delete_task', { task_id, confirm: true })).toEqual({ done: true });
    expect(await refusal(client(era), 'ratchet_get_task_with_source', { task_id })).toMatchObject({
      code: 'NOT_FOUND',
    });
  });

  it.each([
    ['ratchet_get_task_with_source', { task_id: 'nothing' }, 'NOT_FOUND', /nothing/],
    ['ratchet_get_task_with_source', { taskId: 'x' }, 'VALIDATION_FAILED', /did you mean task_id\?/],
    ['ratchet_create_task', { name: '' }, 'VALIDATION_FAILED', /sourceCode/],
    ['ratchet_list_available_tasks', { limit: 100_000 }, 'VALIDATION_FAILED', /limit/],
    [
      'ratchet_list_available_tasks',
      { filters: [{ field: 'colour', value: 1 }] },
      'VALIDATION_FAILED',
      /no filter field/,
    ],
    ['ratchet_update_task', { task_id: '$task', expected_revision: 99 }, 'REVISION_MISMATCH', /revision/],
  ])('is told what is wrong: %s %j', async (name, given, code, message) => {
    const real = 'task_id' in given && given.task_id === '$task' ? { ...given, task_id: world.task_id } : given;
    const error = await refusal(client(era), name, real);
    expect(error).toMatchObject({ code, message: expect.stringMatching(message), requestId: expect.any(String) });
  });

  it('hears that there is no such tool', async () => {
    await expect(client(era).callTool({ name: 'ratchet_get_tasks', arguments: {} })).rejects.toThrow(/did you mean/);
  });

  it('gets the same error as over REST', async () => {
    const over = await server.api('POST', '/tasks', { name: '', sourceCode: 'x' });
    const { requestId: _, ...error } = await refusal(client(era), 'ratchet_create_task', {
      name: '',
      source_code: 'x',
    });
    const { requestId: __, ...body } = over.body;
    expect(error).toEqual(body);
  });
});
