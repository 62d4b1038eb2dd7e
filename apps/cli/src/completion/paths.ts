import { readdirSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Candidate } from './candidate.ts';

interface Where {
  readonly folder: string;
  readonly home?: string | undefined;
  readonly onlyFolders?: boolean;
}

/** Names in one folder that a shell would offer at most; more help nobody. */
const most = 2000;

/** What is on the disk and begins as a word does. A value given as `@file` is completed behind its `@`. */
export function paths(word: string, where: Where): readonly Candidate[] {
  const at = word.startsWith('@') ? '@' : '';
  const given = word.slice(at.length);
  const cut = given.lastIndexOf('/') + 1;
  const [above, begun] = [given.slice(0, cut), given.slice(cut)];
  return entriesOf(folderOf(above, where))
    .filter(({ name }) => name.startsWith(begun) && (begun.startsWith('.') || !name.startsWith('.')))
    .filter(({ isFolder }) => isFolder || !where.onlyFolders)
    .slice(0, most)
    .map(({ name, isFolder }) => ({
      value: `${at}${above}${name}${isFolder ? '/' : ''}`,
      kind: isFolder ? ('folder' as const) : ('file' as const),
    }));
}

function folderOf(above: string, { folder, home }: Where): string {
  if (home !== undefined && (above === '~/' || above.startsWith('~/'))) return join(home, above.slice(2));
  return resolve(folder, above);
}

function entriesOf(folder: string): { name: string; isFolder: boolean }[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
      .map((entry) => ({
        name: entry.name,
        isFolder: entry.isSymbolicLink() ? leadsToFolder(join(folder, entry.name)) : entry.isDirectory(),
      }))
      .sort((a, b) => (a.name < b.name ? -1 : 1));
  } catch {
    // No such folder, or not one that may be read: nothing to offer.
    return [];
  }
}

const leadsToFolder = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
