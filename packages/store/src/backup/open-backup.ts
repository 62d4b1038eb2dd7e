import { createHash } from 'node:crypto';
import { text } from 'node:stream/consumers';
import { RatchetError } from '@ratchet/contract/errors';
import yauzl from 'yauzl';
import {
  type BackupManifest,
  badBackup,
  keysEntry,
  manifestEntry,
  queueEntry,
  readManifest,
  tableEntry,
} from './manifest.ts';

export type BackedUpRow = (string | null)[];

/** A backup that can be read. */
export interface OpenBackup {
  readonly manifest: BackupManifest;
  /** Rows of a table, some at a time. Throws VALIDATION_FAILED for what is no row. */
  rows(table: string): AsyncIterable<BackedUpRow[]>;
  queue(): AsyncIterable<BackedUpRow[]>;
  /** The key ring, as `keys.json` holds it; null: it is not in it. */
  keys(): Promise<string | null>;
  /** Reads all of it and compares counts and digests. Throws VALIDATION_FAILED where they differ. */
  verify(progress?: (done: number, total: number) => void): Promise<void>;
  close(): void;
}

const manifestBytes = 16 * 1024 * 1024;
/** Characters of rows that are held at once. */
const heldAtOnce = 4 * 1024 * 1024;
const mostRows = 1000;
const newline = 0x0a;

/** Opens a backup file. Throws NOT_FOUND where there is none, VALIDATION_FAILED for what is none. */
export async function openBackup(file: string): Promise<OpenBackup> {
  const zip = await open(file);
  try {
    const entries = new Map<string, yauzl.Entry>();
    for await (const entry of zip.eachEntry()) entries.set(entry.fileName, entry);
    const entryOf = (name: string): yauzl.Entry => {
      const entry = entries.get(name);
      if (!entry) throw badBackup(`${name} is missing.`);
      return entry;
    };
    const bytesOf = async (name: string) => zip.openReadStreamPromise(entryOf(name));
    const said = entryOf(manifestEntry);
    if (said.uncompressedSize > manifestBytes) throw badBackup('its manifest is too large.');
    const manifest = readManifest(await text(await bytesOf(manifestEntry)));
    const rowsOf = (name: string) => grouped(lines(bytesOf(name)), name);

    async function check(name: string, expected: { rows: number; digest: string }): Promise<void> {
      const hash = createHash('sha256');
      let rows = 0;
      for await (const chunk of await bytesOf(name)) {
        hash.update(chunk as Buffer);
        rows += newlines(chunk as Buffer);
      }
      if (hash.digest('hex') !== expected.digest || rows !== expected.rows)
        throw badBackup(`${name} is not what was written: the file was changed or is damaged.`);
    }

    return {
      manifest,
      rows: (table) => rowsOf(tableEntry(table)),
      queue: () => rowsOf(queueEntry),
      keys: async () => (entries.has(keysEntry) ? text(await bytesOf(keysEntry)) : null),
      async verify(progress) {
        try {
          for (const [i, table] of manifest.tables.entries()) {
            progress?.(i, manifest.tables.length);
            await check(tableEntry(table.name), table);
          }
          await check(queueEntry, manifest.queue);
        } catch (error) {
          throw asBad(error);
        }
      },
      close: () => zip.close(),
    };
  } catch (error) {
    zip.close();
    throw asBad(error);
  }
}

async function open(file: string): Promise<yauzl.ZipFile> {
  try {
    return await yauzl.openPromise(file, { autoClose: false, validateEntrySizes: true });
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === 'ENOENT') throw new RatchetError('NOT_FOUND', `There is no file ${file}.`, undefined, { cause });
    if (code === 'EACCES') throw badBackup('it may not be read.', cause);
    throw badBackup(code === 'EISDIR' ? 'it is a folder.' : 'it is no zip file, or was cut off.', cause);
  }
}

/** What the zip library or zlib throws tells of a damaged file. */
function asBad(error: unknown): unknown {
  return error instanceof RatchetError ? error : badBackup(`${(error as Error).message}.`, error);
}

const newlines = (bytes: Buffer): number => {
  let count = 0;
  for (let at = bytes.indexOf(newline); at >= 0; at = bytes.indexOf(newline, at + 1)) count++;
  return count;
};

async function* lines(opened: Promise<AsyncIterable<unknown>>): AsyncGenerator<string> {
  let held: Buffer[] = [];
  for await (const chunk of await opened) {
    let rest = chunk as Buffer;
    for (let at = rest.indexOf(newline); at >= 0; at = rest.indexOf(newline)) {
      yield Buffer.concat([...held, rest.subarray(0, at)]).toString('utf8');
      held = [];
      rest = rest.subarray(at + 1);
    }
    if (rest.length > 0) held.push(rest);
  }
  if (held.length > 0) throw badBackup('it ends within a row.');
}

async function* grouped(source: AsyncIterable<string>, name: string): AsyncGenerator<BackedUpRow[]> {
  let rows: BackedUpRow[] = [];
  let size = 0;
  try {
    for await (const line of source) {
      const row: unknown = JSON.parse(line);
      if (!Array.isArray(row) || !row.every((each) => each === null || typeof each === 'string'))
        throw badBackup(`${name} holds what is no row.`);
      rows.push(row as BackedUpRow);
      size += line.length;
      if (size < heldAtOnce && rows.length < mostRows) continue;
      yield rows;
      rows = [];
      size = 0;
    }
  } catch (error) {
    throw asBad(error);
  }
  if (rows.length > 0) yield rows;
}
