/** A row of the list of files. */
export interface TreeRow {
  readonly kind: 'folder' | 'file';
  /** Of a folder without a slash at its end. */
  readonly path: string;
  readonly name: string;
  readonly depth: number;
}

/** The files in their folders: folders first, both by name. What is in a closed folder is left out. */
export function treeRows(paths: readonly string[], closed: ReadonlySet<string>): TreeRow[] {
  const rows: TreeRow[] = [];
  const walk = (prefix: string, within: readonly string[], depth: number): void => {
    const folders = new Map<string, string[]>();
    const files: string[] = [];
    for (const path of within) {
      const [first = '', ...rest] = path.slice(prefix.length).split('/');
      if (rest.length === 0) files.push(path);
      else folders.set(first, [...(folders.get(first) ?? []), path]);
    }
    for (const [name, below] of [...folders].sort(([a], [b]) => (a < b ? -1 : 1))) {
      const path = prefix + name;
      rows.push({ kind: 'folder', path, name, depth });
      if (!closed.has(path)) walk(`${path}/`, below, depth + 1);
    }
    for (const path of files.sort()) rows.push({ kind: 'file', path, name: path.slice(prefix.length), depth });
  };
  walk('', paths, 0);
  return rows;
}

/** Why a path cannot be taken for a new file; null: it can. The server judges again. */
export function wrongPath(path: string, taken: readonly string[]): string | null {
  if (path === '') return 'Write a name, such as README.md or tests/empty.json.';
  if (path.length > 1000) return 'It is too long.';
  if (path.startsWith('/') || path.endsWith('/') || path.includes('\\') || path.includes('//'))
    return 'Write it as folder/name, with single slashes between.';
  if (path.split('/').some((part) => part === '.' || part === '..' || part.trim() !== part))
    return 'No part may be . or .. or begin or end with a space.';
  if (taken.includes(path)) return 'There is a file of this name already.';
  const clash = taken.find((other) => other.startsWith(`${path}/`) || path.startsWith(`${other}/`));
  return clash ? `${clash} is in the way.` : null;
}
