import type { Caller, Dispatcher } from '@ratchet/contract/dispatcher';
import type { Operation } from '@ratchet/contract/operation';
import type { Page } from '@ratchet/contract/paging';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { checkAccept, names, wantsEvents } from './content-negotiation.ts';
import { checkIfMatch, readAbove } from './if-match.ts';
import { readInput } from './read-input.ts';
import { reportProgress } from './report-progress.ts';
import { routePath, routesOf, servedAt } from './route-path.ts';
import { sendEvents } from './send-events.ts';
import { statusOf } from './status.ts';

export interface RestOptions {
  readonly operations: readonly Operation[];
  readonly dispatcher: Dispatcher;
  readonly prefix: string;
  readonly callerOf: (request: FastifyRequest, surface: 'rest') => Caller | Promise<Caller>;
  readonly followSession?: (
    operation: Operation,
    output: unknown,
    request: FastifyRequest,
    reply: FastifyReply,
  ) => void;
}

/** One operation at one of its addresses. */
interface Served {
  readonly operation: Operation;
  readonly path: string;
  /** What If-Match is held against where the operation takes no revision itself. */
  readonly read: Operation | null;
}

/** Serves every operation of the table; nothing here knows one of them by name. */
export function registerRest(app: FastifyInstance, options: RestOptions): void {
  for (const operation of options.operations)
    for (const [method, path] of routesOf(operation)) {
      const read = readAbove(options.operations, path);
      app.route({
        method,
        url: routePath(servedAt(operation, path, options.prefix)),
        // A stream has no end whose headers could be told of.
        exposeHeadRoute: method === 'GET' && !operation.stream,
        ...(operation.bodyLimit ? { bodyLimit: operation.bodyLimit } : {}),
        handler: (request, reply) => serve({ operation, path, read }, options, request, reply),
      });
    }
}

async function serve(
  { operation, path, read }: Served,
  { dispatcher, callerOf, followSession, prefix }: RestOptions,
  request: FastifyRequest,
  reply: FastifyReply,
) {
  checkAccept(operation, request);
  const { input, bare } = readInput(operation, path, request);
  const gone = new AbortController();
  reply.raw.once('close', () => {
    if (!reply.raw.writableFinished) gone.abort();
  });
  const caller = { ...(await callerOf(request, 'rest')), signal: gone.signal };
  const match = request.headers['if-match'];
  if (match !== undefined && !operation.precondition && operation.effect !== 'read')
    await checkIfMatch(match, read, input, dispatcher, caller);
  if (operation.stream) {
    const { promise: opened, resolve } = Promise.withResolvers<void>();
    const events = dispatcher.stream(operation, input, { ...caller, opened: resolve });
    return sendEvents(events, reply, gone.signal, opened);
  }
  if (wantsEvents(operation, request))
    return sendEvents(
      reportProgress(async (progress) => {
        const output = await dispatcher.call(operation, input, { ...caller, progress });
        return { status: statusFor(operation, output), output };
      }, request.id),
      reply,
      gone.signal,
      new Promise(() => {}),
    );
  if (bare) return sendWindow(operation, input, bare, dispatcher, caller, reply);

  const output = await dispatcher.call(operation, input, caller);
  if (operation.session) followSession?.(operation, output, request, reply);
  if (output === undefined) return reply.status(204).send();
  if (operation.rawOutput && names(request, operation.rawOutput.type)) {
    const sent = sendRaw(operation.rawOutput, output as Record<string, unknown>, reply);
    if (sent) return sent;
  }
  const etag = etagOf(output);
  if (etag) reply.header('etag', etag);
  if (etag && !operation.changesByItself && operation.effect === 'read' && hasCopy(request, etag))
    return reply.status(304).send();
  if (operation.creates && !operation.refused?.(output as never))
    reply.header('location', `${prefix}${placeOf(operation, output as Record<string, unknown>)}`);
  return reply.status(statusFor(operation, output)).send(output);
}

/** If-None-Match compares weakly. */
const hasCopy = ({ method, headers }: FastifyRequest, etag: string): boolean =>
  (method === 'GET' || method === 'HEAD') &&
  (headers['if-none-match'] ?? '')
    .split(',')
    .some((tag) => tag.trim().replace(/^W\//, '') === etag || tag.trim() === '*');

/** Where an operation's output is found again. */
const placeOf = ({ rest, madeAt }: Operation, output: Readonly<Record<string, unknown>>): string =>
  (madeAt ?? `${rest[1]}/{id}`).replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(String(output[name])));

/** Answers the bytes themselves, under their name; null where the output has none, or they are of another type. */
function sendRaw(
  { member, type, fileName, when }: NonNullable<Operation['rawOutput']>,
  output: Record<string, unknown>,
  reply: FastifyReply,
) {
  const content = output[member];
  if (typeof content !== 'string' || when?.(output as never) === false) return null;
  const name = String(output[fileName] ?? 'download');
  const plain = name.replace(/[^\w.-]+/g, '_');
  return reply
    .header('content-disposition', `attachment; filename="${plain}"; filename*=UTF-8''${encodeURIComponent(name)}`)
    .type(type)
    .send(Buffer.from(content, 'base64'));
}

function statusFor(operation: Operation, output: unknown): number {
  const refused = operation.refused?.(output as never);
  if (refused) return statusOf[refused];
  return operation.accepted?.(output as never) ? 202 : operation.creates ? 201 : 200;
}

const etagOf = (output: unknown): string | null => {
  const revision = (output as { revision?: unknown } | null)?.revision;
  return typeof revision === 'number' ? `"${revision}"` : null;
};

/** Rows `start` to `end`, exactly, out of at most two pages of the list. */
async function sendWindow(
  operation: Operation,
  input: Record<string, unknown>,
  { start, end }: { start: number; end: number },
  dispatcher: Dispatcher,
  caller: Caller,
  reply: FastifyReply,
) {
  const size = Math.max(1, end - start);
  const limit = Math.min(size, 1000);
  const page = Math.floor(start / limit) + 1;
  const first = (await dispatcher.call(operation, { ...input, page, limit }, caller)) as Page<unknown>;
  const skipped = start - (page - 1) * limit;
  const rest =
    skipped > 0 && first.meta.hasNext
      ? ((await dispatcher.call(operation, { ...input, page: page + 1, limit }, caller)) as Page<unknown>).items
      : [];
  const rows = [...first.items, ...rest].slice(skipped, skipped + (end - start));
  return reply
    .header('x-total-count', String(first.meta.total))
    .header('access-control-expose-headers', 'X-Total-Count')
    .send(rows);
}
