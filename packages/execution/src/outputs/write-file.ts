import { randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import { type FileHandle, link, open, readFile, rename, unlink } from 'node:fs/promises';
import { dirname, extname, join } from 'node:path';
import { refused } from './delivery-error.ts';

export interface WriteOptions {
  readonly mode: number;
  readonly onCollision: 'overwrite' | 'number' | 'fail';
  /** It may have been written by an attempt before: a file of these very bytes is then this one. */
  readonly again: boolean;
}

const mostNumbers = 10_000;

/** Makes what was done in a folder last. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

const isThese = (path: string, bytes: Buffer): Promise<boolean> =>
  readFile(path).then(
    (found) => found.equals(bytes),
    () => false,
  );

/** Writes a file whole or not at all, on the disk when this returns. Answers the path it has. */
export async function writeWhole(path: string, bytes: Buffer, options: WriteOptions): Promise<string> {
  const folder = dirname(path);
  const aside = join(folder, `.ratchet-${randomUUID()}.tmp`);
  try {
    const file = await open(aside, 'wx', 0o600);
    try {
      await file.writeFile(bytes);
      await file.chmod(options.mode);
      await file.sync();
    } finally {
      await file.close();
    }
    const at = await put(aside, path, bytes, options);
    await syncFolder(folder);
    return at;
  } finally {
    await unlink(aside).catch(() => {});
  }
}

async function put(aside: string, path: string, bytes: Buffer, { onCollision, again }: WriteOptions): Promise<string> {
  if (onCollision === 'overwrite') {
    await rename(aside, path);
    return path;
  }
  const extension = extname(path);
  const stem = path.slice(0, path.length - extension.length);
  const most = onCollision === 'number' ? mostNumbers : 1;
  for (let n = 0; n < most; n++) {
    const candidate = n === 0 ? path : `${stem}-${n}${extension}`;
    // Unlike a rename, a link never takes the place of what is there.
    const there = await link(aside, candidate).then(
      () => false,
      (error: NodeJS.ErrnoException) => {
        if (error.code === 'EEXIST') return true;
        throw error;
      },
    );
    if (!there || (again && (await isThese(candidate, bytes)))) return candidate;
  }
  throw refused(
    onCollision === 'fail' ? 'The file is there already.' : `There are ${mostNumbers} files of this name already.`,
    { final: true },
  );
}

/**
 * Adds to the end of a file, whole or not at all: what a crash left half of a line is closed off, and what could only be
 * written in part is taken back. `compose` is given the file's first bytes and answers what to add.
 */
export async function append(
  path: string,
  mode: number,
  compose: (head: string) => string,
  headBytes: number,
): Promise<number> {
  const flags = constants.O_RDWR | constants.O_CREAT | constants.O_APPEND | constants.O_NOFOLLOW;
  const file = await open(path, flags, mode);
  try {
    const { size } = await file.stat();
    if (size === 0) await file.chmod(mode);
    const bytes = Buffer.from(compose(await head(file, Math.min(size, headBytes))), 'utf8');
    const closing = size > 0 && !(await endsLine(file, size)) ? Buffer.from('\n') : Buffer.alloc(0);
    try {
      await file.writeFile(Buffer.concat([closing, bytes]));
      await file.sync();
    } catch (error) {
      await file.truncate(size).catch(() => {});
      throw error;
    }
    return bytes.length;
  } finally {
    await file.close();
  }
}

async function head(file: FileHandle, length: number): Promise<string> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, 0);
  return buffer.subarray(0, bytesRead).toString('utf8');
}

async function endsLine(file: FileHandle, size: number): Promise<boolean> {
  const { buffer } = await file.read(Buffer.alloc(1), 0, 1, size - 1);
  return buffer[0] === 10;
}
