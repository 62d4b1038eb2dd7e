import * as z from 'zod';
import { Backup } from '../entities/backup.ts';
import { Id } from '../json.ts';
import { operation } from '../operation.ts';

const byId = z.object({ id: Id });

/** Where the bytes of one are, under the API's prefix. REST alone gives them, as they are on the disk. */
export const backupFileRoute = '/backups/{id}/file';

export const backups = {
  list: operation({
    name: 'backups.list',
    description: 'Backups that this server keeps, the newest first',
    effect: 'read',
    permission: 'administer',
    everywhere: true,
    input: z.object({}),
    output: z.object({ items: z.array(Backup) }).meta({ id: 'Backups', description: 'All backups that are kept' }),
    errors: [],
    rest: ['GET', '/backups'],
    graphql: 'backupsPage',
    mcp: 'ratchet_list_backups',
    cli: 'backup list',
  }),
  create: operation({
    name: 'backups.create',
    description:
      'Write the whole database into one file in the server’s data folder, as it is at one moment. Its bytes are at GET /backups/{id}/file; it is restored with "ratchet restore"',
    effect: 'write',
    permission: 'administer',
    everywhere: true,
    input: z.object({}),
    output: Backup,
    errors: ['STATE_CONFLICT', 'UNAVAILABLE'],
    rest: ['POST', '/backups'],
    graphql: 'createBackup',
    mcp: 'ratchet_create_backup',
    cli: 'backup',
    creates: true,
    reportsProgress: true,
  }),
  get: operation({
    name: 'backups.get',
    description: 'One backup: what is in it',
    effect: 'read',
    permission: 'administer',
    everywhere: true,
    input: byId,
    output: Backup,
    errors: ['NOT_FOUND'],
    rest: ['GET', '/backups/{id}'],
    graphql: 'backup',
    mcp: 'ratchet_get_backup',
  }),
  delete: operation({
    name: 'backups.delete',
    description: 'Delete a backup’s file',
    effect: 'destructive',
    permission: 'administer',
    everywhere: true,
    input: byId,
    output: z.void(),
    errors: ['NOT_FOUND'],
    rest: ['DELETE', '/backups/{id}'],
    graphql: 'deleteBackup',
    mcp: 'ratchet_delete_backup',
    cli: 'backup delete',
  }),
} as const;
