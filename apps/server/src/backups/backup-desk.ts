import { readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Backup } from '@ratchet/contract/entities/backup';
import { notFound, RatchetError } from '@ratchet/contract/errors';
import type { BackupDesk } from '@ratchet/operations/backups';
import type { BackupManifest } from '@ratchet/store/backup/manifest';
import { openBackup } from '@ratchet/store/backup/open-backup';
import { writeBackup } from '@ratchet/store/backup/write-backup';
import type { Database } from '@ratchet/store/database';
import { newId } from '@ratchet/store/id';

export interface BackupDeskOptions {
  readonly database: Pick<Database, 'mode' | 'pool'>;
  readonly dataDir: string;
  readonly version: string;
  /** How many are kept; 0: all. */
  readonly kept: () => number;
  readonly log: (level: 'info' | 'warn' | 'error', message: string, data?: Record<string, unknown>) => void;
}

export interface KeptBackups extends BackupDesk {
  /** The file with the bytes of one. Throws NOT_FOUND. */
  file(id: string): Promise<{ readonly path: string; readonly fileName: string; readonly size: number }>;
}

const ofBackup = /^([0-9a-f-]{36})\.zip$/;

/** Backups of a running server, in `backups` of its data folder. Beyond so many the oldest go. */
export function backupDesk({ database, dataDir, version, kept, log }: BackupDeskOptions): KeptBackups {
  const folder = join(dataDir, 'backups');
  const pathOf = (id: string) => join(folder, `${id}.zip`);
  let underWay = false;

  async function read(id: string): Promise<Backup> {
    const size = statSync(pathOf(id), { throwIfNoEntry: false })?.size;
    if (size === undefined) throw notFound('backup', id);
    const backup = await openBackup(pathOf(id));
    backup.close();
    return viewOf(id, backup.manifest, size);
  }

  async function list(): Promise<Backup[]> {
    const found: Backup[] = [];
    for (const name of namesIn(folder)) {
      const id = ofBackup.exec(name)?.[1];
      if (id === undefined) continue;
      try {
        found.push(await read(id));
      } catch (error) {
        // One that goes bad on the disk hides none of the others.
        if (!(error instanceof RatchetError) || error.code !== 'NOT_FOUND')
          log('warn', 'A backup in the data folder cannot be read.', { file: name, err: error });
      }
    }
    return found.sort((a, b) =>
      a.createdAt < b.createdAt ? 1 : a.createdAt > b.createdAt ? -1 : a.id < b.id ? 1 : -1,
    );
  }

  async function tidy(): Promise<void> {
    const most = kept();
    if (most === 0) return;
    for (const { id, createdAt } of (await list()).slice(most)) {
      rmSync(pathOf(id), { force: true });
      log('info', 'Deleted a backup beyond those that are kept.', { id, createdAt });
    }
  }

  return {
    list,
    get: read,
    async create({ progress, signal }) {
      if (underWay) throw new RatchetError('STATE_CONFLICT', 'A backup is being made already. Wait until it is there.');
      underWay = true;
      try {
        // What a server that was killed had begun.
        for (const name of namesIn(folder)) if (name.endsWith('.part')) rmSync(join(folder, name), { force: true });
        const id = newId();
        const { manifest, size } = await writeBackup(database, { file: pathOf(id), version, progress, signal });
        await tidy();
        return viewOf(id, manifest, size);
      } finally {
        underWay = false;
      }
    },
    async remove(id) {
      await read(id).catch((error) => {
        // One that cannot be read any more can go too.
        if (!(error instanceof RatchetError) || error.code !== 'VALIDATION_FAILED') throw error;
      });
      rmSync(pathOf(id), { force: true });
    },
    async file(id) {
      const { fileName, size } = await read(id);
      return { path: pathOf(id), fileName, size };
    },
  };
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

/** `ratchet-20261121-174513.zip`, by the moment that the backup is of. */
export const backupFileName = (createdAt: string): string =>
  `ratchet-${createdAt.slice(0, 19).replace(/[-:]/g, '').replace('T', '-')}.zip`;

const viewOf = (id: string, { createdAt, version, mode, tables, keyIds }: BackupManifest, size: number): Backup => ({
  id,
  fileName: backupFileName(createdAt),
  size,
  createdAt,
  version,
  mode,
  tables: tables.length,
  rows: tables.reduce((sum, { rows }) => sum + rows, 0),
  keyIds: [...keyIds],
});
