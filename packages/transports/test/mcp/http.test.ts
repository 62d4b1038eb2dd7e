import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { fullRights, type Rights } from '@ratchet/contract/access';
import type { Caller, Dispatcher } from '@ratchet/contract/dispatcher';
import { RatchetError } from '@ratchet/contract/errors';
import { operations } from '@ratchet/contract/operations/table';
import type { FastifyRequest } from 'fastify';
import { afterEach, describe, expect, it } from 'vitest';
import { type McpHttpOptions, registerMcp } from '../../src/mcp/register-mcp.ts';
import { maySee } from '../../src/mcp/tools.ts';
import { createApp } from '../../src/rest/create-app.ts';

const log = () => {};
const key = { repositoryIds: null, taskPatterns: null, tools: null, maxConcurrency: null };
const people: Readonly<Record<string, Rights>> = {
  ada: fullRights,
  bob: { ...fullRights, role: 'readonly', permissions: ['read'] },
  narrow: { ...fullRights, key: { ...key, tools: ['ratchet_list_*', 'ratchet_health'] } },
};

/** Signs people in by their name as the token, as the server's own reading of proofs does by better ones. */
function callerOf(request: FastifyRequest): Caller {
  const token = /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1];
  const base = { surface: 'mcp' as const, requestId: request.id };
  if (token === undefined)
    return {
      ...base,
      actor: { kind: 'anonymous', id: 'anonymous', name: 'anonymous' },
      rights: { ...fullRights, permissions: [] },
    };
  const rights = people[token];
  if (!rights) throw new RatchetError('UNAUTHENTICATED', 'This token is not good.');
  return { ...base, actor: { kind: 'api_key', id: token, name: token }, rights };
}

/** Refuses as the guard does, and answers who called what. */
const dispatcher = (called: string[]): Dispatcher => ({
  async call(operation, _input, caller) {
    called.push(`${caller.actor.id} ${operation.mcp}`);
    if (!maySee(caller.rights, operation))
      throw new RatchetError('PERMISSION_DENIED', `${caller.actor.name} may not ${operation.name}.`);
    return { status: 'ok' };
  },
  async *stream() {},
});

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

async function served(more: Partial<McpHttpOptions> = {}) {
  const called: string[] = [];
  const app = createApp({ log });
  await registerMcp(app, { operations, dispatcher: dispatcher(called), version: '1.0.0', log, callerOf, ...more });
  const address = await app.listen({ host: '127.0.0.1', port: 0 });
  closing.push(() => app.close());
  const connect = async (token: string, modern = true) => {
    const client = new Client(
      { name: 'test', version: '1.0.0' },
      { versionNegotiation: { mode: modern ? { pin: '2026-07-28' } : 'legacy' } },
    );
    const headers = { authorization: `Bearer ${token}` };
    await client.connect(new StreamableHTTPClientTransport(new URL('/mcp', address), { requestInit: { headers } }));
    closing.push(() => client.close());
    return client;
  };
  return { address, called, connect };
}

const begin = (address: string, token: string) =>
  fetch(`${address}/mcp`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${token}`,
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
    },
    body: JSON.stringify({
      jsonrpc: '2.0',
      id: 1,
      method: 'initialize',
      params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'x', version: '1' } },
    }),
  });
const use = (address: string, token: string, session: string) =>
  fetch(`${address}/mcp`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${token}`,
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      'mcp-session-id': session,
      'mcp-protocol-version': '2025-11-25',
    },
    body: JSON.stringify({ jsonrpc: '2.0', id: 2, method: 'tools/list' }),
  });

describe('who may come in', () => {
  it('is told with 401 where to look, without a token and with a bad one', async () => {
    const { address } = await served();
    const metadata = `Bearer resource_metadata="${address}/.well-known/oauth-protected-resource/mcp"`;
    const none = await fetch(`${address}/mcp`, { method: 'POST', body: '{}' });
    expect([none.status, none.headers.get('www-authenticate')]).toEqual([401, metadata]);
    expect(await none.json()).toMatchObject({ code: 'UNAUTHENTICATED' });
    const bad = await fetch(`${address}/mcp`, { method: 'POST', body: '{}', headers: { authorization: 'Bearer x' } });
    expect([bad.status, bad.headers.get('www-authenticate')]).toEqual([
      401,
      `${metadata}, error="invalid_token", error_description="The token or key is not good, or not any more"`,
    ]);
  });
  it('is told the public address where there is one', async () => {
    const { address } = await served({ publicUrl: 'https://ratchet.example.org/' });
    const answer = await fetch(`${address}/.well-known/oauth-protected-resource`);
    expect(await answer.json()).toMatchObject({ resource: 'https://ratchet.example.org/mcp' });
  });
});

