import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { type CallToolResult, Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { operations } from '@ratchet/contract/operations/table';
import { openTestDatabase, type TestDatabase } from '@ratchet/testing/database';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { processEnvironment } from './process-environment.ts';
import { type ServerProcess, serve } from './server-process.ts';

const main = join(import.meta.dirname, '../src/main.ts');
let folder: string;
let database: TestDatabase;
let server: ServerProcess;
const environment = processEnvironment(tmpdir());
const soon = <T>(work: () => Promise<T> | T) => vi.waitFor(work, { timeout: 20_000, interval: 50 });

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'ratchet-mcp-'));
  database = await openTestDatabase();
  server = await serve(folder, database.url ? { DATABASE_URL: database.url } : {});
});
afterAll(async () => {
  await server?.kill('SIGTERM');
  await database?.close();
  rmSync(folder, { recursive: true, force: true });
});

const eras = ['2025-11-25', '2026-07-28'] as const;

/** The official client, over the standard input and output of `ratchet mcp`. */
async function connect(era: (typeof eras)[number], ...args: string[]): Promise<Client> {
  const client = new Client(
    { name: 'test', version: '1.0.0' },
    { versionNegotiation: { mode: era === '2026-07-28' ? { pin: era } : 'legacy' } },
  );
  const transport = new StdioClientTransport({
    command: process.execPath,
    args: [main, ...(args.length > 0 ? args : ['mcp', '--server', server.address])],
    env: environment,
    stderr: 'ignore',
  });
  await client.connect(transport);
  return client;
}

// biome-ignore lint/suspicious/noExplicitAny: answers are looked into by the tests
async function answer(client: Client, name: string, given: Record<string, unknown> = {}): Promise<any> {
  const result: CallToolResult = await client.callTool({ name, arguments: given });
  if (result.isError) throw new Error(JSON.stringify(result.content));
  return result.structuredContent;
}

/** Runs `ratchet` with something on its standard input; answers its lines of output and how it ended. */
async function ratchet(args: readonly string[], input?: string) {
  const child = spawn(process.execPath, [main, ...args], { env: environment, stdio: ['pipe', 'pipe', 'pipe'] });
  child.stdin.end(input ?? '');
  const code = new Promise<number | null>((resolve) => child.once('exit', resolve));
  const [stdout, stderr, ended] = await Promise.all([text(child.stdout), text(child.stderr), code]);
  return { stdout, stderr, code: ended };
}

describe.each(eras)('ratchet mcp over %s', (era) => {
  it('lists every tool, and plays the story', async () => {
    const client = await connect(era);
    const { tools } = await client.listTools();
    expect(tools).toHaveLength(operations.filter((one) => !one.excused?.mcp).length);
    const { id: task_id } = await answer(client, 'ratchet_create_task', {
      name: `over stdio ${era}`,
      source_code: '(input) => ({ n: input.n + 1 })\n',
    });
    const run = await answer(client, 'ratchet_execute_task', { task_id, input: { n: 1 }, wait: true });
    expect(run).toMatchObject({ status: 'completed', output: { n: 2 } });
    expect(await answer(client, 'ratchet_watch_execution', { execution_id: run.id })).toMatchObject({ ended: true });
    const error = await client.callTool({ name: 'ratchet_delete_task', arguments: { task_id } });
    expect(error.isError).toBe(true);
    expect(JSON.stringify(error.content)).toContain('confirm: true');
    expect((await client.readResource({ uri: `ratchet://tasks/${task_id}/source` })).contents[0]).toMatchObject({
      text: '(input) => ({ n: input.n + 1 })\n',
    });
    expect((await client.getPrompt({ name: 'review_changes' })).messages.length).toBeGreaterThan(0);
    await client.close();
  });

  it('tells of a resource that changes', async () => {
    const client = await connect(era);
    const { id: task_id } = await answer(client, 'ratchet_create_task', {
      name: `watched ${era}`,
      source_code: '() => 1\n',
    });
    const uri = `ratchet://tasks/${task_id}`;
    const heard: string[] = [];
    client.setNotificationHandler('notifications/resources/updated', ({ params }) => void heard.push(params.uri));
    if (era === '2026-07-28') await client.listen({ resourceSubscriptions: [uri] });
    else await client.subscribeResource({ uri });
    // The subscription begins when what it follows has been read once: change it until that was noticed.
    let n = 2;
    await soon(async () => {
      await answer(client, 'ratchet_update_task_source', { task_id, source_code: `() => ${n++}\n` });
      expect(heard).toContain(uri);
    });
    await client.close();
  });

  it('cancels a run that is given up', async () => {
    const client = await connect(era);
    const { id: task_id } = await answer(client, 'ratchet_create_task', {
      name: `endless ${era}`,
      source_code: '() => { for (;;); }\n',
    });
    const gone = new AbortController();
    const call = client.callTool(
      { name: 'ratchet_execute_task', arguments: { task_id, wait: true, timeout_ms: 120_000 } },
      { signal: gone.signal },
    );
    const refused = expect(call).rejects.toThrow();
    const filters = [{ field: 'taskId', value: task_id }];
    const statuses = async () =>
      (await server.client.executions.list({ filters })).items.map((execution) => execution.status);
    await soon(async () => expect(await statuses()).toEqual(['running']));
    gone.abort('enough');
    await refused;
    await soon(async () => expect(await statuses()).toEqual(['cancelled']));
    await client.close();
  });

  it('hears progress', async () => {
    const client = await connect(era);
    const { id: task_id } = await answer(client, 'ratchet_create_task', {
      name: `counted ${era}`,
      source_code: '() => 1\n',
    });
    let heard = 0;
    await client.callTool(
      {
        name: 'ratchet_batch_execute',
        arguments: { wait: true, requests: Array.from({ length: 5 }, () => ({ task_id })) },
        _meta: { 'ratchet/progress': { frequency: 0 } },
      },
      { onprogress: () => void heard++ },
    );
    expect(heard).toBeGreaterThan(0);
    await client.close();
  });
});

