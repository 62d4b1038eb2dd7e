import { randomUUID } from 'node:crypto';
import { constants, type Stats } from 'node:fs';
import { access, open, readdir, readFile, realpath, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { digestOf } from '../../digest.ts';
import { temporaryPrefix } from '../../kinds/task/ignored.ts';
import { EndpointError } from '../../problem.ts';
import { keepOwner } from '../filesystem/keep-owner.ts';
import { errnoOf, reasonOf } from '../filesystem/place.ts';
import type { ZipLimits } from './zip-limits.ts';

/** null: there is no archive, and its folder is there. */
export async function readWhole(path: string, limits: ZipLimits): Promise<Buffer | null> {
  try {
    const found = await statOrNull(path);
    if (!found) {
      await realpath(dirname(path));
      return null;
    }
    if (!found.isFile())
      throw new EndpointError('misconfigured', `${basename(path)} is no file. Name a zip file.`, false);
    if (found.size > limits.archiveBytes)
      throw new EndpointError(
        'misconfigured',
        `The archive has ${found.size} bytes; ${limits.archiveBytes} are allowed.`,
        false,
      );
    return await readFile(path);
  } catch (error) {
    if (error instanceof EndpointError) throw error;
    const errno = errnoOf(error);
    if (errno === 'ENOENT' || errno === 'ENOTDIR')
      throw new EndpointError(
        'root_gone',
        'The folder of the archive does not exist. Create it, or change the repository.',
        true,
      );
    if (errno === 'EACCES' || errno === 'EPERM')
      throw new EndpointError('denied', 'The archive may not be read by the server. Grant it access.', false);
    throw new EndpointError('unreachable', `The archive cannot be read now: ${reasonOf(errno)}.`, true, {
      cause: error,
    });
  }
}

async function statOrNull(path: string): Promise<Stats | null> {
  try {
    return await stat(path);
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return null;
    throw error;
  }
}

/**
 * Puts a new archive in the place of the old one, whole and on disk, with its rights; a link to it stays one.
 * @param stillOld asked right before: false leaves everything as it is. Answers whether it is done.
 */
export async function replaceArchive(path: string, bytes: Buffer, stillOld: () => Promise<boolean>): Promise<boolean> {
  const old = await statOrNull(path);
  const target = await targetOf(path);
  const [folder, prefix] = [dirname(target), stagedPrefix(target)];
  const temporary = join(folder, `${prefix}${randomUUID()}`);
  try {
    await removeLeftovers(folder, prefix);
    await stage(temporary, bytes, old);
    if (!(await stillOld())) return false;
    await rename(temporary, target);
    await syncFolder(folder);
    return true;
  } finally {
    await rm(temporary, { force: true });
  }
}

/** Whether an archive may be written at a path. */
export const isReplaceable = async (path: string): Promise<boolean> => canWrite(dirname(await targetOf(path)));

const targetOf = async (path: string): Promise<string> => ((await statOrNull(path)) ? realpath(path) : path);

/** What a new archive on its way to its place is named, so that what an interrupted write left can be told. */
const stagedPrefix = (path: string): string =>
  `${temporaryPrefix}zip-${digestOf(Buffer.from(basename(path))).slice(0, 16)}-`;

/** Only one write of an archive goes on at a time: what else is there was interrupted. */
async function removeLeftovers(folder: string, prefix: string): Promise<void> {
  for (const name of await readdir(folder)) if (name.startsWith(prefix)) await rm(join(folder, name), { force: true });
}

/** Puts the new archive on disk, with the rights of the old one. */
async function stage(temporary: string, bytes: Buffer, old: Stats | null): Promise<void> {
  const file = await open(temporary, 'wx', old ? old.mode & 0o777 : 0o666);
  try {
    await file.writeFile(bytes);
    if (old) {
      await keepOwner(file, { uid: BigInt(old.uid), gid: BigInt(old.gid) });
      await file.chmod(old.mode & 0o777);
    }
    await file.sync();
  } finally {
    await file.close();
  }
}

async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

async function canWrite(folder: string): Promise<boolean> {
  return access(folder, constants.W_OK | constants.X_OK).then(
    () => true,
    () => false,
  );
}
