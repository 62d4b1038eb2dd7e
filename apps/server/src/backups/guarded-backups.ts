import { type Operation, operation } from '@ratchet/contract/operation';
import { backupFileRoute } from '@ratchet/contract/operations/backups';
import type { Guard } from '@ratchet/operations/dispatch';
import type { BackupFiles } from '@ratchet/transports/rest/register-backups';
import * as z from 'zod';
import type { KeptBackups } from './backup-desk.ts';

/** Bytes of a file are no answer of an operation; who had them is decided and noted down as if they were. */
const download = operation({
  name: 'backups.download',
  description: 'The bytes of a backup',
  // It takes everything out of the house: the audit has it, as it has what is written.
  effect: 'write',
  permission: 'administer',
  everywhere: true,
  input: z.unknown(),
  output: z.unknown(),
  errors: ['NOT_FOUND'],
  rest: ['GET', backupFileRoute],
  graphql: 'backupFile',
  mcp: 'ratchet_download_backup',
}) as Operation;

/** The files of backups behind the guard of all calls. */
export const guardedBackups =
  (desk: Pick<KeptBackups, 'file'>, guard: Guard): BackupFiles =>
  async (id, caller) => {
    const admitted = await guard.admit(download, { id }, caller);
    let output: Awaited<ReturnType<KeptBackups['file']>>;
    try {
      output = await desk.file(id);
    } catch (error) {
      await admitted.ended?.({ error });
      throw error;
    }
    await admitted.ended?.({ output: { id } });
    return output;
  };