const initialize = {
  jsonrpc: '2.0',
  id: 'one',
  method: 'initialize',
  params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'x', version: '1' } },
};
const calling = (id: string, name: string) => ({
  jsonrpc: '2.0',
  id,
  method: 'tools/call',
  params: { name, arguments: {} },
});

describe('ratchet mcp', () => {
  it('goes on after rubbish, and writes nothing but the protocol', async () => {
    const child = spawn(process.execPath, [main, 'mcp', '--server', server.address], {
      env: environment,
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
    const lines: string[] = [];
    createInterface({ input: child.stdout }).on('line', (line) => lines.push(line));
    for (const rubbish of ['', '{', 'hello', '\u0000', '1', 'null', '[]', '{"jsonrpc":"2.0"}', `${'['.repeat(20_000)}`])
      child.stdin.write(`${rubbish}\n`);
    child.stdin.write(`${JSON.stringify(initialize)}\n`);
    child.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', method: 'notifications/initialized' })}\n`);
    child.stdin.write(`${JSON.stringify(calling('two', 'ratchet_health'))}
`);
    const answered = () => lines.map((line) => JSON.parse(line) as { id?: unknown; result?: unknown });
    await soon(() => expect(answered().map(({ id }) => id)).toContain('two'));
    expect(answered().find(({ id }) => id === 'one')?.result).toMatchObject({ serverInfo: { name: 'ratchet' } });
    child.stdin.end();
    expect(await ended).toBe(0);
    for (const line of lines) expect(JSON.parse(line)).toMatchObject({ jsonrpc: '2.0' });
  });

  it('bears arguments of 10 MB', async () => {
    const client = await connect('2026-07-28');
    const result = await client.callTool({
      name: 'ratchet_create_task',
      arguments: { name: 'big', source_code: 'x'.repeat(10_000_000) },
    });
    expect(JSON.stringify(result.content)).toMatch(/VALIDATION_FAILED/);
    expect(await answer(client, 'ratchet_health')).toBeDefined();
    await client.close();
  });

  it('says so where no server answers', async () => {
    const { code, stdout, stderr } = await ratchet(['mcp', '--server', 'http://127.0.0.1:9']);
    expect([code, stdout]).toEqual([4, '']);
    expect(stderr).toMatch(/No server answers/);
  });

  it('has a server inside where that is asked for', { timeout: 240_000 }, async () => {
    const child = spawn(process.execPath, [main, 'mcp', '--embedded', '--data-dir', join(folder, 'embedded')], {
      env: environment,
      stdio: ['pipe', 'pipe', 'ignore'],
    });
    const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
    child.stdin.write(`${JSON.stringify(initialize)}\n`);
    child.stdin.write(`${JSON.stringify(calling('two', 'ratchet_task_stats'))}\n`);
    const answers: { id: unknown; result?: unknown }[] = [];
    for await (const line of createInterface({ input: child.stdout })) {
      answers.push(JSON.parse(line));
      if (answers.at(-1)?.id === 'two') break;
    }
    expect(answers.at(-1)?.result).toMatchObject({ structuredContent: { total: 0 } });
    child.stdin.end();
    expect(await ended).toBe(0);
  });

  it('has the push commands under its own name', async () => {
    const at = ['--server', server.address];
    const made = await server.client.tasks.create({ name: 'to push', sourceCode: '() => 1\n' });
    const one = await ratchet([...at, 'mcp', 'push-task', 'to push']);
    expect([one.code, one.stdout]).toEqual([0, expect.stringContaining(made.repositoryInfo?.repositoryPath ?? '?')]);
    await server.client.tasks.updateSource({ id: made.id, sourceCode: '() => 2\n' });
    const status = await ratchet([...at, '--json', 'mcp', 'push-status']);
    expect([status.code, JSON.parse(status.stdout)]).toEqual([0, await server.client.registry.pushStatus({})]);
    expect((await ratchet([...at, 'mcp', 'push-all-pending'])).code).toBe(0);
    expect((await server.client.tasks.get({ id: made.id })).needsPush).toBe(false);
  });
});

describe('ratchet generate mcp-config', () => {
  it.each([
    [[], { mcpServers: { ratchet: { command: 'ratchet', args: ['mcp', '--server', 'http://h:1'] } } }],
    [['--http'], { mcpServers: { ratchet: { type: 'http', url: 'http://h:1/mcp' } } }],
    [['--style', 'vscode', '--http'], { servers: { ratchet: { type: 'http', url: 'http://h:1/mcp' } } }],
  ])('writes what programs read: %j', async (options, config) => {
    const { code, stdout } = await ratchet(['--server', 'http://h:1', 'generate', 'mcp-config', ...options]);
    expect([code, JSON.parse(stdout)]).toMatchObject([0, config]);
  });
  it('refuses what it does not know', async () => {
    expect((await ratchet(['generate', 'mcp-config', '--style', 'other'])).code).toBe(2);
  });
});
