import { type Dirent, lstatSync, readdirSync } from 'node:fs';
import { isIgnoredName, temporaryPrefix } from '../../kinds/task/ignored.ts';
import { checkPath, twinKey } from '../../paths.ts';
import { pathRefused, type SyncProblem, unreadable } from '../../problem.ts';
import { errnoOf, placeError, reasonOf } from './place.ts';

/** A folder's entries by what is to become of them; a problem where they cannot be read. */
export function readEntries(place: string, folder: string) {
  const entries = entriesOf(place, folder);
  if (!Array.isArray(entries)) return entries;
  const prefix = folder === '' ? '' : `${folder}/`;
  const found = {
    names: [] as string[],
    folders: [] as string[],
    refused: [] as SyncProblem[],
    leftovers: [] as string[],
    holdsTwins: holdsTwins(entries),
  };
  for (const entry of entries.sort(byName)) {
    const path = prefix + entry.name;
    if (isIgnoredName(entry.name)) {
      if (entry.name.startsWith(temporaryPrefix) && !entry.isDirectory()) found.leftovers.push(path);
      continue;
    }
    const wrong = entry.name.includes('\uFFFD') ? undecodable(place, path) : checkPath(path);
    if (wrong) found.refused.push(pathRefused(path, `It is left alone: ${wrong}. Rename it.`));
    else if (entry.isDirectory()) found.folders.push(entry.name);
    else found.names.push(entry.name);
  }
  return found;
}

const byName = (a: Dirent, b: Dirent): number => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0);

/** Whether names of one folder may be one elsewhere: paths can only be twins where they part in two such names. */
function holdsTwins(entries: readonly Dirent[]): boolean {
  if (entries.length < 2) return false;
  const keys = new Set<string>();
  for (const { name } of entries) keys.add(twinKey(name));
  return keys.size < entries.length;
}

function entriesOf(place: string, folder: string): Dirent[] | SyncProblem {
  try {
    return readdirSync(`${place}/${folder}`, { withFileTypes: true });
  } catch (error) {
    return folderProblem(folder, error) ?? [];
  }
}

/** null: the folder is gone. */
export function folderProblem(folder: string, error: unknown): SyncProblem | null {
  const errno = errnoOf(error);
  if (folder === '') throw placeError(errno, 'The folder of the repository', error);
  return errno === 'ENOENT' ? null : unreadable(folder, `The folder cannot be listed: ${reasonOf(errno)}.`);
}

/** A name that is not UTF-8 cannot be asked for again by the name that it seems to have. */
const undecodable = (place: string, path: string): string | null =>
  lstatSync(`${place}/${path}`, { throwIfNoEntry: false }) ? checkPath(path) : 'its name is not UTF-8';
