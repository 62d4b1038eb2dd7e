import { type BigIntStats, closeSync, type Dirent, lstatSync, openSync, readdirSync, readlinkSync } from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import { isIgnoredName, temporaryPrefix } from '../../kinds/task/ignored.ts';
import { checkPath, findTwins } from '../../paths.ts';
import type { SyncProblem } from '../../problem.ts';
import type { RemoteFile } from '../../remote.ts';
import { modeOf, tokenOf } from './file-token.ts';
import { errnoOf, placeError, reasonOf } from './place.ts';
import { readAtOnce, readFlags } from './read-file.ts';

export interface Scan {
  readonly files: readonly RemoteFile[];
  readonly problems: readonly SyncProblem[];
  /** Temporary files that an interrupted write left behind: paths within the folder. */
  readonly leftovers: readonly string[];
}

/** Entries looked at before others get their turn. */
const batch = 500;

/**
 * Every file below a folder, links not followed. What exists and cannot be listed is a problem, never left out in silence.
 * @param now milliseconds.
 * @throws EndpointError when the folder itself cannot be read.
 */
export async function scanFolder(place: string, now: () => number, signal?: AbortSignal): Promise<Scan> {
  const lookedAt = now();
  const scan = { files: [] as RemoteFile[], problems: [] as SyncProblem[], leftovers: [] as string[] };
  const mayRead = readerOf();
  const open = [''];
  let count = 0;
  for (let folder = open.pop(); folder !== undefined; folder = open.pop()) {
    for (const entry of entriesOf(place, folder, scan.problems)) {
      if (++count % batch === 0) {
        await setImmediate();
        signal?.throwIfAborted();
      }
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
      if (isIgnoredName(entry.name)) {
        if (entry.name.startsWith(temporaryPrefix) && !entry.isDirectory()) scan.leftovers.push(path);
        continue;
      }
      const wrong = entry.name.includes('\uFFFD') ? undecodable(place, path) : checkPath(path);
      if (wrong) scan.problems.push(refused(path, `It is left alone: ${wrong}. Rename it.`));
      else if (entry.isDirectory()) open.push(path);
      else {
        const found = lookAt(place, path, lookedAt, mayRead);
        if (found === null) continue;
        if ('token' in found) scan.files.push(found);
        else scan.problems.push(found);
      }
    }
  }
  return { ...scan, ...withoutTwins(scan.files, scan.problems) };
}

/** Sets aside names that some file systems take for one. `unreadable`: a name that was fit before is not gone. */
function withoutTwins(
  files: readonly RemoteFile[],
  problems: readonly SyncProblem[],
): Pick<Scan, 'files' | 'problems'> {
  const twins = findTwins(files.map((file) => file.path));
  if (twins.size === 0) return { files, problems };
  const found = [...twins].map(([path, other]) =>
    unreadable(
      path,
      `It and ${other} are one name where case or Unicode forms are not told apart. Rename one of them.`,
    ),
  );
  return { files: files.filter((file) => !twins.has(file.path)), problems: [...problems, ...found] };
}

function entriesOf(place: string, folder: string, problems: SyncProblem[]): Dirent[] {
  try {
    return readdirSync(`${place}/${folder}`, { withFileTypes: true });
  } catch (error) {
    const errno = errnoOf(error);
    if (folder === '') throw placeError(errno, 'The folder of the repository', error);
    if (errno !== 'ENOENT') problems.push(unreadable(folder, `The folder cannot be listed: ${reasonOf(errno)}.`));
    return [];
  }
}

/** One file as it lists; null: it is gone. */
function lookAt(place: string, path: string, lookedAt: number, mayRead: MayRead): RemoteFile | SyncProblem | null {
  const full = `${place}/${path}`;
  try {
    const stat = lstatSync(full, { bigint: true });
    const mode = modeOf(stat);
    if (!mode)
      return unreadable(
        path,
        'It is neither a file, a folder nor a link (a pipe, socket or device), and cannot be synced.',
      );
    if (mode !== '120000' && !mayRead(stat, full))
      return unreadable(path, `The file cannot be read: ${reasonOf('EACCES')}.`);
    const read = () =>
      mode === '120000' ? readlinkSync(full, { encoding: 'buffer' }) : (readAtOnce(full)?.bytes ?? null);
    return { path, mode, size: Number(stat.size), token: tokenOf(stat, lookedAt, read) };
  } catch (error) {
    const errno = errnoOf(error);
    return errno === 'ENOENT' ? null : unreadable(path, `The file cannot be read: ${reasonOf(errno)}.`);
  }
}

/** A name that is not UTF-8 cannot be asked for again by the name that it seems to have. */
const undecodable = (place: string, path: string): string | null =>
  lstatSync(`${place}/${path}`, { throwIfNoEntry: false }) ? checkPath(path) : 'its name is not UTF-8';

type MayRead = (stat: BigIntStats, path: string) => boolean;

/** Tells by owner and mode whether this process may read a file; only where they say no is it tried. */
function readerOf(): MayRead {
  const user = process.geteuid?.() ?? 0;
  if (user === 0) return () => true;
  const groups = new Set([process.getegid?.(), ...(process.getgroups?.() ?? [])].map((group) => BigInt(group ?? -1)));
  return (stat, path) => {
    const bit = stat.uid === BigInt(user) ? 0o400n : groups.has(stat.gid) ? 0o040n : 0o004n;
    return (stat.mode & bit) !== 0n || opens(path);
  };
}

function opens(path: string): boolean {
  try {
    closeSync(openSync(path, readFlags));
    return true;
  } catch (error) {
    errnoOf(error);
    return false;
  }
}

const unreadable = (path: string, message: string): SyncProblem => ({
  path,
  code: 'unreadable',
  message,
  severity: 'error',
});
const refused = (path: string, message: string): SyncProblem => ({
  path,
  code: 'path_refused',
  message,
  severity: 'warning',
});
