import type { Discovered, Scope } from '../../kind.ts';
import type { RemoteFile } from '../../remote.ts';
import { ignoring, pathMatcher } from '../task/ignored.ts';
import { changeOf } from './place.ts';

/**
 * Groups files into changes: every folder right below `openspec/changes` and `openspec/changes/archive` that holds any file, with
 * all that is below it. That is what `openspec list` lists, but for empty folders, which no file tells of, and for folders with
 * a dot before their name, which OpenSpec itself takes for changes in some places only. A folder that wraps other changes
 * is one change, as it is listed. Backups and temporary files are left alone, as are files right below `changes`.
 */
export function discoverChanges(files: readonly RemoteFile[], scope: Scope): Discovered[] {
  const ignored = ignoring(scope.ignore);
  const watched = pathMatcher(scope.watch, true);
  const found = new Map<string, RemoteFile[]>();
  for (const file of files) {
    const path = changeOf(file.path);
    if (path === null || ignored(file.path)) continue;
    const members = found.get(path);
    if (members) members.push(file);
    else found.set(path, [file]);
  }
  const documents = [...found].map(([path, members]) => ({ path, root: `${path}/`, files: members }));
  if (scope.watch.length === 0) return documents;
  return documents.filter((document) => document.files.some((file) => watched(file.path)));
}
