import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { deflateRawSync } from 'node:zlib';
import type { Mode } from '@ratchet/sync-core/tree';
import yazl from 'yazl';
import { foldersOf } from '../../paths.ts';
import type { Archive, ArchiveEntry } from './read-archive.ts';
import type { ZipLimits } from './zip-limits.ts';

/** What a path becomes: null removes it. */
export type ArchiveChanges = ReadonlyMap<string, { readonly bytes: Uint8Array; readonly mode: Mode } | null>;

/** The library takes bytes too, which its types do not say. */
const raw = (comment: Buffer): string => comment as unknown as string;

const unixModes = { '100644': 0o100644, '100755': 0o100755 } as const;

/** The library goes from folder to folder by recursion, and would run out of stack. */
const mostFoldersInRow = 1000;

/** Why a name cannot stand in an archive that is written here; null: it can. */
export function unfitName(name: string): string | null {
  if (name === '') return 'the name is empty';
  if (name.includes('\\')) return 'the path holds a backslash';
  if (/^[a-zA-Z]:/.test(name)) return 'the path begins as one with a drive letter does';
  if (name.startsWith('/')) return 'the path is absolute';
  return name.split('/').includes('..') ? 'the path holds a ".." part' : null;
}

/** Why an archive cannot be written anew without losing something; null: it can. */
export function cannotRewrite({ entries }: Archive): string | null {
  let inRow = 0;
  for (const { name, bytes, garbled, kind } of entries) {
    const wrong = bytes === null ? 'it cannot be read' : garbled ? 'its name is not UTF-8' : unfitName(name);
    // Its name goes into the message as JSON: it may hold anything.
    if (wrong || (kind !== 'folder' && name.endsWith('/')))
      return `The archive holds ${JSON.stringify(name)}, which would be lost: ${wrong ?? 'it is a folder with content'}. Take it out of the archive, then push.`;
    inRow = kind === 'folder' ? inRow + 1 : 0;
    if (inRow > mostFoldersInRow) return 'The archive holds too many empty folders to be written anew.';
  }
  return null;
}

/**
 * The archive with some files changed; every other entry keeps its bytes, mode, time, comment and place. Equal archives and
 * changes give equal bytes: new entries have the time `at`. Call it only where `cannotRewrite` says null.
 */
export async function writeArchive(
  archive: Archive,
  changes: ArchiveChanges,
  at: Date,
  limits: ZipLimits,
): Promise<Buffer> {
  const zip = new yazl.ZipFile();
  const whole = buffer(zip.outputStream);
  const addFile = fileAdder(zip, limits);
  const left = new Map(changes);
  const emptied = emptiedFolders(archive, changes);
  for (const entry of archive.entries) {
    const change = changes.get(entry.name);
    if (change === null || emptied.has(entry.name)) continue;
    left.delete(entry.name);
    const { modified: mtime, unixMode: had } = entry;
    const fileComment = raw(entry.comment);
    const options = { mtime, forceDosTimestamp: !entry.exact, fileComment };
    if (entry.kind === 'folder') zip.addEmptyDirectory(entry.name, { ...options, mode: had || 0o040755 });
    else
      await addFile(entry.name, change?.bytes ?? contentOf(entry), !entry.stored, {
        ...options,
        mode: change ? unixMode(had, change.mode) : had || unixModes['100644'],
      });
  }
  for (const [path, change] of left)
    if (change) await addFile(path, change.bytes, true, { mtime: at, mode: unixMode(0, change.mode) });
  // The library throws here only for a comment that is too long, and this one came out of an archive.
  zip.end({ forceZip64Format: false, comment: raw(archive.comment) });
  return whole;
}

function contentOf({ name, bytes }: ArchiveEntry): Uint8Array {
  if (!bytes) throw new Error(`The entry ${JSON.stringify(name)} has no content that could be kept.`);
  return bytes;
}

type AddFile = (name: string, bytes: Uint8Array, pack: boolean, options: Partial<yazl.Options>) => Promise<void>;

/** Files that are packed beside each other: each takes 256 KiB while it is. */
const packedAtOnce = 64;

/** The library packs every buffer as soon as it has it, but asks for a stream when all before it is written. */
function fileAdder(zip: yazl.ZipFile, limits: ZipLimits): AddFile {
  let waiting = 0;
  return async (name, bytes, pack, options) => {
    const content = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
    const compress = pack && !packsTooWell(content, limits);
    if (!compress || ++waiting < packedAtOnce) return zip.addBuffer(content, name, { ...options, compress });
    waiting = 0;
    await new Promise<void>((isTurn) => {
      zip.addReadStreamLazy(name, { ...options, size: content.length, compress }, (ready) => {
        ready(null, Readable.from(content.length > 0 ? [content] : []));
        isTurn();
      });
    });
  };
}

/** Packed, it would unpack to so much more that reading it back would be refused. */
function packsTooWell(content: Buffer, { ratio, ratioFrom }: ZipLimits): boolean {
  return content.length > ratioFrom && deflateRawSync(content).length * ratio < content.length;
}

/** Permissions stay; who may read an executable file may run it. */
function unixMode(had: number, mode: Mode): number {
  if (had === 0) return mode === '100755' ? unixModes['100755'] : unixModes['100644'];
  return mode === '100755' ? had | ((had & 0o444) >> 2) : had & ~0o111;
}

/** Folders of which all that stood in them is removed, and nothing comes: they go too. */
function emptiedFolders({ entries }: Archive, changes: ArchiveChanges): ReadonlySet<string> {
  const emptied = new Set<string>();
  const staying = entries.flatMap(({ name, kind }) => (kind === 'folder' || changes.has(name) ? [] : [name]));
  for (const [path, change] of changes) {
    if (change) staying.push(path);
    else for (const folder of foldersOf(path)) emptied.add(`${folder}/`);
  }
  if (emptied.size > 0) for (const name of staying) for (const folder of foldersOf(name)) emptied.delete(`${folder}/`);
  return emptied;
}
