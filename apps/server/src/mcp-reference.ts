import type { Operation } from '@ratchet/contract/operation';
import { prompts } from '@ratchet/transports/mcp/prompts';
import { templates } from '@ratchet/transports/mcp/resource-address';
import { type OperationTool, toolsOf } from '@ratchet/transports/mcp/tools';

type Schema = Readonly<Record<string, unknown>>;

/** `docs/reference/mcp.md`, made from the table of operations. */
export function mcpReference(operations: readonly Operation[]): string {
  const tools = toolsOf(operations);
  const excused = operations.filter((one) => one.excused?.mcp !== undefined);
  return `${[
    '# MCP',
    '',
    '<!-- Made from the table of operations by `node scripts/write-mcp-reference.ts`; a test compares. -->',
    '',
    'What an agent can do, over Streamable HTTP at `/mcp` and over standard input and output by `ratchet mcp`.',
    '[Connecting an agent](../guide/agents.md) says how to begin. Every tool is an operation that REST, GraphQL and tRPC',
    'have too, with the same rights, filters, errors and audit.',
    '',
    '## Conventions',
    '',
    '- Arguments are in snake_case; members of answers are in camelCase. JSON that is data, such as a task’s input, its',
    '  schemas and its metadata, is left as it is. The id of what a tool is about is named by its kind (`task_id`); `id`',
    '  means the same. A name that no argument has is refused, with the nearest one that exists.',
    '- Every tool has an output schema. The answer stands in `structuredContent`; the text beside it says the same, shorter',
    '  for lists. A list is wrapped as `{result}`, a stream as `{events, ended}`, and what answers nothing is `{done: true}`.',
    '- An error is a result with `isError`, its text the JSON `{code, message, details, requestId}`',
    '  ([codes](errors.md)). An answer that refuses but carries its output, such as a sync with conflicts, has the code in',
    '  `_meta` under `ratchet/refused`.',
    '- Lists take `page`, `limit` (50 where nothing is said, 1000 at most), `cursor`, `sort: [{field, order}]`,',
    '  `filters: [{field, op, value}]` and `q`. `tools/list`, `resources/list`, `resources/templates/list` and `prompts/list`',
    '  have pages of 50 with cursors.',
    '- A tool that takes something away needs `confirm: true`. Without, it does nothing and says what it would do.',
    '- Tools marked *progress* tell how far they are when the request has a `progressToken`. `_meta` may say how much:',
    '  `"ratchet/progress": {"delta": 10, "frequency": 500}` asks for the next notice after ten more items and half a second',
    '  at least (0 and 100 without). The last of each stage is always told.',
    '- A cancelled call is stopped, and so are the run or the batch that it waited for.',
    '- The log has a line for each call (debug) and each error (notice, error). Clients of versions before 2026 hear warnings',
    '  until they set a level.',
    '- A key sees and may call only the tools that its permissions and its tool patterns let through.',
    '',
    '## Limits',
    '',
    '| what | limit |',
    '|---|---|',
    '| arguments of a call | 16 MiB (128 MiB for imports), 100 levels, 1,000,000 members |',
    '| calls at the same time, over the whole server | `mcp.max_concurrency`, 16; sixteen times as many wait, others get RATE_LIMITED |',
    '| sessions (versions before 2026) | 1,000; half an hour unused, a day at most; bound to who began them |',
    '| resources that one connection follows | 100 |',
    '| streams of `subscriptions/listen` | 1,000 |',
    '| events in the answer of a stream | 1,000 |',
    '',
    `## Tools (${tools.length})`,
    '',
    'R reads, W writes, D takes away and asks for `confirm`. Arguments in bold are required.',
    '',
    '| tool | | what it does | arguments |',
    '|---|---|---|---|',
    ...tools.map(toolRow),
    '',
    '## Operations that are no tools',
    '',
    '| operation | why |',
    '|---|---|',
    ...excused.map((one) => `| \`${one.name}\` | ${cell(one.excused?.mcp ?? '')} |`),
    '',
    '## Resources',
    '',
    '`resources/list` has every page of documentation and every task that the caller may see. Changes are told to whoever',
    'follows an address: by `resources/subscribe` in versions before 2026, by `subscriptions/listen` since.',
    '',
    '| address | type | what it is |',
    '|---|---|---|',
    ...templates.map((one) => `| \`${one.uriTemplate}\` | ${one.mimeType} | ${cell(one.description)} |`),
    '',
    '## Prompts',
    '',
    'Each fetches what it is about and lays out the steps and the tools for them. Arguments are completed: names of tasks',
    'and repositories, ids of executions and conflicts.',
    '',
    '| prompt | what it is for | arguments |',
    '|---|---|---|',
    ...prompts.map(({ prompt }) => {
      const given = (prompt.arguments ?? []).map((one) => (one.required ? `**${one.name}**` : one.name));
      return `| \`${prompt.name}\` | ${cell(prompt.description ?? '')} | ${given.join(', ')} |`;
    }),
  ].join('\n')}\n`;
}

function toolRow({ operation, tool }: OperationTool): string {
  const required = new Set(tool.inputSchema.required ?? []);
  const given = Object.keys((tool.inputSchema.properties ?? {}) as Schema).map((name) =>
    required.has(name) ? `**${name}**` : name,
  );
  const effect = { read: 'R', write: 'W', destructive: 'D' }[operation.effect];
  const progress = operation.reportsProgress ? ' *progress*' : '';
  return `| \`${tool.name}\` | ${effect} | ${cell(operation.description)}${progress} | ${given.join(', ')} |`;
}

const cell = (text: string): string => text.replaceAll('|', '\\|').replace(/\s+/g, ' ');
