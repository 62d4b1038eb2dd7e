import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  closeSync,
  copyFileSync,
  fsyncSync,
  lstatSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
} from 'node:fs';
import { promisify } from 'node:util';
import { Failed } from '../exit.ts';

/** One thing in a folder. Names are kept as bytes, one character each: they need not be UTF-8. */
export interface SourceEntry {
  readonly path: string;
  readonly kind: 'file' | 'folder' | 'link' | 'other';
  readonly mode: number;
  /** Nanoseconds since 1970. */
  readonly modified: string;
  /** SHA-256 of a file; where a link points. */
  readonly content: string | null;
}

const run = promisify(execFile);
const bytesOf = (path: string): Buffer => Buffer.from(path, 'latin1');
const slash = Buffer.from('/');

/** Everything at a place, the place itself first under the empty path. Links are noted, never followed. */
export function listSource(place: string): SourceEntry[] {
  const root = Buffer.from(place);
  const entries: SourceEntry[] = [];
  const visit = (relative: Buffer): void => {
    const full = relative.length === 0 ? root : Buffer.concat([root, slash, relative]);
    const path = relative.toString('latin1');
    try {
      const { mode, mtimeNs } = lstatSync(full, { bigint: true });
      const kind = kindOf(Number(mode));
      const content = kind === 'file' ? digestOf(full) : kind === 'link' ? readlinkSync(full, 'latin1') : null;
      entries.push({ path, kind, mode: Number(mode) & 0o7777, modified: String(mtimeNs), content });
      if (kind !== 'folder') return;
      const names = readdirSync(full, { encoding: 'buffer' }).sort(Buffer.compare);
      for (const name of names) visit(relative.length === 0 ? name : Buffer.concat([relative, slash, name]));
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code !== 'EACCES' && code !== 'EPERM') throw error;
      throw new Failed(
        `${full.toString('utf8')} may not be read: nothing was migrated. Let this user read all of the folder, or migrate what it may read.`,
      );
    }
  };
  visit(Buffer.alloc(0));
  return entries;
}

function kindOf(mode: number): SourceEntry['kind'] {
  const type = mode & 0o170000;
  return type === 0o100000 ? 'file' : type === 0o040000 ? 'folder' : type === 0o120000 ? 'link' : 'other';
}

const digestOf = (path: Buffer): string => createHash('sha256').update(readFileSync(path)).digest('hex');

/** What is another thing now than it was: by its content, kind or mode. A time alone is no edit. */
export function changedSince(before: readonly SourceEntry[], place: string): { missing: string[]; edited: string[] } {
  const now = new Map(
    (lstatSync(place, { throwIfNoEntry: false }) ? listSource(place) : []).map((entry) => [entry.path, entry]),
  );
  const missing: string[] = [];
  const edited: string[] = [];
  for (const entry of before) {
    const current = now.get(entry.path);
    if (!current) missing.push(entry.path);
    else if (current.kind !== entry.kind || current.content !== entry.content || current.mode !== entry.mode)
      edited.push(entry.path);
  }
  return { missing, edited };
}

/** Keeps a folder as a tar file, or a file as itself: names, modes, links and times to the nanosecond. */
export async function backUpSource(place: string, isFolder: boolean, file: string): Promise<void> {
  const draft = `${file}.${process.pid}.part`;
  try {
    if (isFolder) await tar('--create', '--format=posix', '--file', draft, '--directory', place, '.');
    else copyFileSync(place, draft);
    const handle = openSync(draft, 'r+');
    fsyncSync(handle);
    closeSync(handle);
    renameSync(draft, file);
  } catch (error) {
    rmSync(draft, { force: true });
    throw error;
  }
}

/** Puts back what `backUpSource` kept, over what is there, folders' times last. What was added since stays. */
export async function restoreSource(place: string, isFolder: boolean, file: string): Promise<void> {
  if (isFolder) await tar('--extract', '--preserve-permissions', '--file', file, '--directory', place);
  else copyFileSync(file, place);
}

async function tar(...args: string[]): Promise<void> {
  try {
    await run('tar', args, { maxBuffer: 16 * 1024 * 1024 });
  } catch (error) {
    const { code, stderr } = error as NodeJS.ErrnoException & { stderr?: string };
    throw new Failed(
      code === 'ENOENT'
        ? 'The program "tar" is not here; the folder is backed up with it. Install it.'
        : `tar says: ${(stderr ?? String(error)).trim().slice(-500)}`,
    );
  }
}

/** As people can read it. */
export const shownPath = (path: string): string => bytesOf(path).toString('utf8') || '.';
