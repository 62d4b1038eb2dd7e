import { isUtf8 } from 'node:buffer';
import { setImmediate } from 'node:timers/promises';
import type { Mode } from '@ratchet/sync-core/tree';
import yauzl from 'yauzl';
import { isIgnoredPath } from '../../kinds/task/ignored.ts';
import { checkPath, findTwins } from '../../paths.ts';
import { EndpointError, pathRefused, type SyncProblem, unreadable } from '../../problem.ts';
import { unpackEntry } from './unpack-entry.ts';
import type { ZipLimits } from './zip-limits.ts';

/** One entry of an archive, in its order. */
export interface ArchiveEntry {
  readonly name: string;
  /** The name cannot be said in Unicode, so that `name` is not quite it. */
  readonly garbled: boolean;
  /** null: it cannot be read, so the archive cannot be written anew with it. */
  readonly bytes: Uint8Array | null;
  readonly kind: 'file' | 'folder' | 'link' | 'other';
  readonly mode: Mode;
  /** As Unix knows it, type and permissions; 0: the archive does not say. */
  readonly unixMode: number;
  readonly modified: Date;
  /** Whether `modified` is a moment, and not what some clock showed, its zone unknown. */
  readonly exact: boolean;
  readonly stored: boolean;
  readonly comment: Buffer;
}

export interface Archive {
  readonly entries: readonly ArchiveEntry[];
  readonly comment: Buffer;
  /** Files that can be synced, by path. */
  readonly files: ReadonlyMap<string, ArchiveEntry>;
  readonly problems: readonly SyncProblem[];
}

export const emptyArchive: Archive = { entries: [], comment: Buffer.alloc(0), files: new Map(), problems: [] };

const broken = (message: string, cause?: unknown): EndpointError =>
  new EndpointError('misconfigured', `The archive cannot be used: ${message}`, false, cause ? { cause } : {});

/** Others get their turn after so many milliseconds. */
const slice = 8;
/** What an entry of the directory begins with. */
const directorySignature = 0x02014b50;

/** Takes an archive apart, every byte of it checked. Throws EndpointError for what is no archive, or too much of one. */
export async function readArchive(bytes: Buffer, limits: ZipLimits, signal?: AbortSignal): Promise<Archive> {
  const zip = await open(bytes);
  if (zip.entryCount > limits.entries) throw broken(`it has ${zip.entryCount} entries; ${limits.entries} are allowed.`);
  const entries: ArchiveEntry[] = [];
  const problems: SyncProblem[] = [];
  let total = 0;
  let since = performance.now();
  try {
    for await (const entry of zip.eachEntry()) {
      if (performance.now() - since > slice) {
        await setImmediate();
        since = performance.now();
      }
      signal?.throwIfAborted();
      const shape = shapeOf(entry);
      const content = shape.kind === 'folder' ? nothing : await unpackEntry(zip, bytes, entry, limits);
      // What is thrown away counts too: a thousand entries that are each too large would be work without end.
      total += content.work;
      if (total > limits.totalBytes) throw broken(`it holds more than ${limits.totalBytes} bytes.`);
      if (content.bytes === null && !isIgnoredPath(shape.name)) problems.push(unreadable(shape.name, content.reason));
      entries.push({ ...shape, bytes: content.bytes });
    }
  } catch (error) {
    if (error instanceof EndpointError || signal?.aborted) throw error;
    throw broken(`${(error as Error).message}.`, error);
  }
  // What stands after the entries that were counted would be lost when the archive is written, and others may show it.
  const end = Number(zip.readEntryCursor);
  if (end + 4 <= bytes.length && bytes.readUInt32LE(end) === directorySignature)
    throw broken('its directory holds more entries than it says.');
  return { entries, comment: Buffer.from(zip.comment), ...sorted(entries, problems) };
}

const nothing = { bytes: new Uint8Array(0), work: 0 } as const;

async function open(bytes: Buffer): Promise<yauzl.ZipFile> {
  try {
    return await yauzl.fromBufferPromise(bytes, { lazyEntries: true, decodeStrings: false, validateEntrySizes: true });
  } catch (error) {
    throw broken('it is no zip file, or its end is missing.', error);
  }
}

/** Which entries are files to sync; what is wrong with the others. */
function sorted(entries: readonly ArchiveEntry[], problems: SyncProblem[]): Pick<Archive, 'files' | 'problems'> {
  const files = new Map<string, ArchiveEntry>();
  const twice = new Set<string>();
  for (const entry of entries) {
    const { name, kind } = entry;
    if (kind === 'folder' || isIgnoredPath(name)) continue;
    const wrong =
      checkPath(name) ??
      (name.includes('\\') ? 'the path holds a backslash' : null) ??
      (entry.garbled ? 'its name is not UTF-8' : null);
    if (wrong) problems.push(pathRefused(name, `It is left alone: ${wrong}.`));
    else if (kind === 'link') problems.push(pathRefused(name, 'It is a symbolic link, which is never followed.'));
    else if (kind === 'other') problems.push(pathRefused(name, 'It is neither a file nor a folder.'));
    else if (files.has(name) || twice.has(name)) {
      files.delete(name);
      twice.add(name);
    } else if (entry.bytes) files.set(name, entry);
  }
  for (const name of twice) problems.push(unreadable(name, 'It stands in the archive more than once.'));
  for (const [name, other] of findTwins([...files.keys()])) {
    files.delete(name);
    problems.push(
      unreadable(
        name,
        `It and ${other} are one name where case or Unicode forms are not told apart. Rename one of them.`,
      ),
    );
  }
  return { files, problems };
}

const fileType = 0o170000;
/** Systems that made an archive (the upper byte of its version) and say modes as Unix does: Unix itself and macOS. */
const unixes: ReadonlySet<number> = new Set([3, 19]);
const utf8Flag = 0x800;
/** Extra fields: a name in UTF-8; a time in seconds since 1970; one as NTFS keeps it. */
const [unicodePath, unixTime, ntfsTime] = [0x7075, 0x5455, 0x000a];

function shapeOf(entry: yauzl.Entry): Omit<ArchiveEntry, 'bytes'> {
  const { name, garbled } = nameOf(entry);
  const unixMode = unixes.has(entry.versionMadeBy >>> 8) ? entry.externalFileAttributes >>> 16 : 0;
  const type = unixMode & fileType;
  const folder = name.endsWith('/') && entry.uncompressedSize === 0;
  const plain = !name.endsWith('/') && (type === 0 || type === 0o100000);
  return {
    name,
    garbled,
    kind: folder ? 'folder' : plain ? 'file' : type === 0o120000 ? 'link' : 'other',
    unixMode,
    mode: (unixMode & 0o100) === 0 ? '100644' : '100755',
    modified: entry.getLastModDate(),
    exact: entry.extraFields.some(({ id }) => id === unixTime || id === ntfsTime),
    stored: entry.compressionMethod === 0,
    comment: Buffer.from(entry.fileCommentRaw),
  };
}

/** Many tools write UTF-8 without saying so; what is no UTF-8 then has the letters of the first PCs. */
function nameOf({ generalPurposeBitFlag: flags, fileNameRaw: raw, extraFields }: yauzl.Entry) {
  const said = (flags & utf8Flag) !== 0;
  const unsaid = !said && isUtf8(raw) && !extraFields.some(({ id }) => id === unicodePath);
  const name = unsaid ? raw.toString('utf8') : yauzl.getFileNameLowLevel(flags, raw, extraFields, true);
  return { name, garbled: said && !isUtf8(raw) };
}
