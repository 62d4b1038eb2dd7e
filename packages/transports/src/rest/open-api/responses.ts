import type { ErrorCode } from '@ratchet/contract/errors';
import type { Operation } from '@ratchet/contract/operation';
import * as z from 'zod';
import { membersOf } from '../schema-walk.ts';
import { statusOf } from '../status.ts';
import type { Convert, Schema } from './components.ts';
import { takesBody } from './parameters.ts';

const progressRef: Schema = { $ref: '#/components/schemas/ProgressEvent' };
const errorRef: Schema = { $ref: '#/components/schemas/Error' };
const headerRef = (name: string): Schema => ({ $ref: `#/components/headers/${name}` });
const requestId = { 'X-Request-Id': headerRef('RequestId') };

export const errorSchema: Schema = {
  type: 'object',
  description: 'Why a request was not carried out. Some codes bring further members that programs go on with',
  properties: {
    code: { type: 'string', description: 'What programs branch on' },
    message: { type: 'string', description: 'What people read' },
    details: { description: 'More about it; for VALIDATION_FAILED a list of {path, message}' },
    requestId: { type: 'string', description: 'Names the request in the server’s log' },
  },
  required: ['code', 'message', 'details', 'requestId'],
};

export const progressSchema: Schema = {
  description: 'How far a long operation is; at last its answer, or its error',
  anyOf: [
    {
      type: 'object',
      properties: {
        type: { type: 'string', const: 'progress' },
        stage: { type: 'string' },
        done: { type: 'integer' },
        total: { type: 'integer', description: 'May grow while more is found' },
      },
      required: ['type', 'stage', 'done', 'total'],
    },
    {
      type: 'object',
      properties: {
        type: { type: 'string', const: 'result' },
        status: { type: 'integer', description: 'The HTTP status that the answer would have had' },
        output: { description: 'As in the JSON of the answer' },
      },
      required: ['type', 'status', 'output'],
    },
    {
      type: 'object',
      properties: {
        type: { type: 'string', const: 'error' },
        code: { type: 'string' },
        message: { type: 'string' },
        details: {},
        requestId: { type: 'string' },
      },
      required: ['type', 'code', 'message', 'details', 'requestId'],
    },
  ],
};

export const headers: Readonly<Record<string, Schema>> = {
  RequestId: {
    description: 'Names the request in the server’s log; the one sent with it, if it may be',
    schema: { type: 'string' },
  },
  ETag: { description: 'The revision, for If-Match and If-None-Match', schema: { type: 'string' }, example: '"3"' },
  Location: { description: 'Where the new entity is', schema: { type: 'string' } },
  TotalCount: { description: 'Of a bare array: items over all pages', schema: { type: 'integer' }, example: 1 },
  RetryAfter: { description: 'Seconds after which to try again', schema: { type: 'integer' }, example: 2 },
  Authenticate: { description: 'How to sign in', schema: { type: 'string' }, example: 'Bearer' },
};

/** What each code says, as an example; `details` where the code has some. */
const told: Readonly<Partial<Record<ErrorCode, readonly [message: string, details: unknown]>>> = {
  VALIDATION_FAILED: [
    'nmae: is not known here; did you mean name?',
    [{ path: 'nmae', message: 'is not known here; did you mean name?', suggestion: 'name' }],
  ],
  NOT_FOUND: ['There is no task "nightly".', { id: 'nightly' }],
  ALREADY_EXISTS: ['This name is taken.', null],
  REVISION_MISMATCH: ['It was changed in between: this is revision 4.', { currentRevision: 4 }],
  UNAUTHENTICATED: ['Sign in first, or send a token or an API key.', null],
  PERMISSION_DENIED: ['This needs the permission edit.', null],
  RATE_LIMITED: ['Too many requests. Try again in 2 seconds.', { retryAfterMs: 1500 }],
  PAYLOAD_TOO_LARGE: ['The body is too large.', null],
  UNSUPPORTED_MEDIA_TYPE: ['The body must be JSON, with content-type application/json.', null],
  UNAVAILABLE: ['The server has too much to do just now.', { retryAfterMs: 1000 }],
  INTERNAL: ['Something went wrong inside the server. Its log has the request id.', null],
  GUARD_TRIPPED: ['This sync would delete most of the tasks.', { guard: 'mass_delete', planId: 'b7a4' }],
  REPOSITORY_UNREACHABLE: ['The repository does not answer.', null],
};

const examplesOf = (codes: readonly ErrorCode[]): Schema =>
  Object.fromEntries(
    codes.map((code) => {
      const [message, details] = told[code] ?? ['It cannot be done as things stand.', null];
      return [code, { value: { code, message, details, requestId: '0198f1de-9c0b-7c6e-b3a1-5a1d3c1f7f10' } }];
    }),
  );

const errorAnswer = (codes: readonly ErrorCode[], schema: Schema = errorRef, further: Schema = {}): Schema => ({
  description: codes.join(', '),
  headers: { ...requestId, ...further },
  content: { 'application/json': { schema, examples: examplesOf(codes) } },
});

