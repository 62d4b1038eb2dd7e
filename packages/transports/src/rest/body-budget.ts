import { Transform } from 'node:stream';
import { RatchetError } from '@ratchet/contract/errors';
import type { FastifyInstance } from 'fastify';

/** Bodies up to this size are not counted. */
const smallBytes = 64 * 1024;

/**
 * Holds the bytes of all bodies together below a limit, so that many large ones at once cannot take the memory that each
 * alone may. A request over it is answered UNAVAILABLE, and may come again.
 */
export function limitBodies(app: FastifyInstance, mostBytes: number): void {
  let held = 0;
  app.addHook('preParsing', async (request, reply, payload) => {
    const { 'content-length': length, 'transfer-encoding': chunked } = request.headers;
    if (chunked === undefined && Number(length ?? 0) <= smallBytes) return payload;
    let own = 0;
    reply.raw.once('close', () => {
      held -= own;
      own = 0;
    });
    const counted = Object.assign(
      new Transform({
        transform(chunk: Buffer, _encoding, done) {
          counted.receivedEncodedLength += chunk.length;
          own += chunk.length;
          held += chunk.length;
          if (held <= mostBytes) return done(null, chunk);
          done(
            new RatchetError('UNAVAILABLE', 'The server holds too many large requests just now. Try again soon.', {
              retryAfterMs: 1000,
            }),
          );
        },
      }),
      { receivedEncodedLength: 0 },
    );
    payload.once('error', (error) => counted.destroy(error));
    return payload.pipe(counted);
  });
}
