import { randomUUID } from 'node:crypto';
import { lstatSync } from 'node:fs';
import { mkdir, open, rename, rm, symlink, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { isIgnoredPath, temporaryPrefix } from '../../kinds/task/ignored.ts';
import { checkPath } from '../../paths.ts';
import type { DocumentWrite, FileWrite } from '../../remote.ts';
import { currentEntry, holds } from './current-entry.ts';
import { formerFiles } from './former-files.ts';
import { keepOwner } from './keep-owner.ts';
import { errnoOf, nearestFolder, reasonOf } from './place.ts';
import { removeEmptyFolders } from './remove-empty-folders.ts';

export type WriteFailure = {
  readonly code: 'moved' | 'denied' | 'path_refused' | 'not_written';
  readonly message: string;
};

export interface WrittenDocument {
  /** Why it is not written whole; null: it is. */
  readonly failure: WriteFailure | null;
  /** Paths that changed, those of a document that failed half-way too. */
  readonly changed: readonly string[];
  /** Folders, as full paths, whose entries changed. */
  readonly folders: ReadonlySet<string>;
}

type Staged = { readonly file: FileWrite; readonly temporary: string };

/**
 * Writes one document. All new contents are on disk in temporary files before anything changes; each path is compared with
 * what the plan saw right before it is removed or replaced. A half-written document is one that the next look completes.
 */
export async function writeDocument(
  place: string,
  document: DocumentWrite,
  keepFormer = false,
): Promise<WrittenDocument> {
  const changed: string[] = [];
  const folders = new Set<string>();
  const staged: Staged[] = [];
  const former = keepFormer ? formerFiles(place) : null;
  const outcome = async (failure: WriteFailure | null): Promise<WrittenDocument> => {
    await (failure ? former?.putBack() : former?.keep());
    return { failure, changed: failure && former ? [] : changed, folders };
  };
  try {
    const wrong = (await firstFault(place, document)) ?? (keepFormer ? readOnlyFile(place, document) : null);
    if (wrong) return await outcome(wrong);
    for (const file of document.files) if (file.after) staged.push(await stage(place, file, file.after));
    for (const file of document.files) {
      if (file.after || !file.before) continue;
      if (!(await holds(place, file.path, file.before))) return await outcome(moved(file.path));
      await former?.hold(file);
      await unlink(join(place, file.path));
      changed.push(file.path);
      folders.add(await removeEmptyFolders(place, dirname(join(place, file.path))));
    }
    while (staged[0]) {
      const { file, temporary } = staged[0];
      const target = join(place, file.path);
      if (!nearestFolder(place, file.path) || !(await holds(place, file.path, file.before)))
        return await outcome(moved(file.path));
      await makeFolders(place, file.path, folders);
      await former?.hold(file);
      await rename(temporary, target);
      staged.shift();
      changed.push(file.path);
      folders.add(dirname(target));
    }
    return await outcome(null);
  } catch (error) {
    return await outcome(failureOf(errnoOf(error)));
  } finally {
    for (const { temporary } of staged) await rm(temporary, { force: true });
  }
}

const moved = (path: string): WriteFailure => ({
  code: 'moved',
  message: `${path} changed since it was looked at. The next push looks again.`,
});

function failureOf(errno: string): WriteFailure {
  const code = errno === 'EACCES' || errno === 'EPERM' || errno === 'EROFS' ? 'denied' : 'not_written';
  return { code, message: `It cannot be written: ${reasonOf(errno)}.` };
}

/** A file without write permission: a rename would replace it all the same, and so for whoever may do anything. */
function readOnlyFile(place: string, { files }: DocumentWrite): WriteFailure | null {
  for (const { path, before } of files) {
    const stat = before && lstatSync(join(place, path), { throwIfNoEntry: false });
    if (stat?.isFile() && (stat.mode & 0o222) === 0)
      return { code: 'denied', message: `${path} is read-only. Make it writable, then try again.` };
  }
  return null;
}

async function firstFault(place: string, { files }: DocumentWrite): Promise<WriteFailure | null> {
  const removed = new Set(files.filter((file) => file.before && !file.after).map((file) => file.path));
  for (const { path, before, after } of files) {
    const wrong = checkPath(path) ?? (isIgnoredPath(path) ? 'files of that name are never synced' : null);
    if (wrong) return { code: 'path_refused', message: `${path} cannot be written: ${wrong}.` };
    if (after?.mode === '160000')
      return { code: 'path_refused', message: `${path} is a submodule, which a folder cannot hold.` };
    if (!nearestFolder(place, path) && !isBelow(path, removed))
      return {
        code: 'path_refused',
        message: `${path} lies behind a file or a symbolic link. Links are not followed.`,
      };
    if (await holds(place, path, before)) continue;
    if (before || !(await makesWay(place, path, removed))) return moved(path);
  }
  return null;
}

function isBelow(path: string, files: ReadonlySet<string>): boolean {
  for (let end = path.lastIndexOf('/'); end > 0; end = path.lastIndexOf('/', end - 1))
    if (files.has(path.slice(0, end))) return true;
  return false;
}

/** Whether what stands in a new file's place goes in the same write: a folder of removed files, or its own name in other case. */
async function makesWay(place: string, path: string, removed: ReadonlySet<string>): Promise<boolean> {
  const current = await currentEntry(place, path);
  if (current === 'folder') return [...removed].some((one) => one.startsWith(`${path}/`));
  const found = identity(place, path);
  return [...removed].some((one) => one.toLowerCase() === path.toLowerCase() && identity(place, one) === found);
}

function identity(place: string, path: string): string {
  const stat = lstatSync(join(place, path), { bigint: true, throwIfNoEntry: false });
  return `${stat?.dev}.${stat?.ino}`;
}

/** Puts new content on disk, as near to its place as there is a folder. */
async function stage(place: string, file: FileWrite, after: NonNullable<FileWrite['after']>): Promise<Staged> {
  const folder = nearestFolder(place, file.path) ?? place;
  const temporary = join(folder, `${temporaryPrefix}${randomUUID()}`);
  if (after.mode === '120000') {
    await symlink(Buffer.from(after.bytes), temporary);
    return { file, temporary };
  }
  const old = file.before ? lstatSync(join(place, file.path), { bigint: true, throwIfNoEntry: false }) : undefined;
  const executable = after.mode === '100755';
  const handle = await open(temporary, 'wx', executable ? 0o777 : 0o666);
  try {
    await handle.writeFile(after.bytes);
    if (old?.isFile()) {
      await keepOwner(handle, old);
      await handle.chmod(permissions(Number(old.mode) & 0o777, executable));
    }
    await handle.sync();
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  } finally {
    await handle.close();
  }
  return { file, temporary };
}

/** As git does it: who may read an executable file may run it. */
const permissions = (old: number, executable: boolean): number =>
  executable ? old | ((old & 0o444) >> 2) : old & ~0o111;

async function makeFolders(place: string, path: string, made: Set<string>): Promise<void> {
  let folder = place;
  for (const part of path.split('/').slice(0, -1)) {
    const next = join(folder, part);
    if (!lstatSync(next, { throwIfNoEntry: false })) {
      await mkdir(next);
      made.add(folder);
    }
    folder = next;
  }
}
