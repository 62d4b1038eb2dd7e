import { RatchetError } from '@ratchet/contract/errors';
import type { Operation } from '@ratchet/contract/operation';
import type { FastifyRequest } from 'fastify';
import { revisionOf } from './if-match.ts';
import { type ListQuery, readListQuery } from './list-query.ts';
import { pathMembers } from './route-path.ts';
import { converted, membersOf } from './schema-walk.ts';

export interface ReadInput {
  readonly input: Record<string, unknown>;
  readonly bare: ListQuery['bare'];
}

/** An operation's input out of path, query, body and headers. What it does not know is handed on, for the dispatcher to refuse. */
export function readInput(operation: Operation, path: string, request: FastifyRequest): ReadInput {
  const members = membersOf(operation.input);
  const params = request.params as Record<string, string>;
  const inPath = Object.fromEntries(
    pathMembers(path).map((name) => [
      name,
      converted(members[name], path.includes(`{${name}+}`) ? params['*'] : params[name]),
    ]),
  );
  const query = request.query as Record<string, string | string[] | undefined>;
  const names = new Set(Object.keys(members));
  const list = operation.list ? readListQuery(query, operation.list, names) : null;
  const fromQuery = list
    ? Object.fromEntries(
        Object.entries(query).flatMap(([k, v]) =>
          k in listed || !names.has(k) || k in (operation.list?.filters ?? {}) ? [] : [[k, converted(members[k], v)]],
        ),
      )
    : Object.fromEntries(Object.entries(query).map(([k, v]) => [k, converted(members[k], v)]));
  const body = bodyOf(operation, request);
  const input: Record<string, unknown> = {
    ...fromQuery,
    ...list?.input,
    ...body,
    ...inPath,
    ...fromHeaders(operation, members, request),
  };
  return { input, bare: list?.bare ?? null };
}

const listed: Readonly<Record<string, true>> = {
  page: true,
  limit: true,
  cursor: true,
  q: true,
  sort: true,
  filters: true,
};

function bodyOf(operation: Operation, request: FastifyRequest): Record<string, unknown> {
  const { body } = request;
  if (body === undefined || body === null) return {};
  if (Buffer.isBuffer(body)) {
    if (!operation.rawBody)
      throw new RatchetError('UNSUPPORTED_MEDIA_TYPE', 'The body must be JSON, with content-type application/json.');
    return {
      [operation.rawBody]: body.toString('base64'),
      ...('encoding' in membersOf(operation.input) ? { encoding: 'base64' } : {}),
    };
  }
  if (typeof body !== 'object' || Array.isArray(body))
    throw new RatchetError('VALIDATION_FAILED', 'The body must be a JSON object.', [
      { path: '', message: 'must be an object' },
    ]);
  return body as Record<string, unknown>;
}

function fromHeaders(
  operation: Operation,
  members: Readonly<Record<string, unknown>>,
  request: FastifyRequest,
): Record<string, unknown> {
  const { 'if-match': match, 'idempotency-key': key, 'last-event-id': event } = request.headers;
  const found: Record<string, unknown> = {};
  if (typeof match === 'string' && operation.precondition && match.trim() !== '*')
    found.expectedRevision = revisionOf(match);
  if (typeof key === 'string' && 'idempotencyKey' in members) found.idempotencyKey = key;
  if (typeof event === 'string' && 'lastEventId' in members) found.lastEventId = event;
  return found;
}
