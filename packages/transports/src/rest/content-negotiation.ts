import { RatchetError } from '@ratchet/contract/errors';
import type { Operation } from '@ratchet/contract/operation';
import type { FastifyRequest } from 'fastify';
import * as z from 'zod';

/** Nothing that the client takes can be answered: the one refusal with 406. */
export class NotAcceptable extends RatchetError {}

const rangesOf = (request: FastifyRequest): string[] =>
  (request.headers.accept ?? '').split(',').flatMap((range) => {
    const [type = '', ...parameters] = range.split(';').map((part) => part.trim().toLowerCase());
    return type === '' || parameters.some((parameter) => /^q=0(\.0*)?$/.test(parameter)) ? [] : [type];
  });

/** Whether a client names a type; `*` is not meant to bring it. */
export const names = (request: FastifyRequest, type: string): boolean => rangesOf(request).includes(type);

export const wantsEvents = (operation: Operation, request: FastifyRequest): boolean =>
  operation.reportsProgress === true && names(request, 'text/event-stream');

/** Throws where a client takes nothing that the operation answers. A stream is what was asked for by its address. */
export function checkAccept(operation: Operation, request: FastifyRequest): void {
  if (request.headers.accept === undefined || operation.stream || operation.output instanceof z.ZodVoid) return;
  const offered = [
    'application/json',
    ...(operation.reportsProgress ? ['text/event-stream'] : []),
    ...(operation.rawOutput ? [operation.rawOutput.type] : []),
  ];
  const ranges = rangesOf(request);
  const taken = ranges.some(
    (range) =>
      range === '*/*' || offered.some((type) => range === type || range === `${type.slice(0, type.indexOf('/'))}/*`),
  );
  if (!taken && ranges.length > 0)
    throw new NotAcceptable('UNSUPPORTED_MEDIA_TYPE', `This answers ${offered.join(', ')}.`, { offered });
}

/** Refuses bodies in an encoding or a character set that would be read as something else. */
export function checkBodyHeaders(request: FastifyRequest): void {
  const { 'content-encoding': encoding, 'content-type': type = '' } = request.headers;
  if (encoding !== undefined && encoding.trim().toLowerCase() !== 'identity')
    throw new RatchetError('UNSUPPORTED_MEDIA_TYPE', 'Send the body as it is, without content-encoding.');
  const charset = /;\s*charset\s*=\s*"?([^";\s]+)/i.exec(type)?.[1]?.toLowerCase();
  if (charset !== undefined && charset !== 'utf-8' && charset !== 'utf8' && charset !== 'us-ascii')
    throw new RatchetError('UNSUPPORTED_MEDIA_TYPE', 'Text must be in UTF-8.');
}
