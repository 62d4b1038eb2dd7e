import { RatchetError } from '@ratchet/contract/errors';

/** One table of a backup; its rows stand in the entry `tables/<name>.jsonl`. */
export interface BackedUpTable {
  readonly name: string;
  /** In the order of a row's members, with the type as PostgreSQL writes it. */
  readonly columns: readonly { readonly name: string; readonly type: string }[];
  readonly rows: number;
  /** SHA-256 of the entry, in hexadecimal. */
  readonly digest: string;
}

/** What a backup says of itself: its last entry, `manifest.json`. */
export interface BackupManifest {
  readonly format: typeof formatName;
  readonly formatVersion: number;
  /** Of the program that wrote it. */
  readonly version: string;
  /** ISO 8601: the moment that all of it is of. */
  readonly createdAt: string;
  readonly mode: 'embedded' | 'postgresql';
  /** The time of the last migration, as the journal of migrations has it. */
  readonly migration: number;
  /** In an order in which rows may be inserted: what is referred to comes first. */
  readonly tables: readonly BackedUpTable[];
  readonly sequences: readonly { readonly name: string; readonly lastValue: string; readonly called: boolean }[];
  /** Work that waited in the queue; its entry is `queue.jsonl`. */
  readonly queue: { readonly rows: number; readonly digest: string };
  /** Ids of the keys that opened what is sealed in it. The keys are not in it, unless `withKeys`. */
  readonly keyIds: readonly string[];
  readonly withKeys: boolean;
}

export const formatName = 'ratchet-backup';
export const formatVersion = 1;
export const manifestEntry = 'manifest.json';
export const queueEntry = 'queue.jsonl';
export const keysEntry = 'keys.json';
export const tableEntry = (name: string): string => `tables/${name}.jsonl`;

export const badBackup = (message: string, cause?: unknown): RatchetError =>
  new RatchetError(
    'VALIDATION_FAILED',
    `This is no backup that can be used: ${message} Use another copy of it.`,
    undefined,
    cause === undefined ? {} : { cause },
  );

const name = /^[a-z_][a-z0-9_]{0,62}$/;
/** As `format_type` writes them; they go into statements. */
const type = /^[a-z][a-z0-9_ ]*(\(\d+(,\d+)?\))?( with(out)? time zone)?(\[\])?$/;
const digest = /^[0-9a-f]{64}$/;
const count = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;

/** Throws VALIDATION_FAILED for what no backup says: names and types of it become part of statements. */
export function readManifest(text: string): BackupManifest {
  let said: BackupManifest;
  try {
    said = JSON.parse(text) as BackupManifest;
  } catch (cause) {
    throw badBackup('its manifest is not JSON.', cause);
  }
  if (said?.format !== formatName) throw badBackup('its manifest is that of something else.');
  if (said.formatVersion !== formatVersion)
    throw new RatchetError(
      'VALIDATION_FAILED',
      `The backup has format ${said.formatVersion}; this program reads format ${formatVersion}. Restore it with the Ratchet that wrote it (${said.version}), or a newer one.`,
    );
  const whole =
    count(said.migration) &&
    Array.isArray(said.tables) &&
    Array.isArray(said.sequences) &&
    Array.isArray(said.keyIds) &&
    said.tables.every(isTable) &&
    said.sequences.every((each) => name.test(each.name) && /^-?\d{1,20}$/.test(each.lastValue)) &&
    count(said.queue?.rows) &&
    digest.test(said.queue.digest);
  if (!whole) throw badBackup('its manifest is not whole.');
  return said;
}

const isTable = (table: BackedUpTable): boolean =>
  name.test(table.name) &&
  digest.test(table.digest) &&
  count(table.rows) &&
  Array.isArray(table.columns) &&
  table.columns.every((column) => name.test(column.name) && type.test(column.type));