const retry = { 'Retry-After': headerRef('RetryAfter') };

/** Refusals that every operation shares. */
export const sharedResponses: Readonly<Record<string, Schema>> = {
  Unauthenticated: errorAnswer(['UNAUTHENTICATED'], errorRef, { 'WWW-Authenticate': headerRef('Authenticate') }),
  PermissionDenied: errorAnswer(['PERMISSION_DENIED']),
  RateLimited: errorAnswer(['RATE_LIMITED'], errorRef, retry),
  Invalid: errorAnswer(['VALIDATION_FAILED']),
  TooLarge: errorAnswer(['PAYLOAD_TOO_LARGE']),
  UnsupportedMediaType: errorAnswer(['UNSUPPORTED_MEDIA_TYPE']),
  Internal: errorAnswer(['INTERNAL']),
  Unavailable: errorAnswer(['UNAVAILABLE'], errorRef, retry),
};
export const notFound = errorAnswer(['NOT_FOUND']);
const shared: Readonly<Record<number, string>> = {
  400: 'Invalid',
  404: 'NotFound',
  401: 'Unauthenticated',
  403: 'PermissionDenied',
  413: 'TooLarge',
  415: 'UnsupportedMediaType',
  429: 'RateLimited',
  500: 'Internal',
  503: 'Unavailable',
};

/** Every answer of an operation; `sample` makes an example of a schema. */
export function responsesOf(
  operation: Operation,
  method: string,
  convert: Convert,
  sample: (schema: Schema) => unknown,
): Schema {
  const empty = operation.output instanceof z.ZodVoid;
  const output = empty ? null : convert(operation.output, 'output');
  const status = operation.creates ? '201' : empty ? '204' : '200';
  const refusals = new Map<number, ErrorCode[]>();
  const note = (...codes: readonly ErrorCode[]) => {
    for (const code of codes)
      refusals.set(statusOf[code], [...new Set([...(refusals.get(statusOf[code]) ?? []), code])]);
  };
  note('VALIDATION_FAILED', 'UNAUTHENTICATED', 'PERMISSION_DENIED', 'RATE_LIMITED', ...operation.errors);
  if (takesBody(method)) note('PAYLOAD_TOO_LARGE', 'UNSUPPORTED_MEDIA_TYPE');
  note('INTERNAL', 'UNAVAILABLE');
  const success = successOf(operation, output, convert, sample);
  const hasTag = method === 'GET' && !operation.changesByItself && 'revision' in membersOf(operation.output);
  return {
    ...(operation.creates && operation.reportsProgress
      ? {
          200: { description: 'How far it is, as it goes', headers: requestId, content: eventsOf(progressRef, sample) },
        }
      : {}),
    [status]: success,
    ...(operation.accepted ? { 202: { ...success, description: 'It goes on; ask again how far it is' } } : {}),
    ...(hasTag ? { 304: { description: 'The copy is still good', headers: requestId } } : {}),
    ...Object.fromEntries(
      [...refusals].map(([code, names]) => {
        const carries = operation.refused && code === statusOf.SYNC_CONFLICT && output;
        const name = shared[code];
        return [
          code,
          name && names.length === 1 && !carries
            ? { $ref: `#/components/responses/${name}` }
            : errorAnswer(names, carries ? { anyOf: [output, errorRef] } : errorRef, code === 429 ? retry : {}),
        ];
      }),
    ),
  };
}

const eventsOf = (event: Schema, sample: (schema: Schema) => unknown): Schema => ({
  'text/event-stream': {
    schema: {
      type: 'string',
      description: 'Server-sent events; the data of each is JSON of this schema',
      contentMediaType: 'text/event-stream',
      contentSchema: event,
    },
    example: `data: ${JSON.stringify(sample(event))}\n\n`,
  },
});

function successOf(
  operation: Operation,
  output: Schema | null,
  convert: Convert,
  sample: (schema: Schema) => unknown,
): Schema {
  const { description, list, rawOutput } = operation;
  const answered: Schema = { ...requestId };
  if (operation.creates) answered.Location = headerRef('Location');
  if ('revision' in membersOf(operation.output)) answered.ETag = headerRef('ETag');
  if (list) answered['X-Total-Count'] = headerRef('TotalCount');
  if (!output) return { description, headers: answered };
  const events = eventsOf(operation.stream ? output : progressRef, sample);
  if (operation.stream) return { description, headers: answered, content: events };
  const { items } = membersOf(operation.output);
  const schema =
    list && items
      ? { anyOf: [output, { ...convert(items, 'output'), description: 'With _start, _end or id' }] }
      : output;
  return {
    description,
    headers: answered,
    content: {
      'application/json': {
        schema,
        example: sample(output),
      },
      ...(operation.reportsProgress && !operation.creates ? events : {}),
      ...(rawOutput ? { [rawOutput.type]: { schema: { type: 'string', format: 'binary' } } } : {}),
    },
  };
}
