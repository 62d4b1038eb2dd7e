import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { type Keys, keysFromText, keysFromValues } from '@ratchet/access/key-ring';
import type { Progress } from '@ratchet/contract/dispatcher';
import { RatchetError } from '@ratchet/contract/errors';
import { makeQueue } from '@ratchet/execution/make-queue';
import type { BackupManifest } from '@ratchet/store/backup/manifest';
import { type OpenBackup, openBackup } from '@ratchet/store/backup/open-backup';
import { judgeTarget, refuseNewer, restoreBackup } from '@ratchet/store/backup/restore-backup';
import { type WrittenBackup, writeBackup } from '@ratchet/store/backup/write-backup';
import type { Database } from '@ratchet/store/database';
import { openDatabase } from '@ratchet/store/open-database';
import { readSettings, refuseFaults, type Settings, type StartOptions, settingsOf } from '../settings.ts';
import { version } from '../version.ts';
import { backupFileName } from './backup-desk.ts';

export interface Work {
  readonly progress?: ((progress: Progress) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface BackUpOptions extends StartOptions, Work {
  /** Where it goes; a name made of the time, in the current folder, without. */
  readonly file?: string | undefined;
  /** Takes the key ring along, so that whoever has the file can open every secret in it. */
  readonly withKeys?: boolean | undefined;
}

export interface WrittenFile extends WrittenBackup {
  readonly file: string;
}

/** Backs up the database of this machine's configuration, without a server. Throws UNAVAILABLE while one holds its folder. */
export async function backUpHere({ file, withKeys, progress, signal, ...start }: BackUpOptions): Promise<WrittenFile> {
  const settings = settingsFor(start);
  const keys = withKeys ? keysOf(settings) : undefined;
  refuseNowhere(settings);
  return withDatabase(settings, (database) => backUp(database, file, { keys, progress, signal }));
}

async function backUp(
  database: Database,
  file: string | undefined,
  options: Work & { readonly keys?: string | undefined },
): Promise<WrittenFile> {
  const target = resolve(file ?? backupFileName(new Date().toISOString()));
  return { file: target, ...(await writeBackup(database, { ...options, file: target, version })) };
}

export interface RestoreHere extends StartOptions, Work {
  readonly file: string;
  /** Replaces what is there, after a backup of it beside the file. */
  readonly replace?: boolean | undefined;
  /** Heard as soon as it is there. */
  readonly kept?: ((backup: WrittenFile) => void) | undefined;
}

export interface Restored {
  readonly manifest: BackupManifest;
  readonly rows: number;
  /** What stood in the database before; null: nothing did. */
  readonly before: string | null;
  /** What the person who restored it should know. */
  readonly warnings: readonly string[];
}

/**
 * Makes the database of this machine's configuration what a backup says. All of the backup is checked before anything is
 * touched; the database changes in one transaction.
 */
export async function restoreHere(options: RestoreHere): Promise<Restored> {
  const { file, replace = false, progress, signal, kept, ...start } = options;
  const settings = settingsFor(start);
  const backup = await openBackup(file);
  try {
    refuseNewer(backup.manifest);
    await backup.verify((done, total) => progress?.({ stage: 'check', done, total }));
    return await withDatabase(settings, async (database) => {
      const full = await judgeTarget(database, replace);
      const before = full ? beside(file) : null;
      if (before !== null) kept?.(await backUp(database, before, { progress, signal }));
      const { rows } = await restoreBackup(database, backup, {
        replace,
        prepareQueue: makeQueue,
        progress,
        signal,
      });
      return { manifest: backup.manifest, rows, before, warnings: await settleKeys(backup, settings) };
    });
  } finally {
    backup.close();
  }
}

/** Reads all of a backup and answers what it says of itself. Throws VALIDATION_FAILED where it is damaged. */
export async function checkBackup(
  file: string,
  { progress }: Work = {},
): Promise<{ manifest: BackupManifest; size: number }> {
  const backup = await openBackup(file);
  try {
    await backup.verify((done, total) => progress?.({ stage: 'check', done, total }));
    return { manifest: backup.manifest, size: statSync(file).size };
  } finally {
    backup.close();
  }
}

function settingsFor(start: StartOptions): Settings {
  const loaded = readSettings(start);
  refuseFaults(loaded);
  return settingsOf(loaded);
}

/** A folder that no server ever used is not made one by backing it up. */
function refuseNowhere({ database: { url, dataDir } }: Settings): void {
  if (!url && !existsSync(join(dataDir, 'database')))
    throw new RatchetError(
      'NOT_FOUND',
      `There is no database in ${dataDir}. Name the server's data folder with --data-dir, or its database with --database-url.`,
    );
}

async function withDatabase<T>({ database: { url, dataDir } }: Settings, work: (database: Database) => Promise<T>) {
  const database = await openDatabase(url ? { url, poolSize: 2, asItIs: true } : { dataDir, asItIs: true });
  try {
    return await work(database);
  } finally {
    await database.close();
  }
}

const beside = (file: string): string =>
  join(dirname(resolve(file)), backupFileName(new Date().toISOString()).replace('ratchet-', 'ratchet-before-restore-'));

/** Where the ring is kept as a file of the form of keys.json; null: the configuration gives the keys. */
const ringFile = ({ security, database }: Settings): string | null =>
  security.keys.length > 0 ? null : (security.keysFile ?? join(database.dataDir, 'keys.json'));

function keysOf(settings: Settings): string {
  const file = ringFile(settings);
  if (file === null)
    throw new RatchetError(
      'VALIDATION_FAILED',
      'The keys come from the configuration (security.keys), which no backup holds. Back up without --with-keys, and keep them as you keep your configuration.',
    );
  if (!existsSync(file))
    throw new RatchetError('NOT_FOUND', 'There is no key file to take along. Back up without --with-keys.');
  return readFileSync(file, 'utf8');
}

/** Puts keys that came along where there are none, and says which are missing. */
async function settleKeys(backup: OpenBackup, settings: Settings): Promise<string[]> {
  const { keyIds } = backup.manifest;
  const file = ringFile(settings);
  const given = await backup.keys();
  const warnings: string[] = [];
  if (given !== null && file !== null && !existsSync(file)) {
    keysFromText(given);
    writeFileSync(file, given, { mode: 0o600, flag: 'wx' });
    warnings.push(`The backup's keys were put into ${file}.`);
  } else if (given !== null) warnings.push('The backup holds keys; those that are here already were left as they are.');
  const known = knownKeys(file, settings);
  const missing = keyIds.filter((id) => !known.has(id));
  if (missing.length > 0)
    warnings.push(
      `Secrets are sealed with ${missing.length === 1 ? 'key' : 'keys'} ${missing.join(', ')}, which ${file ?? 'security.keys'} does not hold: copy keys.json from where the backup was made, before the server starts.`,
    );
  return warnings;
}

/** Without making a file of keys where there is none. */
function knownKeys(file: string | null, settings: Settings): ReadonlySet<string> {
  if (file === null) return new Set(keysFromValues(settings.security.keys).keys());
  const keys: Keys = existsSync(file) ? keysFromText(readFileSync(file, 'utf8')) : new Map();
  return new Set(keys.keys());
}
