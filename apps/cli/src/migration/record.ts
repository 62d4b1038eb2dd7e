import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  writeSync,
} from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { Io } from '../context.ts';
import { exitCodes, Failed } from '../exit.ts';
import type { SourceEntry } from './source-listing.ts';

/** A task on its way from a folder into a repository. */
export interface MovedTask {
  /** Where it is in the folder. */
  readonly path: string;
  /** Where it goes in the repository. */
  readonly repositoryPath: string;
  readonly name: string;
  readonly version: string;
  readonly form: string;
  readonly checksum: string;
  readonly bytes: number;
}

/** A task that stood where one of the folder goes. */
export interface TaskBefore {
  readonly id: string;
  readonly revision: number;
  readonly checksum: string;
}

/** What a migration is, written before it begins: enough to go on with it, to verify it and to take it back. */
export interface MigrationRecord {
  readonly id: string;
  readonly createdAt: string;
  readonly state: 'running' | 'done' | 'rolled_back';
  /** The folder, or zip file. */
  readonly source: string;
  readonly isFolder: boolean;
  readonly server: string;
  readonly repositoryId: string;
  readonly repositoryName: string;
  readonly under: string;
  /** The file that keeps the folder as it was. */
  readonly backup: string;
  readonly listing: readonly SourceEntry[];
  /** Those that are moved; those that stood there already, the same, are not among them. */
  readonly tasks: readonly MovedTask[];
  /** By path in the repository. */
  readonly before: Readonly<Record<string, TaskBefore>>;
}

const fileName = 'migration.json';
const idForm = /^\d{8}-\d{6}-[0-9a-f]{4}$/;

/** The folder of this user's migrations. */
export const migrationsFolder = ({ env }: Io): string =>
  join(env.RATCHET_DATA_DIR ?? join(env.HOME || homedir(), '.ratchet'), 'migrations');

export const newMigrationId = (now: Date): string =>
  `${now.toISOString().slice(0, 19).replace(/[-:]/g, '').replace('T', '-')}-${crypto.randomUUID().slice(0, 4)}`;

export const folderOf = (io: Io, id: string): string => join(migrationsFolder(io), id);

/** Writes a record, whole or not at all, on the disk when it returns. */
export function writeRecord(io: Io, record: MigrationRecord): void {
  const folder = folderOf(io, record.id);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const draft = join(folder, `${fileName}.part`);
  const file = openSync(draft, 'w', 0o600);
  try {
    writeSync(file, JSON.stringify(record));
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(draft, join(folder, fileName));
}

/** Throws Failed for an id that is none. */
export function readRecord(io: Io, id: string): MigrationRecord {
  const path = join(folderOf(io, id), fileName);
  if (!idForm.test(id) || !existsSync(path)) {
    const known = recordIds(io);
    const told = known.length === 0 ? 'There is none on this machine.' : `There are: ${known.slice(0, 10).join(', ')}.`;
    throw new Failed(`There is no migration ${JSON.stringify(id)}. ${told}`, exitCodes.usage);
  }
  return JSON.parse(readFileSync(path, 'utf8')) as MigrationRecord;
}

/** The newest first. */
export function recordIds(io: Io): string[] {
  const folder = migrationsFolder(io);
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => idForm.test(name) && existsSync(join(folder, name, fileName)))
    .sort()
    .reverse();
}
