import { createReadStream } from 'node:fs';
import type { Caller } from '@ratchet/contract/dispatcher';
import { RatchetError } from '@ratchet/contract/errors';
import { backupFileRoute } from '@ratchet/contract/operations/backups';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import * as z from 'zod';

/** Finds the file of a backup for somebody who may have it; throws otherwise. */
export type BackupFiles = (
  id: string,
  caller: Caller,
) => Promise<{ readonly path: string; readonly fileName: string; readonly size: number }>;

export interface BackupsOptions {
  readonly backups: BackupFiles;
  readonly prefix: string;
  readonly callerOf: (request: FastifyRequest, surface: 'rest') => Promise<Caller>;
}

/**
 * The bytes of a backup, as they are on the disk and as they are read: it may be larger than what fits into memory. REST
 * alone gives them; they are no answer of an operation.
 */
export function registerBackups(app: FastifyInstance, { backups, prefix, callerOf }: BackupsOptions): void {
  app.get(`${prefix}${backupFileRoute.replace('{id}', ':id')}`, { exposeHeadRoute: false }, async (request, reply) => {
    const caller = await callerOf(request, 'rest');
    const { id } = request.params as { id: string };
    if (!z.uuid().safeParse(id).success)
      throw new RatchetError('VALIDATION_FAILED', 'id: must be a UUID.', [{ path: 'id', message: 'must be a UUID' }]);
    const { path, fileName, size } = await backups(id, caller);
    return reply
      .type('application/zip')
      .header('content-length', size)
      .header('content-disposition', `attachment; filename="${fileName}"`)
      .header('cache-control', 'no-store')
      .send(createReadStream(path));
  });
}
