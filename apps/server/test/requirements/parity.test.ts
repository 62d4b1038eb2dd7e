import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import type { Operation } from '@ratchet/contract/operation';
import { operations } from '@ratchet/contract/operations/table';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Ground, openGround } from './ground.ts';

let ground: Ground;
beforeAll(async () => {
  ground = await openGround();
});
afterAll(() => ground?.close());

const on = (surface: 'rest' | 'graphql' | 'mcp' | 'trpc') => operations.filter(({ excused }) => !excused?.[surface]);
const off = (surface: 'rest' | 'graphql' | 'mcp' | 'trpc') => operations.filter(({ excused }) => excused?.[surface]);
const sorted = (names: Iterable<string>) => [...new Set(names)].sort();

/** What a running server serves, seen from outside, beside what the table says. */
describe('every operation is on', () => {
  it('REST: each route is in the OpenAPI document, with its operation', async () => {
    const response = await fetch(`${ground.address}/api-docs/openapi.json`);
    const document = (await response.json()) as { paths: Record<string, Record<string, { operationId?: string }>> };
    const served = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
    );
    const routes = (operation: Operation) =>
      [operation.rest, ...(operation.restAliases ?? [])].map(
        ([method, path]) => `${method} ${operation.unversioned ? '' : '/api/v1'}${path.replaceAll('+}', '}')}`,
      );
    expect(
      on('rest')
        .flatMap(routes)
        .filter((route) => !served.includes(route)),
    ).toEqual([]);
  });

  it('GraphQL: each field is in the schema that introspection shows', async () => {
    const response = await fetch(`${ground.address}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        query:
          '{ __schema { query: queryType { fields { name } } mutation: mutationType { fields { name } } subscription: subscriptionType { fields { name } } } }',
      }),
    });
    const { data } = (await response.json()) as {
      data: { __schema: Record<string, { fields: { name: string }[] }> };
    };
    const served = Object.entries(data.__schema).flatMap(([root, { fields }]) =>
      fields.map(({ name }) => `${root} ${name}`),
    );
    const named = ({ graphql, graphqlAliases = [], effect, stream }: Operation) =>
      [graphql, ...graphqlAliases]
        .flatMap((field) => (field.endsWith('Page') ? [field, field.slice(0, -'Page'.length)] : [field]))
        .map((field) => `${stream ? 'subscription' : effect === 'read' ? 'query' : 'mutation'} ${field}`);
    expect(
      on('graphql')
        .flatMap(named)
        .filter((field) => !served.includes(field)),
    ).toEqual([]);
    expect(
      off('graphql')
        .flatMap(named)
        .filter((field) => served.includes(field)),
    ).toEqual([]);
  });

  it('MCP: each tool is listed, and no other', async () => {
    const client = new Client({ name: 'parity', version: '1.0.0' });
    await client.connect(new StreamableHTTPClientTransport(new URL(`${ground.address}/mcp`)));
    const listed: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await client.listTools(cursor ? { cursor } : {});
      listed.push(...page.tools.map(({ name }) => name));
      cursor = page.nextCursor;
    } while (cursor);
    await client.close();
    expect(sorted(listed)).toEqual(sorted(on('mcp').map(({ mcp }) => mcp)));
  });

  it('tRPC: each procedure answers for itself', async () => {
    const missing: string[] = [];
    for (const operation of on('trpc')) {
      // No operation takes a text: it is judged by the procedure, and nothing is carried out.
      const input = encodeURIComponent(JSON.stringify('no input'));
      const reads = operation.effect === 'read';
      const response = await fetch(`${ground.address}/trpc/${operation.name}${reads ? `?input=${input}` : ''}`, {
        method: reads ? 'GET' : 'POST',
        headers: {
          ...(reads ? {} : { 'content-type': 'application/json' }),
          ...(operation.stream ? { accept: 'text/event-stream' } : {}),
        },
        ...(reads ? {} : { body: JSON.stringify('no input') }),
      });
      const text = await response.text();
      if (!text.includes('VALIDATION_FAILED')) missing.push(`${operation.name}: ${text.slice(0, 200)}`);
    }
    expect(missing).toEqual([]);
    expect(await (await fetch(`${ground.address}/trpc/tasks.noSuch`)).text()).toContain('no such procedure');
  });
});
