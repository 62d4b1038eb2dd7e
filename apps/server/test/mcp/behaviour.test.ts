import { request } from 'node:http';
import { join } from 'node:path';
import type { CallToolResult, Client } from '@modelcontextprotocol/client';
import { createGitRepository, type GitRepository } from '@ratchet/testing/git-repository';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type Served, served } from '../served.ts';
import { answer, type Era, eras, mcpClient, refusal, textOf } from './client.ts';

let server: Served;
let upstream: GitRepository;
let repositoryId: string;
const clients = new Map<Era, Client>();
const client = (era: Era = '2026-07-28') => clients.get(era) as Client;
const ask = (name: string, given: Record<string, unknown> = {}) => answer(client(), name, given);
const soon = <T>(work: () => Promise<T> | T) => vi.waitFor(work, { timeout: 20_000, interval: 50 });

const task = (name: string, source_code: string) => ask('ratchet_create_task', { name, source_code });
const metadata = (name: string) => `${JSON.stringify({ name, version: '1.0.0', description: 'as it was' }, null, 2)}\n`;

beforeAll(async () => {
  server = await served();
  for (const era of eras) clients.set(era, await mcpClient(server.address, era));
  upstream = await createGitRepository(join(server.folder, 'git', 'tasks.git'));
  await upstream.commit(
    Object.fromEntries(
      Array.from({ length: 120 }, (_, i) => [
        [`t${i}/metadata.json`, metadata(`task ${i}`)],
        [`t${i}/main.js`, `() => ({ n: ${i} })\n`],
      ]).flat(),
    ),
  );
  repositoryId = (
    await ask('ratchet_create_repository', {
      name: 'upstream',
      repository_type: 'git',
      uri: upstream.path,
      sync_interval_minutes: 0,
    })
  ).id;
});
afterAll(async () => {
  for (const one of clients.values()) await one.close();
  await server?.close();
});

describe('progress', () => {
  it('is told where it is asked for, only grows, and no more than asked', async () => {
    const heard: { progress: number; total?: number | undefined; message?: string | undefined }[] = [];
    const result = await client().callTool(
      {
        name: 'ratchet_sync_repository',
        arguments: { repository_id: repositoryId },
        _meta: { 'ratchet/progress': { delta: 0, frequency: 0 } },
      },
      { onprogress: (one) => heard.push(one) },
    );
    expect(result.structuredContent).toMatchObject({ tasksAdded: 120 });
    expect(heard.length).toBeGreaterThan(1);
    for (const [i, one] of heard.entries()) expect(one.progress).toBeGreaterThan(heard[i - 1]?.progress ?? -1);
    expect(heard.every((one) => (one.message ?? '') !== '')).toBe(true);
  });
});

describe('lists of resources', () => {
  it('go over documentation and every task, in pages', async () => {
    const pages: string[][] = [];
    let cursor: string | undefined;
    do {
      const page = await client().request({ method: 'resources/list', params: cursor ? { cursor } : {} });
      pages.push(page.resources.map((one) => one.uri));
      cursor = page.nextCursor;
    } while (cursor);
    const all = pages.flat();
    expect(pages.every((page) => page.length <= 50)).toBe(true);
    expect(new Set(all).size).toBe(all.length);
    expect(all).toContain('ratchet://docs/write-a-task');
    expect(all.filter((uri) => uri.startsWith('ratchet://tasks/')).length).toBeGreaterThanOrEqual(120);
    await expect(client().request({ method: 'resources/list', params: { cursor: 'x' } })).rejects.toThrow(/cursor/);
  });
});

describe.each(eras)('cancellation over %s', (era) => {
  it('ends the run itself', async () => {
    const { id: task_id } = await task(`endless ${era}`, '() => { for (;;); }\n');
    const gone = new AbortController();
    const call = client(era).callTool(
      { name: 'ratchet_execute_task', arguments: { task_id, wait: true, timeout_ms: 120_000 } },
      { signal: gone.signal },
    );
    const refused = expect(call).rejects.toThrow();
    const filters = [{ field: 'taskId', value: task_id }];
    const execution = await soon(async () => {
      const [one] = (await ask('ratchet_list_executions', { filters })).items;
      expect(one?.status).toBe('running');
      return one;
    });
    gone.abort('enough');
    await refused;
    await soon(async () => {
      expect((await ask('ratchet_get_execution_status', { execution_id: execution.id })).status).toBe('cancelled');
    });
  });
});

