import type { CallToolResult, ServerContext } from '@modelcontextprotocol/server';
import type { Caller } from '@ratchet/contract/dispatcher';
import { RatchetError } from '@ratchet/contract/errors';
import type { Operation } from '@ratchet/contract/operation';
import { checkArguments } from './argument-limits.ts';
import type { ClientLog } from './client-log.ts';
import type { Concurrency } from './concurrency.ts';
import { errorAnswer } from './error-answer.ts';
import type { McpOptions } from './options.ts';
import { readArguments } from './read-arguments.ts';
import { progressFilter, progressTeller } from './tell-progress.ts';
import { toolError, toolResult } from './tool-result.ts';
import { aliasOf } from './tool-schema.ts';
import { maySee } from './tools.ts';

const argumentLimit = 16 * 1024 * 1024;
/** Events that one answer of a stream holds. */
const eventLimit = 1000;

/** Carries out one tool call. Whatever goes wrong is an answer that the model can read. */
export async function callTool(
  operation: Operation,
  given: Readonly<Record<string, unknown>>,
  caller: Caller,
  context: ServerContext,
  options: McpOptions,
  { slots, log }: { readonly slots: Concurrency; readonly log: ClientLog },
): Promise<CallToolResult> {
  const began = performance.now();
  try {
    const output = await slots.run(context.mcpReq.signal, () => perform(operation, given, caller, context, options));
    await log(context, 'debug', { tool: operation.mcp, ms: Math.round(performance.now() - began) });
    return toolResult(operation, output);
  } catch (error) {
    const answer = errorAnswer(error, caller.requestId, operation.mcp, options.log);
    await log(context, answer.code === 'INTERNAL' ? 'error' : 'notice', { tool: operation.mcp, ...answer });
    return toolError(answer);
  }
}

async function perform(
  operation: Operation,
  given: Readonly<Record<string, unknown>>,
  caller: Caller,
  context: ServerContext,
  { dispatcher, argumentLimit: limit = argumentLimit }: McpOptions,
): Promise<unknown> {
  checkArguments(given, operation.bodyLimit ?? limit);
  const { input, confirmed, waitMs } = readArguments(operation, given);
  // Who may not do it hears that from the dispatcher, which notes the attempt down, and not how to go on.
  if (operation.effect === 'destructive' && !confirmed && maySee(caller.rights, operation))
    throw notConfirmed(operation, given);
  const { signal } = context.mcpReq;
  if (operation.stream)
    return follow(dispatcher.stream.bind(dispatcher), operation, input, { ...caller, signal }, waitMs);
  const progress = operation.reportsProgress ? progressOf(context) : undefined;
  return dispatcher.call(operation, input, { ...caller, signal, ...(progress ? { progress } : {}) });
}

function notConfirmed(operation: Operation, given: Readonly<Record<string, unknown>>): RatchetError {
  const alias = aliasOf(operation);
  const about = [alias?.argument, 'id']
    .filter((name) => name !== undefined && typeof given[name] === 'string')
    .map((name) => ` (${name}: ${JSON.stringify(String(given[name as string]).slice(0, 200))})`)[0];
  return new RatchetError(
    'VALIDATION_FAILED',
    `Nothing was done. This would ${wouldDo(operation)}${about ?? ''}. If that is wanted, call ${operation.mcp} again with the same arguments and confirm: true.`,
    [{ path: 'confirm', message: 'must be true' }],
  );
}

const wouldDo = ({ description }: Operation): string =>
  `${description.charAt(0).toLowerCase()}${description.slice(1)}`.replace(/\.$/, '');

function progressOf({ mcpReq }: ServerContext): Caller['progress'] | undefined {
  const token = mcpReq._meta?.progressToken;
  if (token === undefined) return undefined;
  return progressTeller(progressFilter(mcpReq._meta), (told) => {
    // Who has gone away hears no more; the work itself is ended by its signal.
    mcpReq.notify({ method: 'notifications/progress', params: { progressToken: token, ...told } }).catch(() => {});
  });
}

/** What a stream tells until it ends, the time is over, or enough has been told. */
async function follow(
  stream: McpOptions['dispatcher']['stream'],
  operation: Operation,
  input: unknown,
  caller: Caller,
  waitMs: number,
): Promise<{ events: unknown[]; ended: boolean }> {
  const enough = new AbortController();
  const timer = setTimeout(() => enough.abort(), waitMs);
  const signal = AbortSignal.any([enough.signal, ...(caller.signal ? [caller.signal] : [])]);
  const stopped = new Promise<'stopped'>((resolve) =>
    signal.addEventListener('abort', () => resolve('stopped'), { once: true }),
  );
  const events: unknown[] = [];
  const iterator = stream(operation, input, { ...caller, signal })[Symbol.asyncIterator]();
  try {
    while (events.length < eventLimit) {
      const next = iterator.next();
      const heard = await Promise.race([next, stopped]);
      if (heard === 'stopped') {
        next.catch(() => {});
        return { events, ended: false };
      }
      if (heard.done) return { events, ended: true };
      events.push(heard.value);
    }
    return { events, ended: false };
  } finally {
    clearTimeout(timer);
    enough.abort();
    void iterator.return?.(undefined)?.catch(() => {});
  }
}
