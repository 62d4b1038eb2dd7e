import { accessSync, lstatSync, realpathSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { checkPath } from '../../paths.ts';
import { EndpointError } from '../../problem.ts';

/** The error number of a failed system call (`ENOENT`, …); anything else is thrown on. */
export function errnoOf(error: unknown): string {
  if (error instanceof Error && 'code' in error && typeof error.code === 'string' && 'syscall' in error)
    return error.code;
  throw error;
}

const words: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EPERM: 'not permitted',
  EROFS: 'the file system is read-only',
  ENOSPC: 'no space is left',
  EDQUOT: 'the quota is used up',
  EIO: 'the device reports an error',
  ENAMETOOLONG: 'the name is too long here',
  ENOTDIR: 'it is no folder any more',
  EISDIR: 'a folder stands in its place',
  ENOTEMPTY: 'a folder stands in its place',
  EMFILE: 'too many files are open',
};

/** What went wrong, for people; without any path. */
export const reasonOf = (errno: string): string => words[errno] ?? `the system says ${errno}`;

/**
 * The folder that a repository is, links resolved.
 * @throws EndpointError root_gone, denied, misconfigured or unreachable.
 */
export function openPlace(root: string, subPath: string | null): string {
  const inner = (subPath ?? '').replace(/^(?:\.?\/)+|\/+$/g, '');
  const wrong = inner === '' || inner === '.' ? null : checkPath(inner);
  if (wrong) throw new EndpointError('misconfigured', `The sub-path cannot be used: ${wrong}.`, false);
  const real = resolved(root, 'The folder of the repository');
  if (inner === '' || inner === '.') return real;
  const place = resolved(join(real, inner), 'The sub-path of the repository');
  if (!`${place}/`.startsWith(real === '/' ? '/' : `${real}/`))
    throw new EndpointError(
      'misconfigured',
      'The sub-path leads out of the repository through a symbolic link.',
      false,
    );
  return place;
}

function resolved(path: string, what: string): string {
  try {
    const real = realpathSync(path);
    if (statSync(real).isDirectory()) return real;
  } catch (error) {
    throw placeError(errnoOf(error), what, error);
  }
  throw new EndpointError('root_gone', `${what} is no folder. Put the folder back, or change the repository.`, true);
}

export function placeError(errno: string, what: string, cause: unknown): EndpointError {
  if (errno === 'ENOENT' || errno === 'ENOTDIR' || errno === 'ELOOP')
    return new EndpointError('root_gone', `${what} does not exist. Create it, or change the repository.`, true, {
      cause,
    });
  if (errno === 'EACCES' || errno === 'EPERM')
    return new EndpointError('denied', `${what} may not be read by the server. Grant it access.`, false, { cause });
  return new EndpointError('unreachable', `${what} cannot be read now: ${reasonOf(errno)}.`, true, { cause });
}

/**
 * The deepest folder that exists on the way to a path in `place`; null: the way leads through something that is no folder,
 * such as a symbolic link.
 */
export function nearestFolder(place: string, path: string): string | null {
  let folder = place;
  for (const part of path.split('/').slice(0, -1)) {
    const next = join(folder, part);
    const stat = lstatSync(next, { throwIfNoEntry: false });
    if (!stat) return folder;
    if (!stat.isDirectory()) return null;
    folder = next;
  }
  return folder;
}

/** @param mode `R_OK`, `W_OK` and `X_OK` of node:fs, added up. */
export function isAccessible(path: string, mode: number): boolean {
  try {
    accessSync(path, mode);
    return true;
  } catch (error) {
    errnoOf(error);
    return false;
  }
}