describe.each(eras)('resources over %s', (era) => {
  const read = async (uri: string) =>
    (await client(era).readResource({ uri })).contents[0] as { text: string; mimeType: string };

  it('show a task, its parts, a log and a page', async () => {
    const { id } = await task(
      `shown ${era}`,
      'export default (input, { log }) => { log.info("hello there"); return 1; };\n',
    );
    const run = await ask('ratchet_execute_task', { task_id: id, wait: true });
    expect(JSON.parse((await read(`ratchet://tasks/${id}`)).text)).toMatchObject({ id, name: `shown ${era}` });
    expect(await read(`ratchet://tasks/${id}/source`)).toMatchObject({
      mimeType: 'text/javascript',
      text: expect.stringContaining('hello there'),
    });
    expect(Object.keys(JSON.parse((await read(`ratchet://tasks/${id}/schemas`)).text))).toEqual([
      'inputSchema',
      'outputSchema',
    ]);
    expect(JSON.parse((await read(`ratchet://tasks/${id}/versions`)).text).items[0]).toMatchObject({ revision: 1 });
    expect((await read(`ratchet://executions/${run.id}/logs`)).text).toMatch(/ info hello there\n/);
    expect((await read('ratchet://docs/write-a-task')).text).toMatch(/^# /);
  });

  it.each(['ratchet://tasks/nothing', 'ratchet://docs/nothing', 'ratchet://other', 'file:///etc/passwd'])(
    'say that there is no %s',
    async (uri) => {
      await expect(client(era).readResource({ uri })).rejects.toMatchObject({ data: { uri } });
    },
  );

  it('name their templates', async () => {
    const { resourceTemplates } = await client(era).listResourceTemplates();
    expect(resourceTemplates.map((one) => one.uriTemplate)).toEqual([
      'ratchet://tasks/{id}',
      'ratchet://tasks/{id}/source',
      'ratchet://tasks/{id}/schemas',
      'ratchet://tasks/{id}/versions',
      'ratchet://executions/{id}/logs',
      'ratchet://conflicts/{id}',
      'ratchet://docs/{page}',
    ]);
  });
});

describe('updates of resources', () => {
  /** Follows addresses in the way of each version, and hears of what was updated. */
  async function following(era: Era, uris: string[]) {
    const own = await mcpClient(server.address, era);
    const heard: string[] = [];
    own.setNotificationHandler('notifications/resources/updated', ({ params }) => void heard.push(params.uri));
    if (era === '2026-07-28') await own.listen({ resourceSubscriptions: uris });
    else for (const uri of uris) await own.subscribeResource({ uri });
    return { own, heard };
  }

  it.each(eras)('tell of an edited task and of a running log over %s, and of nothing else', async (era) => {
    const { id } = await task(`watched ${era}`, '() => 1\n');
    const other = await task(`unwatched ${era}`, '() => 1\n');
    const slow = await task(
      `talks ${era}`,
      'export default async (_, { log }) => { log.info("a"); log.info("b"); };\n',
    );
    const run = await ask('ratchet_execute_task', { task_id: slow.id, wait: false });
    const uris = [`ratchet://tasks/${id}`, `ratchet://executions/${run.id}/logs`];
    const { own, heard } = await following(era, uris);
    await ask('ratchet_update_task_source', { task_id: other.id, source_code: '() => 2\n' });
    await ask('ratchet_update_task_source', { task_id: id, source_code: '() => 2\n' });
    await soon(() => expect(new Set(heard)).toEqual(new Set(uris)));
    await own.close();
  });

  it('end when they are given up', async () => {
    const { id } = await task('followed no more', '() => 1\n');
    const { id: still } = await task('followed still', '() => 1\n');
    const uris = [`ratchet://tasks/${id}`, `ratchet://tasks/${still}`];
    const { own, heard } = await following('2025-11-25', uris);
    await own.unsubscribeResource({ uri: uris[0] as string });
    await ask('ratchet_update_task_source', { task_id: id, source_code: '() => 2\n' });
    await ask('ratchet_update_task_source', { task_id: still, source_code: '() => 2\n' });
    await soon(() => expect(heard).toContain(uris[1]));
    expect(heard).not.toContain(uris[0]);
    await own.close();
  });

  it('are refused of what is not there', async () => {
    await expect(client('2025-11-25').subscribeResource({ uri: 'ratchet://tasks/nothing' })).rejects.toThrow();
  });
});

describe.each(eras)('completion over %s', (era) => {
  const complete = async (ref: Parameters<Client['complete']>[0]['ref'], name: string, value: string) =>
    (await client(era).complete({ ref, argument: { name, value } })).completion.values;
  const prompt = (name: string) => ({ type: 'ref/prompt' as const, name });
  const template = (uri: string) => ({ type: 'ref/resource' as const, uri });

  it('knows names of tasks and repositories, ids and pages', async () => {
    const { id } = await task(`complete me ${era}`, '() => 1\n');
    const run = await ask('ratchet_execute_task', { task_id: id, wait: true });
    expect(await complete(prompt('review_changes'), 'task', 'COMPLETE me')).toContain(`complete me ${era}`);
    expect(await complete(prompt('review_changes'), 'repository', 'up')).toEqual(['upstream']);
    expect(await complete(prompt('debug_execution'), 'execution_id', run.id.slice(0, 30))).toContain(run.id);
    expect(await complete(template('ratchet://tasks/{id}/source'), 'id', `complete me ${era}`)).toEqual([id]);
    expect(await complete(template('ratchet://tasks/{id}'), 'id', id.slice(0, 30))).toContain(id);
    expect(await complete(template('ratchet://docs/{page}'), 'page', 'write')).toEqual(['write-a-task']);
    expect(await complete(prompt('write_task'), 'description', 'x')).toEqual([]);
  });
});

describe.each(eras)('prompts over %s', (era) => {
  const get = async (name: string, given: Record<string, string>) => {
    const { messages } = await client(era).getPrompt({ name, arguments: given });
    return messages.map(({ content }) =>
      content.type === 'text'
        ? content.text
        : content.type === 'resource'
          ? (content.resource as { text: string }).text
          : '',
    );
  };

  it('are four, with what they need', async () => {
    const { prompts } = await client(era).listPrompts();
    expect(prompts.map((one) => one.name)).toEqual([
      'write_task',
      'debug_execution',
      'resolve_conflict',
      'review_changes',
    ]);
  });

  it('write a task from the guide, the templates and what is alike', async () => {
    const parts = await get('write_task', { description: 'Counts words ``` in a text', repository: 'upstream' });
    expect(parts[0]).toContain('Counts words');
    expect(parts[0]).toContain(repositoryId);
    expect(parts.length).toBe(4);
  });

  it('debug what failed, with its log, its error and its source', async () => {
    const { id } = await task(`fails ${era}`, '() => { throw new TypeError("on line one"); }\n');
    const run = await ask('ratchet_execute_task', { task_id: id, wait: true });
    const parts = await get('debug_execution', { execution_id: run.id });
    expect(parts.join('\n')).toContain('on line one');
    expect(parts[0]).toContain(id);
  });

  it('resolve a conflict, with both sides', async () => {
    const [one] = (await ask('ratchet_list_available_tasks', { q: era === '2025-11-25' ? 'task 7' : 'task 8' })).items;
    await ask('ratchet_update_task_source', { task_id: one.id, source_code: '() => ({ n: "here" })\n' });
    await upstream.commit({ [`${one.repositoryInfo.repositoryPath}/main.js`]: '() => ({ n: "there" })\n' });
    const synced = await ask('ratchet_sync_repository', { repository_id: repositoryId });
    const conflict = synced.conflicts.find((found: { taskId: string }) => found.taskId === one.id);
    const parts = await get('resolve_conflict', { conflict_id: conflict.id });
    expect(parts.join('\n')).toMatch(/here[\s\S]*there/);
    expect(parts[0]).toContain(conflict.id);
  });

  it('review a change, with its diff', async () => {
    const name = `reviewed ${era}`;
    await ask('ratchet_create_task', { name, source_code: '() => "new"\n', repository_id: repositoryId });
    const parts = await get('review_changes', { task: name });
    expect(parts.join('\n')).toContain('"new"');
    expect(await get('review_changes', { repository: 'upstream' })).not.toHaveLength(1);
  });

  it.each([
    ['debug_execution', {}, /needs execution_id/],
    ['debug_execution', { execution_id: '00000000-0000-7000-8000-000000000000' }, /no execution/],
    ['review_changes', { taks: 'x' }, /did you mean task/],
    ['review_changes', { task: 'no such task' }, /no task named/],
    ['wirte_task', {}, /did you mean write_task/],
  ])('say what is wrong with %s %j', async (name, given, message) => {
    await expect(get(name, given as Record<string, string>)).rejects.toThrow(message);
  });
});

describe('logging', () => {
  it('tells a client of 2025 what it set its level for', async () => {
    const own = await mcpClient(server.address, '2025-11-25');
    const heard: unknown[] = [];
    own.setNotificationHandler('notifications/message', ({ params }) => void heard.push(params));
    await answer(own, 'ratchet_task_stats');
    expect(heard).toEqual([]);
    await own.setLoggingLevel('debug');
    await answer(own, 'ratchet_task_stats');
    await soon(() =>
      expect(heard).toMatchObject([{ level: 'debug', logger: 'ratchet', data: { tool: 'ratchet_task_stats' } }]),
    );
    await own.close();
  });
});

describe('over the wire', () => {
  const post = (body: string, headers: Record<string, string> = {}) =>
    fetch(`${server.address}/mcp`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/json, text/event-stream', ...headers },
      body,
    });
  /** fetch sets Host itself. */
  const hosted = (host: string, origin?: string) =>
    new Promise<number>((resolve, reject) => {
      const url = new URL('/mcp', server.address);
      request(
        {
          hostname: url.hostname,
          port: url.port,
          path: url.pathname,
          method: 'POST',
          headers: { host, ...(origin ? { origin } : {}) },
        },
        (response) => {
          response.resume();
          resolve(response.statusCode ?? 0);
        },
      )
        .on('error', reject)
        .end('{}');
    });

  it.each([
    ['evil.example', undefined],
    ['localhost.evil.example', undefined],
    ['localhost', 'http://evil.example'],
  ])('refuses the host %s with the origin %s', async (host, origin) => {
    expect(await hosted(host, origin)).toBe(403);
  });

  it.each(['', '{', '[', '{"jsonrpc": "2.0"', 'null{', '\u0000'])(
    'answers rubbish (%j) with a parse error',
    async (body) => {
      const response = await post(body);
      expect([response.status, await response.json()]).toMatchObject([400, { error: { code: -32_700 } }]);
    },
  );

  it.each([
    '1',
    '"x"',
    'null',
    '[]',
    '{}',
    '{"jsonrpc":"2.0","id":1,"method":"tools/list"}',
    `${'['.repeat(50_000)}${']'.repeat(50_000)}`,
  ])('refuses what is no request of a session (%#)', async (body) => {
    const response = await post(body);
    expect(response.status).toBeGreaterThanOrEqual(400);
    expect(response.status).toBeLessThan(500);
    expect(await response.json()).toMatchObject({ jsonrpc: '2.0', error: { code: expect.any(Number) } });
  });

  it('knows no session that it did not begin', async () => {
    const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list' });
    expect((await post(body, { 'mcp-session-id': crypto.randomUUID() })).status).toBe(404);
  });

  it('ends a session when asked to', async () => {
    const begun = await post(
      JSON.stringify({
        jsonrpc: '2.0',
        id: 1,
        method: 'initialize',
        params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'x', version: '1' } },
      }),
    );
    const id = begun.headers.get('mcp-session-id') as string;
    const headers = { 'mcp-session-id': id, 'mcp-protocol-version': '2025-11-25' };
    expect((await fetch(`${server.address}/mcp`, { method: 'DELETE', headers })).status).toBe(200);
    expect((await post(JSON.stringify({ jsonrpc: '2.0', id: 2, method: 'tools/list' }), headers)).status).toBe(404);
  });

  it('says where tokens come from', async () => {
    for (const path of ['', '/mcp']) {
      const response = await fetch(`${server.address}/.well-known/oauth-protected-resource${path}`);
      expect(await response.json()).toMatchObject({
        resource: `${server.address}/mcp`,
        bearer_methods_supported: ['header'],
      });
    }
  });

  it.each(eras)('bears arguments of 10 MB over %s, and says what is wrong with them', async (era) => {
    const error = await refusal(client(era), 'ratchet_create_task', {
      name: 'big',
      source_code: 'x'.repeat(10_000_000),
    });
    expect(error).toMatchObject({ code: 'VALIDATION_FAILED', message: expect.stringMatching(/sourceCode/) });
  });

  it('refuses arguments beyond its limit', async () => {
    const error = await refusal(client(), 'ratchet_create_task', { name: 'big', source_code: 'x'.repeat(20_000_000) });
    expect(error).toMatchObject({ code: 'PAYLOAD_TOO_LARGE' });
  });

  it('answers each of 1,000 calls at the same time, or says that it is busy', async () => {
    const call = (): Promise<CallToolResult> =>
      client()
        .callTool({ name: 'ratchet_task_stats', arguments: {} })
        // A thousand connections at once may keep a busy machine from making one, or from speaking on it within the 20 s
        // that the server gives it: that is no answer of the server.
        .catch((error) => (isConnection(error) ? call() : Promise.reject(error)));
    const results = await Promise.all(Array.from({ length: 1000 }, call));
    const refused = results.filter((one) => one.isError).map((one) => JSON.parse(textOf(one)).code);
    expect(results).toHaveLength(1000);
    expect(refused.every((code) => code === 'RATE_LIMITED')).toBe(true);
    expect(results.length - refused.length).toBeGreaterThanOrEqual(16);
    expect(await ask('ratchet_health')).toBeDefined();
  });
});

function isConnection(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { code = '' } = error as NodeJS.ErrnoException;
  return ['UND_ERR_CONNECT_TIMEOUT', 'ECONNRESET'].includes(code) || isConnection(error.cause);
}
