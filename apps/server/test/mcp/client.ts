import { type CallToolResult, Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';

export type Era = '2025-11-25' | '2026-07-28';
export const eras: readonly Era[] = ['2025-11-25', '2026-07-28'];

/** The official client, connected over HTTP in one version of the protocol. */
export async function mcpClient(
  address: string,
  era: Era = '2026-07-28',
  headers: Readonly<Record<string, string>> = {},
): Promise<Client> {
  const client = new Client(
    { name: 'test', version: '1.0.0' },
    { versionNegotiation: { mode: era === '2026-07-28' ? { pin: era } : 'legacy' } },
  );
  await client.connect(new StreamableHTTPClientTransport(new URL('/mcp', address), { requestInit: { headers } }));
  return client;
}

/** What a tool answered; throws with what it said where that is an error. */
// biome-ignore lint/suspicious/noExplicitAny: answers are looked into by the tests
export async function answer(client: Client, name: string, given: Record<string, unknown> = {}): Promise<any> {
  const result = await client.callTool({ name, arguments: given });
  if (result.isError) throw new Error(textOf(result));
  return result.structuredContent;
}

export interface ToolError {
  readonly code: string;
  readonly message: string;
  readonly details: unknown;
  readonly requestId: string;
}

/** The error that a tool answers; throws where it answers none. */
export async function refusal(client: Client, name: string, given: Record<string, unknown> = {}): Promise<ToolError> {
  const result = await client.callTool({ name, arguments: given });
  if (!result.isError) throw new Error(`${name} was not refused: ${textOf(result)}`);
  return JSON.parse(textOf(result)) as ToolError;
}

export const textOf = ({ content }: Pick<CallToolResult, 'content'>): string =>
  content.map((part) => (part.type === 'text' ? part.text : '')).join('\n');
