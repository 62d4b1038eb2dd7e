/** Where changes are, within a project's folder. */
const changes = 'openspec/changes/';
const archive = `${changes}archive/`;

export interface ChangePlace {
  /** The folder of the change, as it is named. */
  readonly folder: string;
  readonly archived: boolean;
  /** YYYY-MM-DD, of an archived one whose folder begins with a date. */
  readonly archivedOn: string | null;
}

/** What a change is called by its path within the project: `openspec/changes/<folder>`, or one below `archive`. */
export function placeOf(path: string): ChangePlace {
  const archived = path.startsWith(archive);
  const folder = path.slice(path.lastIndexOf('/') + 1);
  return { folder, archived, archivedOn: archived ? (/^\d{4}-\d{2}-\d{2}(?=-)/.exec(folder)?.[0] ?? null) : null };
}

/** The change's path within the project. */
export const changePath = (folder: string, archived = false): string => (archived ? archive : changes) + folder;

/** The change that a file within the project belongs to; null: none. Folders with a dot before their name are none. */
export function changeOf(file: string): string | null {
  if (!file.startsWith(changes)) return null;
  const from = file.startsWith(archive) ? archive.length : changes.length;
  const to = file.indexOf('/', from);
  return to <= from || file.charAt(from) === '.' ? null : file.slice(0, to);
}