describe.each([true, false])('tools of a narrow key (2026: %s)', (modern) => {
  it('are listed as its patterns say, and others are refused by the dispatcher, which notes them down', async () => {
    const { connect, called } = await served();
    const client = await connect('narrow', modern);
    const { tools } = await client.listTools();
    expect(tools.length).toBeGreaterThan(10);
    expect(tools.every(({ name }) => /^ratchet_(list_|health$)/.test(name))).toBe(true);
    const refused = await client.callTool({ name: 'ratchet_delete_task', arguments: { task_id: 'x' } });
    expect(refused.isError).toBe(true);
    expect(JSON.stringify(refused.content)).toContain('PERMISSION_DENIED');
    expect(JSON.stringify(refused.content)).not.toContain('confirm');
    expect(called).toEqual(['narrow ratchet_delete_task']);
  });
  it('of a reader change nothing', async () => {
    const { connect } = await served();
    const { tools } = await (await connect('bob', modern)).listTools();
    expect(tools.map((tool) => tool.name)).not.toContain('ratchet_create_task');
  });
});

describe('sessions', () => {
  it('belong to who began them', async () => {
    const { address } = await served();
    const session = (await begin(address, 'ada')).headers.get('mcp-session-id') as string;
    expect((await use(address, 'ada', session)).status).toBe(200);
    expect((await use(address, 'bob', session)).status).toBe(404);
    expect(
      (
        await fetch(`${address}/mcp`, {
          method: 'DELETE',
          headers: { authorization: 'Bearer bob', 'mcp-session-id': session },
        })
      ).status,
    ).toBe(404);
    expect((await use(address, 'ada', session)).status).toBe(200);
  });
  it('are bounded: the one that has been idle for longest makes room', async () => {
    const { address } = await served({ sessions: { most: 2 } });
    const ids: string[] = [];
    for (let i = 0; i < 3; i++) {
      const begun = await begin(address, 'ada');
      await begun.text();
      ids.push(begun.headers.get('mcp-session-id') as string);
    }
    const statuses = [];
    for (const id of ids) {
      const answer = await use(address, 'ada', id);
      await answer.text();
      statuses.push(answer.status);
    }
    expect(statuses).toEqual([404, 200, 200]);
  });
});

describe('fixtures', () => {
  it('are served with the flag alone', async () => {
    const [plain, fixed] = [await served(), await served({ fixtures: true })];
    const names = async (one: typeof plain) =>
      (await (await one.connect('ada')).listTools()).tools.map((tool) => tool.name);
    expect((await names(plain)).filter((name) => !name.startsWith('ratchet_'))).toEqual([]);
    expect(await names(fixed)).toContain('test_simple_text');
    const client = await (await served()).connect('ada');
    await expect(client.callTool({ name: 'test_simple_text', arguments: {} })).rejects.toThrow(/no tool/);
    await expect(client.readResource({ uri: 'test://static-text' })).rejects.toThrow();
    await expect(client.getPrompt({ name: 'test_simple_prompt' })).rejects.toThrow();
  });
});

describe('places', () => {
  it('are never more than the server has, whoever asks', async () => {
    let [running, most] = [0, 0];
    const open: (() => void)[] = [];
    const { connect } = await served({
      maxConcurrency: 3,
      dispatcher: {
        async call() {
          most = Math.max(most, ++running);
          await new Promise<void>((resolve) => open.push(resolve));
          running--;
          return { status: 'ok' };
        },
        async *stream() {},
      },
    });
    const clients = [await connect('ada'), await connect('bob'), await connect('ada', false)];
    const calls = clients.flatMap((client) =>
      Array.from({ length: 10 }, () => client.callTool({ name: 'ratchet_health', arguments: {} })),
    );
    let ended = 0;
    for (const call of calls)
      void call.then(
        () => ended++,
        () => ended++,
      );
    while (ended < calls.length) {
      await new Promise((resolve) => setImmediate(resolve));
      if (open.length >= Math.min(3, calls.length - ended)) open.shift()?.();
    }
    expect(most).toBe(3);
  });
});
