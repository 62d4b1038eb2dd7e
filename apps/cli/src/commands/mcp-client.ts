import type { Client } from '@modelcontextprotocol/client';
import { RatchetError } from '@ratchet/contract/errors';
import type { Command } from 'commander';
import { contextOf, type Io, serverOf } from '../context.ts';
import { example } from '../example.ts';
import { Failed } from '../exit.ts';
import { globalsOf } from '../global-options.ts';
import { readJson } from '../read-value.ts';
import { savedSignIns } from '../saved-sign-ins.ts';
import { signedInFetch } from '../signed-in-fetch.ts';

/** What an agent sees of a server: over MCP itself, by the official client. */
export function mcpClientCommands(root: Command, io: Io): void {
  const mcp = root.commands.find((command) => command.name() === 'mcp') as Command;
  example(
    mcp
      .command('tools [text]')
      .description('The tools that an agent is offered; with a text, those that have it in their name or description.')
      .action(async (text: string | undefined, _options: object, command: Command) => {
        const { out } = contextOf(command, io);
        const tools = await withMcp(command, io, everyTool);
        const wanted = text?.toLowerCase() ?? '';
        const found = tools.filter(({ name, description }) => `${name} ${description}`.toLowerCase().includes(wanted));
        out.rows(
          found,
          found.map(({ name, description, annotations }) => ({ name, does: doesOf(annotations), description })),
          ['name', 'does', 'description'],
        );
      }),
    'mcp tools sync',
  );
  example(
    mcp
      .command('call <tool> [arguments]')
      .description('Call a tool as an agent would; its arguments are an object: JSON, @file or - for standard input.')
      .action(async (tool: string, given: string | undefined, _options: object, command: Command) => {
        const { out } = contextOf(command, io);
        const values = given === undefined ? {} : await readJson(given, io);
        if (values === null || typeof values !== 'object' || Array.isArray(values))
          throw new RatchetError('VALIDATION_FAILED', 'The arguments are an object: {"task_id": "…"}.');
        const result = await withMcp(command, io, async (client) => {
          // The client holds answers to the schemas of the tools that it has seen.
          await everyTool(client);
          return client.callTool(
            { name: tool, arguments: values as Record<string, unknown> },
            { ...(io.signal ? { signal: io.signal } : {}) },
          );
        });
        out.answer(result.structuredContent ?? result);
        if (out.json) out.line(JSON.stringify(result, null, 2));
        else if (result.structuredContent !== undefined && !result.isError)
          out.line(JSON.stringify(result.structuredContent, null, 2));
        else for (const part of result.content) out.line(part.type === 'text' ? part.text : JSON.stringify(part));
        if (result.isError) throw new Failed(`${tool} answered an error.`);
      }),
    'mcp call ratchet_health',
    'mcp call ratchet_get_task_with_source \'{"id":"01930f3e-0000-7000-8000-000000000000"}\'',
  );
  example(
    mcp
      .command('capabilities')
      .description(
        'What the server says of itself over MCP: version, capabilities, and how many tools and prompts it has.',
      )
      .action(async (_options: object, command: Command) => {
        const { out } = contextOf(command, io);
        const shown = await withMcp(command, io, async (client) => {
          const [tools, { prompts }, { resourceTemplates }] = [
            await everyTool(client),
            await client.listPrompts(),
            await client.listResourceTemplates(),
          ];
          return {
            server: client.getServerVersion(),
            protocol: client.getNegotiatedProtocolVersion(),
            capabilities: client.getServerCapabilities(),
            tools: tools.length,
            prompts: prompts.map(({ name }) => name),
            resources: resourceTemplates.map(({ uriTemplate }) => uriTemplate),
          };
        });
        out.fields(shown, shown);
      }),
    'mcp capabilities',
  );
}

type Tool = Awaited<ReturnType<Client['listTools']>>['tools'][number];

async function everyTool(client: Client): Promise<Tool[]> {
  const tools: Tool[] = [];
  let cursor: string | undefined;
  do {
    const page = await client.listTools(cursor === undefined ? {} : { cursor });
    tools.push(...page.tools);
    cursor = page.nextCursor;
  } while (cursor !== undefined);
  return tools;
}

const doesOf = (annotations: Tool['annotations']): string =>
  annotations?.readOnlyHint ? 'reads' : annotations?.destructiveHint ? 'destroys' : 'writes';

/** Connects, works and closes. Throws UNAVAILABLE where no server answers, UNAUTHENTICATED where it refuses. */
async function withMcp<T>(command: Command, io: Io, work: (client: Client) => Promise<T>): Promise<T> {
  const { Client, StreamableHTTPClientTransport } = await import('@modelcontextprotocol/client');
  const address = serverOf(command, io).replace(/\/+$/, '');
  const token = globalsOf(command).token ?? io.env.RATCHET_TOKEN;
  const client = new Client({ name: 'ratchet', version: '0.1.0' });
  const transport = new StreamableHTTPClientTransport(
    new URL(`${address}/mcp`),
    token
      ? { requestInit: { headers: { authorization: `Bearer ${token}` } } }
      : { fetch: signedInFetch(address, savedSignIns(io.env)) },
  );
  try {
    await client.connect(transport);
    return await work(client);
  } catch (error) {
    throw said(error, address);
  } finally {
    await client.close().catch(() => undefined);
  }
}

function said(error: unknown, address: string): unknown {
  if (error instanceof RatchetError) return error;
  const text = error instanceof Error ? `${error.message} ${String(error.cause ?? '')}` : String(error);
  if (/ECONNREFUSED|ENOTFOUND|fetch failed/.test(text))
    return new RatchetError('UNAVAILABLE', `No server answers at ${address}.`, undefined, { cause: error });
  if (/\b401\b|Unauthorized/i.test(text))
    return new RatchetError('UNAUTHENTICATED', 'The server does not know who asks.', undefined, { cause: error });
  return error;
}
