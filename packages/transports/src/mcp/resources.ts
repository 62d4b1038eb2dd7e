import type { ListResourcesResult, ReadResourceResult, Resource } from '@modelcontextprotocol/server';
import { mayAnywhere } from '@ratchet/contract/access';
import type { Caller } from '@ratchet/contract/dispatcher';
import { type Ask, asker } from './ask.ts';
import { documentList, readDocument } from './documents.ts';
import type { McpOptions } from './options.ts';
import { badCursor, pageSize } from './page.ts';
import { type ResourceAddress, resourceAddress } from './resource-address.ts';

/** Pages of a log that one reading answers, a thousand lines each. */
const logPages = 5;

/** Documentation first, then every task that the caller may see. */
export async function listResources(
  options: McpOptions,
  caller: Caller,
  cursor: string | undefined,
): Promise<ListResourcesResult> {
  const sees = mayAnywhere(caller.rights, 'read');
  if (cursor === undefined) {
    const resources = documentList(options.documents).map(({ name, title }) => ({
      uri: `ratchet://docs/${encodeURIComponent(name)}`,
      name,
      title,
      mimeType: 'text/markdown',
    }));
    return { resources, ...(sees ? { nextCursor: cursorFor(null) } : {}) };
  }
  if (!sees) throw badCursor();
  const after = readCursor(cursor);
  const page = await asker(options.dispatcher, caller).tasks({
    limit: pageSize,
    ...(after === null ? {} : { cursor: after }),
  });
  const resources = page.items.map(
    (task): Resource => ({
      uri: `ratchet://tasks/${task.id}`,
      name: task.name,
      ...(task.label ? { title: task.label } : {}),
      ...(task.description ? { description: task.description } : {}),
      mimeType: 'application/json',
    }),
  );
  return { resources, ...(page.meta.nextCursor ? { nextCursor: cursorFor(page.meta.nextCursor) } : {}) };
}

const cursorFor = (after: string | null): string => Buffer.from(JSON.stringify(['tasks', after])).toString('base64url');

function readCursor(cursor: string): string | null {
  try {
    const [group, after] = JSON.parse(Buffer.from(cursor, 'base64url').toString()) as unknown[];
    if (group === 'tasks' && (after === null || typeof after === 'string')) return after;
  } catch {}
  throw badCursor();
}

/** Null: there is no such resource. Throws what the dispatcher throws. */
export async function readResource(
  uri: string,
  options: McpOptions,
  caller: Caller,
): Promise<ReadResourceResult | null> {
  const address = resourceAddress(uri);
  if (!address) return null;
  const content = await read(address, options, asker(options.dispatcher, caller));
  return content && { contents: [{ uri, ...content }] };
}

interface Content {
  readonly mimeType: string;
  readonly text: string;
}

async function read(address: ResourceAddress, options: McpOptions, ask: Ask): Promise<Content | null> {
  if (address.kind === 'document') {
    const text = await readDocument(address.name, options.documents, ask);
    return text === null ? null : { mimeType: 'text/markdown', text };
  }
  if (address.kind === 'conflict') return json(await ask.conflict(address.id));
  if (address.kind === 'logs') return { mimeType: 'text/plain', text: await logText(ask, address.id) };
  if (address.part === 'versions') return json(await ask.history(address.id));
  const task = await ask.task(address.id);
  if (address.part === 'schemas') return json({ inputSchema: task.inputSchema, outputSchema: task.outputSchema });
  if (address.part === 'source') return { mimeType: `text/${task.sourceType}`, text: task.sourceCode };
  return json(task);
}

const json = (value: unknown): Content => ({ mimeType: 'application/json', text: JSON.stringify(value, null, 2) });

/** The log, a line an entry, from its beginning. */
export async function logText(ask: Ask, id: string): Promise<string> {
  const lines: string[] = [];
  for (let page = 1; page <= logPages; page++) {
    const { items, meta } = await ask.logs(id, page);
    for (const entry of items) lines.push(`${entry.time} ${entry.level} ${entry.message}`);
    if (!meta.hasNext) break;
    if (page === logPages)
      lines.push(`… ${meta.total - lines.length} more lines: read them with ratchet_get_execution_logs.`);
  }
  return lines.length > 0 ? `${lines.join('\n')}\n` : '';
}
