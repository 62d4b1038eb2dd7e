import { createWriteStream } from 'node:fs';
import { chmod, lstat, mkdir, mkdtemp, open, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join, resolve, sep } from 'node:path';
import { pipeline } from 'node:stream/promises';
import yazl from 'yazl';
import { exitCodes, Failed } from './exit.ts';

export interface ExportedFile {
  readonly path: string;
  readonly bytes: Buffer;
  readonly executable: boolean;
}

/** Where an export goes. Nothing stands there until `finish`; after `abandon` nothing is left. */
export interface ExportTarget {
  add(file: ExportedFile): Promise<void>;
  finish(): Promise<void>;
  abandon(): Promise<void>;
}

/** Every entry has this time, so that equal tasks give equal archives. */
const epoch = new Date('1980-01-01T12:00:00Z');

/** A zip file, written beside under another name and renamed when it is whole. */
export async function zipTarget(file: string, force: boolean): Promise<ExportTarget> {
  const path = resolve(file);
  if (!force && (await lstat(path).catch(() => null)))
    throw new Failed(`${path} is there already. Name another file with --out, or say --force.`, exitCodes.usage);
  await mkdir(dirname(path), { recursive: true });
  const draft = `${path}.${process.pid}.part`;
  const zip = new yazl.ZipFile();
  const written = pipeline(zip.outputStream, createWriteStream(draft, { flags: 'wx' }));
  // It is looked at when it is awaited.
  written.catch(() => {});
  return {
    async add({ path: name, bytes, executable }) {
      zip.addBuffer(bytes, name, { mtime: epoch, mode: executable ? 0o100755 : 0o100644 });
    },
    async finish() {
      zip.end({ forceZip64Format: false, comment: '' });
      await written;
      const handle = await open(draft, 'r+');
      await handle.sync().finally(() => handle.close());
      await rename(draft, path);
    },
    async abandon() {
      zip.end({ forceZip64Format: false, comment: '' });
      await written.catch(() => {});
      await rm(draft, { force: true });
    },
  };
}

/** A folder, made beside under another name and renamed when it is whole. With `force` it takes the place of one. */
export async function folderTarget(folder: string, force: boolean): Promise<ExportTarget> {
  const path = resolve(folder);
  const there = await readdir(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw new Failed(`${path} is no folder. Name another one with --out.`, exitCodes.usage);
  });
  if (there !== null && there.length > 0 && !force)
    throw new Failed(
      `${path} is not empty. Name another folder with --out, or say --force to replace it.`,
      exitCodes.usage,
    );
  await mkdir(dirname(path), { recursive: true });
  const draft = await mkdtemp(join(dirname(path), `.${basename(path)}.part-`));
  const made = new Set([draft]);
  return {
    async add({ path: name, bytes, executable }) {
      const full = resolve(draft, name);
      if (!full.startsWith(draft + sep)) throw new Failed(`${name} would be written outside of ${folder}.`);
      if (!made.has(dirname(full))) await mkdir(dirname(full), { recursive: true });
      made.add(dirname(full));
      await writeFile(full, bytes, { flag: 'wx' });
      if (executable) await chmod(full, 0o755);
    },
    async finish() {
      await chmod(draft, 0o755);
      if (there === null) return rename(draft, path);
      const old = `${draft}-old`;
      await rename(path, old);
      await rename(draft, path);
      await rm(old, { recursive: true, force: true });
    },
    abandon: () => rm(draft, { recursive: true, force: true }),
  };
}
