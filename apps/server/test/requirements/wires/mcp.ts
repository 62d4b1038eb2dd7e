import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import type { ErrorCode } from '@ratchet/contract/errors';
import type { Operation } from '@ratchet/contract/operation';
import * as z from 'zod';
import { type Credentials, proofHeaders, type Wire, WireError } from '../wire.ts';
import { converted, unwrapped } from './zod-walk.ts';

interface Answer {
  readonly isError?: boolean;
  readonly structuredContent?: unknown;
  readonly content: readonly { readonly type: string; readonly text?: string }[];
}
type Values = Readonly<Record<string, unknown>>;

const snakeCase = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

/** MCP over Streamable HTTP by the official client: a tool for every operation, arguments in snake_case. */
export async function mcpWire(address: string, given: Credentials = {}): Promise<Wire> {
  const open: Client[] = [];
  const connect = async (credentials: Credentials): Promise<Client> => {
    const client = new Client({ name: 'requirements', version: '1.0.0' });
    await client.connect(
      new StreamableHTTPClientTransport(new URL(`${address}/mcp`), {
        requestInit: { headers: proofHeaders(credentials) },
      }),
    );
    // The client holds answers to the schemas of the tools it has seen.
    await client.listTools();
    open.push(client);
    return client;
  };
  return wireWith(await connect(given), connect, async () => {
    for (const client of open.splice(0)) await client.close();
  });
}

function wireWith(
  client: Client | Promise<Client>,
  connect: (credentials: Credentials) => Promise<Client>,
  close: () => Promise<void>,
): Wire {
  const ask = async (operation: Operation, input: Values, more: Values = {}): Promise<Answer> => {
    const args = converted(operation.input, input, { name: snakeCase }) as Values;
    const confirm = operation.effect === 'destructive' ? { confirm: true } : {};
    const answer = (await (
      await client
    ).callTool({
      name: operation.mcp,
      arguments: { ...args, ...confirm, ...more },
    })) as Answer;
    if (answer.isError) throw errorOf(answer);
    return answer;
  };
  return {
    name: 'mcp',
    async call(operation, input) {
      const { structuredContent } = await ask(operation, input);
      return outputOf(operation, structuredContent);
    },
    async *stream(operation, input) {
      const { structuredContent } = await ask(operation, input, { wait_ms: 20_000 });
      yield* (structuredContent as { events: unknown[] }).events;
    },
    as: (credentials) => wireWith(connect(credentials), connect, close),
    close,
  };
}

/** Structured content is an object always: other outputs stand in one. */
function outputOf({ output }: Operation, content: unknown): unknown {
  const { inner } = unwrapped(output, 'output');
  if (inner instanceof z.ZodVoid) return undefined;
  return inner instanceof z.ZodObject || inner instanceof z.ZodRecord
    ? content
    : (content as { result: unknown }).result;
}

function errorOf({ content }: Answer): Error {
  const text = content[0]?.text ?? '';
  try {
    const { code, message, details } = JSON.parse(text) as { code: ErrorCode; message: string; details: unknown };
    return new WireError(code, message, details);
  } catch {
    return new Error(`An error that is not JSON: ${text}`);
  }
}
